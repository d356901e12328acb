"""How much memory this machine has, and whether something fits into it before it is begun."""

from __future__ import annotations

import gc
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from eccles.errors import InputError, RunError, plain

_SHORT = re.compile("out of memory|not enough memory|can't allocate memory", re.IGNORECASE)
_GROUPS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")


def memory() -> int | None:
    """Return the bytes that this process may have at most, or None where nobody says.

    They are those of the machine, of its container or of the process's own limit, whichever is
    least; what other processes take of them at the moment doesn't count.
    """
    found: list[int] = []
    with suppress(AttributeError, ValueError, OSError):
        found.append(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    for name in _GROUPS:
        with suppress(OSError, ValueError):
            found.append(int(Path(name).read_text(encoding="ascii")))
    with suppress(ImportError, OSError, ValueError):
        import resource

        limit, _ = resource.getrlimit(resource.RLIMIT_AS)
        if limit != resource.RLIM_INFINITY:
            found.append(limit)
    return min((n for n in found if n > 0), default=None)


def must_fit(where: str, name: str, n_bytes: int, hint: str) -> None:
    """Raise InputError for what takes more bytes than there are.

    Args:
        where: the section of the sentence.
        name: what takes them.
        n_bytes: how many it takes, at the very least.
        hint: what to try.
    """
    there = memory()
    if there is not None and n_bytes > there:
        raise InputError(
            f"{where}: {name} must fit into memory, which has {_gib(there)}, got at least "
            f"{_gib(n_bytes)}; {hint}"
        )


@contextmanager
def enough_memory(where: str, hint: str) -> Iterator[None]:
    """Turn what Python, numpy and torch raise where memory runs short into one RunError."""
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        said = str(error).strip().splitlines()
        if not isinstance(error, MemoryError) and not any(map(_SHORT.search, said)):
            raise
        raise RunError(
            f"{where}: there must be enough memory, got {plain(said[0] if said else 'none', 160)}; "
            f"{hint}"
        ) from None


def _gib(n: int) -> str:
    return f"{n / 2**30:,.1f} GiB" if n < 2**60 else "over a billion GiB"


def collect_seldom() -> None:
    """Look for garbage in cycles less often, in a process that is Eccles' own.

    Imports make a million objects that stay, and Python would look through them again and again:
    a sixth of the time until training begins.
    """
    gc.set_threshold(50_000, 20, 50)
