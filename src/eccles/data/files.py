"""Reading a file of data whole, and holding it to its checksum."""

from __future__ import annotations

import gzip
import hashlib
import io
import zipfile
import zlib
from pathlib import Path

from eccles.errors import RunError

_GZIP, _ZIP = b"\x1f\x8b", b"PK\x03\x04"
_REMEDY = "delete it and run `eccles data fetch`, or copy it again"


def contents(path: Path) -> bytes:
    """Return the bytes of a file, decompressed where it is gzip or a zip of one file.

    Raises RunError where the file can't be read, or is packed and was cut short or damaged.
    """
    try:
        data = path.read_bytes()
        # Some servers and browsers unpack a .gz on the way, so the name says little.
        if data[:2] == _GZIP:
            return gzip.decompress(data)
        return _only_member(path, data) if data[:4] == _ZIP else data
    except EOFError:
        raise damaged(path, "whole gzip", f"{len(data)} bytes of a file cut short") from None
    except (gzip.BadGzipFile, zlib.error) as error:
        raise damaged(path, "sound gzip", str(error)) from None
    except (zipfile.BadZipFile, NotImplementedError) as error:
        raise damaged(path, "sound zip", str(error)) from None
    except OSError as error:
        raise RunError(
            f"data: {path} must be readable, got {error.strerror!r}; mend its permissions or disk"
        ) from None


def is_packed(first: bytes) -> bool:
    """Return whether a file that begins with these four bytes is gzip or zip."""
    return first[:2] == _GZIP or first == _ZIP


def _only_member(path: Path, data: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = [each.filename for each in archive.infolist() if not each.is_dir()]
        if len(names) != 1:
            raise damaged(path, "a zip of one file", f"{len(names)} files in it")
        return archive.read(names[0])


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
