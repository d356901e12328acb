"""MATLAB's files of version 5, walked through before scipy reads them: damage would end a process.

A file is a header of 128 bytes and elements, each a tag (what it is, how many bytes) and content
that is padded to 8 bytes. An element of up to 4 bytes may have its content within its tag. Arrays
are elements that hold others: flags, sizes, a name, and numbers, letters, cells or fields.
"""

from __future__ import annotations

import math
import struct
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from eccles.reading import read_bytes

MOST = 2**30
"""Bytes of a file, packed or not."""

_ARRAY, _PACKED = 14, 15
_CELL, _STRUCT, _CHAR, _FIRST_NUMBER, _LAST_NUMBER = 1, 2, 4, 6, 15
_BYTES = {1: 1, 2: 1, 3: 2, 4: 2, 5: 4, 6: 4, 7: 4, 9: 8, 12: 8, 13: 8, 16: 1, 17: 2, 18: 4}
"""Bytes of an item of each type of content: whole numbers, numbers with a point, letters."""
_LETTERS = (16, 17, 18)
_DEEPEST = 32


class _Element(NamedTuple):
    kind: int
    begin: int
    end: int


def check(path: Path) -> None:
    """Raise ValueError unless a file is whole and every array in it has the items that it says.

    Raises OSError for a file that can't be read or is larger than `MOST`.
    """
    data = read_bytes(path, MOST)
    order = {b"IM": "<", b"MI": ">"}.get(data[126:128])
    version = struct.unpack(f"{order}H", data[124:126])[0] >> 8 if order else 0
    if version == 2:
        raise ValueError("MATLAB's version 7.3; save it with -v7")
    if order is None or version != 1:
        raise ValueError("no header of a file of MATLAB")
    room = MOST
    for element in _elements(data, 128, len(data), order):
        if element.kind == _PACKED:
            inner = _unpacked(data[element.begin : element.end], room)
            room -= len(inner)
            for each in _elements(inner, 0, len(inner), order):
                _check_array(inner, each, order, 0)
        else:
            _check_array(data, element, order, 0)


def _unpacked(data: bytes, room: int) -> bytes:
    packed = zlib.decompressobj()
    with suppress(zlib.error):
        found = packed.decompress(data, max(room, 1))
        if packed.eof:
            return found
    raise ValueError("packed arrays that are damaged, or too large")


def _elements(data: bytes, begin: int, end: int, order: str) -> Iterator[_Element]:
    """Give the elements between two places, which must end at the second."""
    while begin < end:
        if end - begin < 8:
            raise ValueError("an element cut short")
        kind, size = struct.unpack_from(f"{order}II", data, begin)
        if kind >> 16:  # Its content is in its tag.
            kind, size = kind & 0xFFFF, kind >> 16
            first, after = begin + 4, begin + 8
            if size > 4:
                raise ValueError("an element of more bytes than it has room for")
        else:
            first = begin + 8
            # Packed ones aren't padded.
            after = first + (size if kind == _PACKED else -(-size // 8) * 8)
        if after > end:
            raise ValueError("an element of more bytes than there are")
        yield _Element(kind, first, first + size)
        begin = after


def _check_array(data: bytes, array: _Element, order: str, depth: int) -> None:
    if array.kind != _ARRAY or depth > _DEEPEST:
        raise ValueError("an array that is none")
    if array.begin == array.end:
        return  # Empty.
    parts = list(_elements(data, array.begin, array.end, order))
    if [part.kind for part in parts[:3]] != [6, 5, 1] or parts[0].end - parts[0].begin != 8:
        raise ValueError("an array without its size or name")
    flags = struct.unpack_from(f"{order}I", data, parts[0].begin)[0]
    n_sizes, odd = divmod(parts[1].end - parts[1].begin, 4)
    sizes = struct.unpack_from(f"{order}{n_sizes}i", data, parts[1].begin)
    if odd or not 2 <= n_sizes <= _DEEPEST or min(sizes) < 0:
        raise ValueError("an array of an odd size")
    _check_content(data, flags, math.prod(sizes), parts[3:], order, depth)


def _check_content(
    data: bytes, flags: int, n_items: int, parts: list[_Element], order: str, depth: int
) -> None:
    """Raise ValueError unless an array of so many items holds what its flags say."""
    kind, complex_ = flags & 0xFF, bool(flags & 0x800)
    if kind == _STRUCT:
        lengths, names, *parts = parts if len(parts) > 1 else [_Element(0, 0, 0)] * 2
        if (lengths.kind, lengths.end - lengths.begin, names.kind) != (5, 4, 1):
            raise ValueError("fields without names")
        length = struct.unpack_from(f"{order}i", data, lengths.begin)[0]
        if length < 1 or (names.end - names.begin) % length:
            raise ValueError("fields with names of an odd length")
        n_items *= (names.end - names.begin) // length
    if kind in (_CELL, _STRUCT):
        if len(parts) != n_items:
            raise ValueError(f"{len(parts):,} arrays where {n_items:,} must be")
        for each in parts:
            _check_array(data, each, order, depth + 1)
        return
    if not (kind == _CHAR or _FIRST_NUMBER <= kind <= _LAST_NUMBER):
        raise ValueError(f"an array of a kind that blocks of neo don't have ({kind})")
    if len(parts) != 1 + complex_:
        raise ValueError("an array without its content")
    for part in parts:
        width = _BYTES.get(part.kind, 0)
        # UTF-8 has several bytes for some letters.
        right = width and (part.end - part.begin == n_items * width or part.kind in _LETTERS)
        if not right or (kind != _CHAR and part.kind in _LETTERS):
            raise ValueError("an array of other items than it says")
