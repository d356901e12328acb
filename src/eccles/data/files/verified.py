"""Reading a file of data whole, and holding it to its checksum."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from eccles.errors import RunError
from eccles.reading import opened, read_bytes

GZIP = b"\x1f\x8b"
"""What gzip begins with."""

MOST_BYTES = 2**28
"""Bytes of a file of images or events, unpacked: the largest published one has a fifth of them."""

MOST_ON_DISK = 2**36
"""Bytes of a file that isn't read into memory."""

_REMEDY = "delete it and fetch it (eccles data fetch NAME) or copy it again"


def contents(path: Path, most: int = MOST_BYTES) -> bytes:
    """Return the bytes of a file, decompressed where it is gzip; no more than `most` of them.

    Raises RunError where the file can't be read, isn't one (a folder, pipe or device), has more
    bytes, or is gzip that was cut short or damaged.
    """
    data = b""
    try:
        data = read_bytes(path, most)
        # Some servers and browsers unpack a .gz on the way, so the name says little.
        if data[:2] != GZIP:
            return data
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as packed:
            whole = packed.read(most + 1)
    except EOFError:
        raise damaged(path, "whole gzip", f"{len(data)} bytes of a file cut short") from None
    except (gzip.BadGzipFile, zlib.error) as error:
        raise damaged(path, "sound gzip", str(error)) from None
    except OSError as error:
        raise unreadable(path, error) from None
    except MemoryError:
        got = f"{len(data) or path.stat().st_size:,} bytes"
        raise damaged(path, "of a size that memory has room for", got) from None
    if len(whole) > most:
        raise damaged(path, f"gzip of at most {most:,} bytes once unpacked", "more in it")
    return whole


def hold(path: Path, data: bytes, sha256: str) -> None:
    """Raise RunError unless `data`, the contents of a file, has this SHA-256."""
    got = hashlib.sha256(data).hexdigest()
    if got != sha256:
        raise damaged(path, f"of SHA-256 {sha256[:12]}... once decompressed", f"{got[:12]}...")


def verified(path: Path, sha256: str) -> bytes:
    """Return the decompressed bytes of a file that has this SHA-256; otherwise raise RunError."""
    data = contents(path)
    hold(path, data, sha256)
    return data


class Digests(NamedTuple):
    """Two checksums of a file's bytes, as they lie on the disk."""

    md5: str
    sha256: str


def digests(path: Path, advance: Callable[[int, int], None] | None = None) -> Digests:
    """Return the checksums of a file that may be larger than memory.

    `advance` is told how many bytes are done, and how many there are. Raises RunError where the
    file can't be read.
    """
    md5, sha256 = hashlib.md5(usedforsecurity=False), hashlib.sha256()
    try:
        with opened(path, MOST_ON_DISK) as file:
            size = os.fstat(file.fileno()).st_size
            while piece := file.read(2**22):
                md5.update(piece)
                sha256.update(piece)
                if advance is not None:
                    advance(file.tell(), size)
    except OSError as error:
        raise unreadable(path, error) from None
    return Digests(md5.hexdigest(), sha256.hexdigest())


def unreadable(path: Path, error: OSError) -> RunError:
    """Return the error for a file that the system won't let us read."""
    reason = error.strerror or str(error)
    return RunError(f"data: {path} must be readable, got {reason!r}; mend its permissions or disk")


def damaged(path: Path, accepted: str, got: str) -> RunError:
    """Return the error for a file that isn't what it must be."""
    return RunError(f"data: {path} must be {accepted}, got {got}; {_REMEDY}")
