"""The heaps that an HDF5 file keeps lists and texts in, held to their form before they are read.

HDF5's own library walks a damaged one for ever, deaf to Ctrl-C. A heap, in a file of lengths of L
bytes, is "GCOL", version 1, three zeros and its length; then objects, each with its number, a count
of references (2 bytes each), 4 bytes of nothing, its length, and its bytes up to the next eighth.
Number 0 is free room, whose length has its header in it.
"""

from __future__ import annotations

import io
import mmap
from pathlib import Path

_HDF5 = b"\x89HDF\r\n\x1a\n"
_HEAP = b"GCOL\x01\x00\x00\x00"
_LENGTHS = {0: 14, 1: 14, 2: 10, 3: 10}
"""Where a file's first block has L, by the block's version."""


def check_heaps(source: Path | io.BytesIO) -> dict[tuple[int, int], int]:
    """Raise ValueError unless every heap of a file can be walked from object to object.

    Returns the bytes of each object, by where its heap begins and its number there.
    """
    if isinstance(source, io.BytesIO):
        return _check(source.getvalue())
    with source.open("rb") as file:
        if not source.stat().st_size:
            return {}
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            return _check(data)


def _check(data: bytes | mmap.mmap) -> dict[tuple[int, int], int]:
    size, objects = _size_of_lengths(data), dict[tuple[int, int], int]()
    begin = data.find(_HEAP)
    while begin >= 0:
        at = begin + len(_HEAP) + size
        end = begin + _number(data, at - size, size)
        if not at <= end <= len(data):
            raise _damaged(begin, "a length that the file hasn't")
        # What is left is free where it has no room for another header.
        while at + 8 + size <= end:
            length = _number(data, at + 8, size)
            taken = 8 + size + -(-length // 8) * 8 if _number(data, at, 2) else length
            if not 8 + size <= taken <= end - at:
                raise _damaged(begin, f"an object of {length:,} bytes")
            objects[begin, _number(data, at, 2)] = length
            at += taken
        begin = data.find(_HEAP, begin + len(_HEAP))
    return objects


def _size_of_lengths(data: bytes | mmap.mmap) -> int:
    """Return L; that of nearly all files where the file is none, which its reader will say."""
    first = data.find(_HDF5)
    place = _LENGTHS.get(data[first + 8] if 0 <= first < len(data) - 16 else -1)
    size = 8 if place is None else data[first + place]
    if size not in (2, 4, 8):
        raise ValueError(f"it has lengths of {size} bytes")
    return size


def _number(data: bytes | mmap.mmap, at: int, size: int) -> int:
    return int.from_bytes(data[at : at + size], "little")


def _damaged(begin: int, got: str) -> ValueError:
    return ValueError(f"the heap at byte {begin:,} has {got}")
