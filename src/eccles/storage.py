"""Files that are whole or absent, and folders that one process writes at a time."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from eccles.errors import RunError, StorageError


def write_whole(path: Path, write: Callable[[Path], object]) -> None:
    """Let `write` fill a file beside `path`, then put it in the place of `path` in one step.

    A kill at any moment leaves the old file or the new one. Raises StorageError where the
    folder can't be written.
    """
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write(aside)
        aside.replace(path)
    except OSError as error:
        raise unwritable(path, error) from None
    finally:
        if aside.exists():
            aside.unlink()


def is_aside(path: Path) -> bool:
    """Return whether a file is one that a killed process was about to put in another's place."""
    return path.name.startswith(".") and path.suffix[1:].isdigit()


def write_text(path: Path, text: str) -> None:
    """Write a text file as a whole."""
    write_whole(path, lambda aside: aside.write_text(text, encoding="utf-8"))


def unwritable(path: Path, error: OSError) -> StorageError:
    """Return the error for a place that can't be written."""
    reason = error.strerror or str(error)
    return StorageError(
        f"storage: {path} must be writable, got {reason!r}; free space there, mend its permissions "
        "or choose another place"
    )


@contextmanager
def locked(path: Path, what: str, *, wait: bool = False, shared: bool = False) -> Iterator[None]:
    """Hold the lock file at `path`; the system lets go of it when the process ends, however.

    Args:
        path: the lock file, made unless it is there; it says who holds it.
        what: what the lock guards, for the error.
        wait: wait until it is free.
        shared: hold it beside others who share it, but beside nobody who doesn't.

    Raises RunError where another process holds it. Systems and filesystems without such locks
    give none, and no error.
    """
    try:
        import fcntl
    except ImportError:  # pragma: no cover - not on this system
        yield
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("a+", encoding="utf-8")
    except OSError as error:
        raise unwritable(path, error) from None
    with file:
        kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        try:
            fcntl.flock(file, kind | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            file.seek(0)
            holder = file.read().strip() or "another process"
            raise RunError(
                f"{what} must not be in use, got {holder} using it; wait until that has ended"
            ) from None
        except OSError:
            pass
        with suppress(OSError):
            file.truncate(0)
            if not shared:
                file.write(f"process {os.getpid()} on {platform.node()}")
                file.flush()
        yield
