"""Bars on stderr for what takes more than a moment, where somebody looks on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress, ProgressColumn

_LARGE = 2**25
"""Bytes from which reading a file takes long enough for a bar."""


def drawn(console: Console, *columns: ProgressColumn | str) -> Progress:
    """Return what draws bars while it is entered, and goes without a trace.

    Where nobody looks on it would leave an empty line, and so it draws nothing.
    """
    from rich.progress import Progress

    return Progress(*columns, console=console, transient=True, disable=not _looked_at(console))


def _looked_at(console: Console) -> bool:
    """Return whether somebody looks on: at a terminal, or at a notebook that can draw bars."""
    return console.is_interactive or (console.is_jupyter and find_spec("ipywidgets") is not None)


@contextmanager
def reading(title: str, path: Path) -> Iterator[Callable[[int, int], None] | None]:
    """Give a function that shows how much of a large file is done; None for a small one."""
    if not path.is_file() or path.stat().st_size < _LARGE:
        yield None
        return
    from rich.console import Console

    with drawn(Console(stderr=True)) as progress:
        task = progress.add_task(title)
        yield lambda done, total: progress.update(task, completed=done, total=total)


def counting(title: str, n: int) -> Iterable[int]:
    """Return 0 to n - 1, and show how many are done."""
    from rich.console import Console
    from rich.progress import track

    console = Console(stderr=True)
    if not _looked_at(console):
        return range(n)
    return track(range(n), title, console=console, transient=True)
