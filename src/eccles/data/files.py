"""Reading a file of data whole, and holding it to its checksum."""

from __future__ import annotations

import gzip
import hashlib
import io
import shutil
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

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
        if data[:4] == _ZIP:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                return archive.read(_only_name(path, archive))
        return data
    except EOFError:
        raise damaged(path, "whole gzip", f"{len(data)} bytes of a file cut short") from None
    except (gzip.BadGzipFile, zlib.error) as error:
        raise damaged(path, "sound gzip", str(error)) from None
    except (zipfile.BadZipFile, NotImplementedError) as error:
        raise damaged(path, "sound zip", str(error)) from None
    except OSError as error:
        raise unreadable(path, error) from None


def is_packed(first: bytes) -> bool:
    """Return whether a file that begins with these four bytes is gzip or zip."""
    return first[:2] == _GZIP or first == _ZIP


def _only_name(path: Path, archive: zipfile.ZipFile) -> str:
    names = [each.filename for each in archive.infolist() if not each.is_dir()]
    if len(names) != 1:
        raise damaged(path, "a zip of one file", f"{len(names)} files in it")
    return names[0]


def unzipped(path: Path) -> Path:
    """Unpack a zip of one file into the place of its name without .zip; return that place.

    Raises RunError where it is damaged or holds another number of files.
    """
    place = path.with_suffix("")
    try:
        with (
            zipfile.ZipFile(path) as archive,
            archive.open(_only_name(path, archive)) as member,
            place.open("wb") as file,
        ):
            shutil.copyfileobj(member, file, 2**20)
    except (zipfile.BadZipFile, NotImplementedError, zlib.error, EOFError) as error:
        raise damaged(path, "sound zip", str(error)) from None
    return place


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
        size = path.stat().st_size
        with path.open("rb") as file:
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
