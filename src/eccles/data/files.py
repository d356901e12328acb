"""Reading a file of data whole, and holding it to its checksum."""

from __future__ import annotations

import gzip
import hashlib
import zlib
from pathlib import Path

from eccles.errors import RunError

_REMEDY = "delete it and run `eccles data fetch`, or copy it again"


def contents(path: Path) -> bytes:
    """Return the bytes of a file, decompressed where it is gzip.

    Raises RunError where the file can't be read, or is gzip that was cut short or damaged.
    """
    try:
        data = path.read_bytes()
        # Some servers and browsers unpack a .gz on the way, so the name says little.
        return gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
    except EOFError:
        raise damaged(path, "whole gzip", f"{len(data)} bytes of a file cut short") from None
    except (gzip.BadGzipFile, zlib.error) as error:
        raise damaged(path, "sound gzip", str(error)) from None
    except OSError as error:
        raise RunError(
            f"data: {path} must be readable, got {error.strerror!r}; mend its permissions or disk"
        ) from None


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


def damaged(path: Path, accepted: str, got: str) -> RunError:
    """Return the error for a file that isn't what it must be."""
    return RunError(f"data: {path} must be {accepted}, got {got}; {_REMEDY}")
