"""The way in for every file that is read: a regular one, and no larger than it may be.

A pipe would wait for ever and a device never end, so neither is opened. What is wrong is an
`OSError` whose `strerror` says it, as the system's own errors do: whoever reads a file words the
one sentence for all of them.
"""

from __future__ import annotations

import errno
import io
import os
import stat
from pathlib import Path

_KINDS = (
    (stat.S_ISDIR, errno.EISDIR, "it is a folder"),
    (stat.S_ISFIFO, errno.EINVAL, "it is a pipe; write what comes out of it into a file"),
    (stat.S_ISSOCK, errno.EINVAL, "it is a socket"),
    (stat.S_ISCHR, errno.EINVAL, "it is a device"),
    (stat.S_ISBLK, errno.EINVAL, "it is a device"),
)


def check_file(path: Path, most: int | None = None) -> os.stat_result:
    """Return what the system knows of a file, or raise OSError for what can't be read as one.

    Args:
        path: the file, or a link to it.
        most: bytes that it may have.
    """
    try:
        facts = path.stat()
    except ValueError:
        raise OSError(errno.EINVAL, "no file can have such a name", str(path)) from None
    _check(facts, path, most)
    return facts


def opened(path: Path, most: int | None = None) -> io.BufferedReader:
    """Return a regular file, open to be read, or raise OSError as `check_file` does."""
    check_file(path, most)
    # Another may have taken its place since; such a one isn't waited for either.
    number = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    file: io.BufferedReader = io.BufferedReader(io.FileIO(number))
    try:
        _check(os.fstat(number), path, most)
    except OSError:
        file.close()
        raise
    return file


def read_bytes(path: Path, most: int | None = None) -> bytes:
    """Return the bytes of a regular file, or raise OSError where it isn't one or has over `most`.

    >>> read_bytes(Path("/dev/zero"), 10)
    Traceback (most recent call last):
    OSError: [Errno 22] it is a device: '/dev/zero'
    """
    with opened(path, most) as file:
        if most is None:
            return file.read()
        # Some that the system makes up have more bytes than they say.
        data = file.read(most + 1)
    if len(data) > most:
        raise too_large(path, "more bytes than it says", most)
    return data


def read_text(path: Path, most: int) -> str:
    """Return the text of a regular file in UTF-8; raises what `read_bytes` raises.

    Other bytes than UTF-8 raise UnicodeDecodeError.
    """
    return read_bytes(path, most).decode("utf-8")


def too_large(path: Path, got: str, most: int) -> OSError:
    """Return the error for a file that has more bytes than it may have."""
    return OSError(errno.EFBIG, f"it has {got}, over the {most:,} that it may have", str(path))


def _check(facts: os.stat_result, path: Path, most: int | None) -> None:
    for is_kind, number, what in _KINDS:
        if is_kind(facts.st_mode):
            raise OSError(number, what, str(path))
    if most is not None and facts.st_size > most:
        raise too_large(path, f"{facts.st_size:,} bytes", most)
