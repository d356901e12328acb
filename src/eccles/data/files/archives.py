"""Zip archives, as some data sets are published: read within bounds, whatever their headers say."""

from __future__ import annotations

import io
import math
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from eccles.data.files.verified import damaged

MOST_UNPACKED = 2**33
"""Bytes of an archive's file, unpacked."""

_PIECE = 2**20
_RATIO = 100
"""How many times its bytes on the disk a large file may have in memory: spikes have some five."""
_HEADERS = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}


def most_unpacked(packed: int) -> int:
    """Return how many bytes may come of an archive of so many."""
    return min(MOST_UNPACKED, max(2**26, _RATIO * packed))


def unzip(path: Path, into: BinaryIO) -> None:
    """Unpack the one file of a zip archive into an open file.

    Raises RunError where the archive is damaged, encrypted, holds another number of files, or one
    that is larger than what `most_unpacked` says.
    """
    for piece in _pieces(path):
        into.write(piece)


def _pieces(path: Path) -> Iterator[bytes]:
    try:
        with zipfile.ZipFile(path) as archive:
            listed = [each for each in archive.infolist() if not each.is_dir()]
            if len(listed) != 1:
                raise ValueError(f"{len(listed)} files in it")
            _check(listed, most_unpacked(path.stat().st_size))
            with archive.open(listed[0]) as member:
                while piece := member.read(_PIECE):
                    yield piece
    except Exception as error:  # A damaged one may raise whatever its reader happens upon.
        raise damaged(path, "sound zip of one file", why(error)) from None


def arrays(data: bytes, names: Sequence[str], most: int) -> dict[str, NDArray[Any]]:
    """Return arrays of an npz by name, those of the given names that it has.

    Raises ValueError, or what zipfile happens upon, for another kind of file, one that is damaged
    or encrypted, arrays of objects, and arrays that have more bytes than `most` together.
    """
    if not data.startswith(b"PK"):  # Numpy would take a bare array too, or a pickle.
        raise ValueError("another kind of file")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        listed = {info.filename.removesuffix(".npy"): info for info in archive.infolist()}
        chosen = {name: listed[name] for name in names if name in listed}
        _check(list(chosen.values()), most)
        return {name: _array(archive.read(info)) for name, info in chosen.items()}


def why(error: Exception) -> str:
    """Return what went wrong on one line."""
    return str(error).splitlines()[0] if str(error) else type(error).__name__


def _check(listed: Sequence[zipfile.ZipInfo], most: int) -> None:
    """Raise ValueError for files that can't be read; zipfile gives no more than they say."""
    if any(info.flag_bits & 1 for info in listed):
        raise ValueError("an encrypted file")
    size = sum(info.file_size for info in listed)
    if size > most:
        raise ValueError(f"{size:,} bytes once unpacked, over the {most:,} that it may have")


def _array(data: bytes) -> NDArray[Any]:
    file = io.BytesIO(data)
    version = npy.read_magic(file)
    if version not in _HEADERS:
        raise ValueError(f"an array of version {version}")
    shape, by_column, dtype = _HEADERS[version](file)
    begin = file.tell()
    if dtype.hasobject:
        raise ValueError("an array of objects")
    if math.prod(shape) * dtype.itemsize != len(data) - begin:
        raise ValueError(f"{len(data) - begin:,} bytes of an array of {dtype} and shape {shape}")
    flat = np.frombuffer(data, dtype, offset=begin) if len(data) > begin else np.empty(0, dtype)
    return flat.reshape(shape, order="F" if by_column else "C")
