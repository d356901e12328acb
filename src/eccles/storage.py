"""Files that are whole or absent: written aside, then renamed."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from eccles.errors import RunError


def write_whole(path: Path, write: Callable[[Path], object]) -> None:
    """Let `write` fill a file beside `path`, then put it in the place of `path` in one step.

    A kill at any moment leaves the old file or the new one. Raises RunError where the folder
    can't be written.
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
    write_whole(path, lambda aside: aside.write_text(text))


def unwritable(path: Path, error: OSError) -> RunError:
    """Return the error for a place that can't be written."""
    reason = error.strerror or str(error)
    return RunError(
        f"storage: {path} must be writable, got {reason!r}; free space there, mend its permissions "
        "or choose another place"
    )
