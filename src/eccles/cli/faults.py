"""Unexpected errors as one sentence: what went wrong in which line, and where the traceback is."""

from __future__ import annotations

import os
import tempfile
import traceback
from pathlib import Path

import eccles
from eccles.cli import streams
from eccles.errors import plain

STATUS = 70
"""Exit status of a fault in Eccles itself; no other error has it."""


def sentence(error: Exception) -> tuple[str, int]:
    """Return the sentence for an error that isn't one of Eccles' own, and the exit status.

    Errors of files and of memory have status 1, as where Eccles foresees them. Any other is a fault
    of Eccles and has `STATUS`.
    """
    if isinstance(error, OSError) and error.filename == streams.STDOUT:
        hint = "free space where it goes, or send it elsewhere"
        return f"stdout must take what is printed, got {error.strerror!r}; {hint}", 1
    if isinstance(error, OSError) and error.strerror:
        names = [name for name in (error.filename, error.filename2) if isinstance(name, str)]
        what = " and ".join(names) or "a file or a connection"
        said = f"{what} must be of use here, got {error.strerror!r}; --debug shows where"
        return plain(said), 1
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        hint = "smaller networks and batches need less; --debug shows where"
        return plain(
            f"memory must hold what this needs, and didn't: {error or 'none left'}; {hint}"
        ), 1
    kept = _keep(error)
    shown = "the same command with --debug shows its traceback"
    if kept is not None:
        shown = f"its traceback, for a report, is in {kept}"
    words = plain(" ".join(str(error).split()), 150)
    what = f"{type(error).__name__} {_line_of(error)}"
    return plain(f"this is a fault in Eccles itself: {what}: {words}; {shown}"), STATUS


def _line_of(error: Exception) -> str:
    """Return the last line of Eccles' code that an error passed through."""
    home = Path(eccles.__file__).parent
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if Path(frame.filename).is_relative_to(home):
            return f"at {Path(frame.filename).relative_to(home.parent)}:{frame.lineno}"
    return "outside of it"


def _keep(error: Exception) -> str | None:
    """Write an error's traceback to a file of its own; None where there is no place for one."""
    try:
        handle, name = tempfile.mkstemp(prefix="eccles-fault-", suffix=".txt")
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write("".join(traceback.format_exception(error)))
    except OSError:
        return None
    return name
