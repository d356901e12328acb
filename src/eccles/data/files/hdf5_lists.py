"""The lists and texts of an HDF5 data set, held to the heaps that they say to be in.

A data set of lists has for each a length (4 bytes), where its heap begins, and its number there (4
bytes). HDF5's own library believes a damaged length, and reads beyond the object that it is of.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

_DEFLATE, _SHUFFLE = 1, 2
"""HDF5's numbers of the filters that lists may have and that are undone here."""


def check_lists(
    part: Any, source: Path | io.BytesIO, objects: Mapping[tuple[int, int], int]
) -> None:
    """Raise ValueError unless every list of a data set fits the object that it is said to be.

    Args:
        part: a data set of h5py; one without lists passes.
        source: the file that it is in.
        objects: bytes of each object, by where its heap begins and its number.
    """
    import h5py

    text, inner = h5py.check_string_dtype(part.dtype), h5py.check_vlen_dtype(part.dtype)
    if inner is None or (text is not None and text.length is not None):
        return
    # The fourth byte of a type that is spelt says so; the library takes any, and dies of it.
    if part.id.get_type().encode()[3] & 15 != (text is not None):
        raise ValueError("lists of a kind that HDF5 hasn't")
    size = 1 if text else np.dtype(inner).itemsize
    address = part.file.id.get_create_plist().get_sizes()[0]
    kind = np.dtype([("length", "<u4"), ("heap", f"<u{address}"), ("number", "<u4")])
    for raw in _stored(part, source, kind.itemsize):
        whole = raw[: len(raw) // kind.itemsize * kind.itemsize]
        for length, heap, number in np.frombuffer(whole, kind).tolist():
            if length and objects.get((heap, number), -1) < length * size:
                raise ValueError(f"a list of {length:,} numbers that isn't there")


def _stored(part: Any, source: Path | io.BytesIO, size: int) -> Iterator[bytes]:
    """Give the bytes of a data set as they are in its file, without its filters."""
    import h5py

    made = part.id.get_create_plist()
    if made.get_layout() == h5py.h5d.CONTIGUOUS:
        begin = part.id.get_offset()
        if begin is not None:
            yield _bytes(source, begin, part.size * size)
    elif made.get_layout() == h5py.h5d.CHUNKED:
        filters = [made.get_filter(k) for k in range(made.get_nfilters())]
        whole = int(np.prod(part.chunks)) * size
        for k in range(part.id.get_num_chunks()):
            mask, raw = part.id.read_direct_chunk(part.id.get_chunk_info(k).chunk_offset)
            yield _undone(raw, [f for k, f in enumerate(filters) if not mask >> k & 1], size, whole)


def _bytes(source: Path | io.BytesIO, begin: int, n: int) -> bytes:
    if isinstance(source, io.BytesIO):
        return bytes(source.getbuffer()[begin : begin + n])
    with source.open("rb") as file:
        file.seek(begin)
        return file.read(n)


def _undone(raw: bytes, filters: list[Any], size: int, whole: int) -> bytes:
    """Return a chunk of `whole` bytes without its filters, the last of which was applied last."""
    for code, *_ in reversed(filters):
        if code == _DEFLATE:
            raw = zlib.decompressobj().decompress(raw, whole)
        elif code == _SHUFFLE:
            n = len(raw) // size
            raw = np.frombuffer(raw[: n * size], np.uint8).reshape(size, n).T.tobytes()
        else:
            raise ValueError(f"lists that filter {code} packs")
    return raw
