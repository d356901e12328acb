"""Files that are whole or absent.

What is put in place is flushed first, so that a power cut costs what a kill costs. Where a disk is
slow or busy that takes long, so files that are written again and again ask `affordable` before.
"""

from __future__ import annotations

import errno
import os
import re
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from eccles.errors import RunError, StorageError

Write = Callable[[Path], object]
"""Fills the file that it is given the path of."""

_NO_FLUSH = {errno.EINVAL, errno.ENOTSUP, errno.EBADF, errno.EACCES, errno.EPERM, errno.EISDIR}
"""What systems say that can't flush a folder, or not by our permissions."""

_ASIDE = re.compile(r"\..+\.\d+|\.tmp\w{6}")

_SHARE = 0.02
"""Share of a process's time that flushing takes at most, of files that can wait."""


class _Clock:
    """What a process has spent on flushing."""

    began = time.monotonic()
    spent = 0.0


def affordable() -> bool:
    """Return whether what is written now can be flushed at once, or had better wait."""
    return _Clock.spent <= _SHARE * (time.monotonic() - _Clock.began)


def write_whole(path: Path, write: Write, *, parents: bool = True, flushed: bool = True) -> None:
    """Let `write` fill a file beside `path`, then put it in the place of `path` in one step.

    A kill at any moment, or a power cut, leaves the old file or the new one. Raises StorageError
    where the folder can't be written, or isn't there and `parents` is off. Without `flushed` it
    withstands a kill alone.
    """
    write_together({path: write}, parents=parents, flushed=flushed)


def write_together(
    writes: Mapping[Path, Write],
    announce: Callable[[dict[Path, Path]], object] | None = None,
    *,
    parents: bool = True,
    flushed: bool = True,
) -> None:
    """Write files of one folder as `write_whole` does, and put them in place in their order.

    `announce` is called in between: all are written then, beside the places that it is given them
    by, and none is put in place.
    """
    asides = {path: path.with_name(f".{path.name}.{os.getpid()}") for path in writes}
    path = next(iter(writes))
    try:
        if parents:
            make_folder(path.parent)
        for path, aside in asides.items():  # The error names the one that it stopped at.
            writes[path](aside)
            if flushed:
                flush(aside)
        if announce is not None:
            announce(asides)
        for path, aside in asides.items():
            aside.replace(path)
        if flushed:
            flush_folder(path.parent)
    except OSError as error:
        raise unwritable(path, error) from None
    finally:
        for aside in asides.values():
            # Its folder may have gone, and what went wrong before is what is said.
            with suppress(OSError):
                aside.unlink()


def put(aside: Path, path: Path) -> None:
    """Put a file or a folder of files in the place of another, flushed; raises OSError."""
    for each in aside.iterdir() if aside.is_dir() else (aside,):
        flush(each)
    if aside.is_dir():
        flush_folder(aside)
        aside.rename(path)
    else:
        aside.replace(path)
    flush_folder(path.parent)


def flush(path: Path) -> None:
    """Have the disk take what was written to a file; raises OSError."""
    _fsync(path, os.O_RDWR if os.name == "nt" else os.O_RDONLY)


def flush_folder(path: Path) -> None:
    """Have the disk take which files a folder has, on systems that can; raises OSError."""
    try:
        _fsync(path, os.O_RDONLY)
    except OSError as error:
        if error.errno not in _NO_FLUSH:
            raise


def _fsync(path: Path, mode: int) -> None:
    began = time.monotonic()
    file = os.open(path, mode)
    try:
        os.fsync(file)
    finally:
        os.close(file)
        _Clock.spent += time.monotonic() - began


def check_files(folder: Path, where: str) -> None:
    """Raise RunError for a pipe or a device in a folder, whose reading would never end."""
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            usual = entry.is_file() or entry.is_dir()
            if not usual and Path(entry.path).exists():  # A link may lead nowhere.
                raise RunError(
                    f"{where} must hold files alone, got a pipe or a device, {entry.path}; "
                    "remove it, and give the same command again"
                )


def make_folder(path: Path) -> None:
    """Make a folder and those that it lies in, flushed, unless it is there; raises OSError."""
    if path.is_dir():
        return
    new = [each for each in (path, *path.parents) if not each.exists()]
    path.mkdir(parents=True, exist_ok=True)
    for each in reversed(new):
        flush_folder(each.parent)


def is_aside(path: Path) -> bool:
    """Return whether a file is one that a killed process was about to put in another's place.

    In version 0.1.0 that was for checkpoints one of safetensors' own, of a name by chance.
    """
    return bool(_ASIDE.fullmatch(path.name))


def write_text(path: Path, text: str) -> None:
    """Write a text file as a whole, in UTF-8."""
    write_whole(path, writes_text(text))


def writes_text(text: str) -> Write:
    """Return what fills a file with a text, in UTF-8."""
    return lambda aside: aside.write_text(text, encoding="utf-8")


def unwritable(path: Path, error: OSError) -> StorageError:
    """Return the error for a place that can't be written."""
    reason = error.strerror or str(error)
    return StorageError(
        f"storage: {path} must be writable, got {reason!r}; free space there, mend its permissions "
        "or choose another place"
    )
