"""Data sets of an HDF5 file, read as columns of the kind that they must be."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eccles.errors import InputError, must

MOST_ENTRIES = 2**24
"""Entries of a column: samples, classes or speakers."""
MOST_EVENTS = 2**31
"""Events of all samples together, where they are rows of one table."""
_MOST_BYTES = 2**28
_MOST_TEXTS = 2**16
_MOST_PACKED = 1100
"""How many times its bytes on the disk gzip may give, and no filter of HDF5 more."""


def group(file: Any, name: str) -> Any:
    """Return a group of an open file, or None; raise InputError for another thing."""
    import h5py

    part = _own(file, name)
    if part is not None and not isinstance(part, h5py.Group):
        raise InputError(f"recordings: {name} must be a group, got {_kind(part)}")
    return part


def parts(file: Any, *names: str) -> Iterator[Any]:
    """Give those data sets of an open file that are there, and those in groups of these names."""
    import h5py

    for name in names:
        part = _own(file, name)
        inside = [f"{name}/{each}" for each in part] if isinstance(part, h5py.Group) else []
        for own in (part, *(_own(file, each) for each in inside)):
            if isinstance(own, h5py.Dataset) and not (own.external or own.is_virtual):
                yield own


def _part(file: Any, name: str) -> Any:
    import h5py

    part = _own(file, name)
    if not isinstance(part, h5py.Dataset):
        raise KeyError(name)
    if part.external or part.is_virtual:
        raise InputError(f"recordings: {name} must be in this file, got numbers from others")
    # What was never written takes no place in a file, whatever shape it says.
    size, stored = part.size * part.dtype.itemsize, part.id.get_storage_size()
    if part.size and size > max(2**20, _MOST_PACKED * stored):
        raise InputError(
            f"recordings: {name} must hold what it says, got {part.size:,} entries in "
            f"{stored:,} bytes"
        )
    return part


def _own(file: Any, name: str) -> Any:
    """Return what has a name in a file; a link would be followed into other files, or for ever."""
    import h5py

    part = file
    for step in name.split("/"):
        if not isinstance(part, h5py.Group) or step not in part:
            return None
        if not isinstance(part.get(step, getlink=True), h5py.HardLink):
            raise InputError(f"recordings: {name} must be in this file, got a link")
        part = part[step]
    return part


def _kind(part: Any) -> str:
    return "a data set" if hasattr(part, "shape") else "a type"


def column(
    file: Any, name: str, what: str = "text or numbers", kinds: str = "iufbSO"
) -> NDArray[Any]:
    """Return a data set of one axis, bytes as text.

    Args:
        file: an open file of h5py.
        name: of the data set.
        what: its entries must be, in words, for the error.
        kinds: that is in numpy's letters.

    Raises KeyError where there is none, InputError where it has other entries or another form.
    """
    part = _part(file, name)
    if part.ndim != 1 or part.dtype.kind not in kinds:
        raise InputError(f"recordings: {name} must be a list of {what}, got {_form(part)}")
    most = _MOST_TEXTS if part.dtype.kind in "SO" else MOST_ENTRIES
    if len(part) > most or len(part) * part.dtype.itemsize > _MOST_BYTES:
        raise InputError(
            f"recordings: {name} must have at most {most:,} entries, and "
            f"{_MOST_BYTES:,} bytes, got {_form(part)}"
        )
    return _text(part[:], name)


def lists(file: Any, name: str, what: str, kinds: str) -> Any:
    """Return a data set of lists, or of rows, of numbers, of which it is still to be read.

    Arguments and errors are those of `column`.
    """
    import h5py

    part = _part(file, name)
    inner = h5py.check_vlen_dtype(part.dtype)
    if part.ndim != (1 if inner else 2) or np.dtype(inner or part.dtype).kind not in kinds:
        raise InputError(f"recordings: {name} must be a list of {what} a sample, got {_form(part)}")
    if not inner and part.size > MOST_EVENTS:
        accepted = f"{MOST_EVENTS:,} entries at most"
        raise InputError(f"recordings: {name} must have {accepted}, got {_form(part)}")
    return part


def together(part: Any, size: int) -> int:
    """Return how many samples of a data set of `lists` may be read at a time, in bounded memory.

    A list may be as long as its file of `size` bytes, and the next one too.
    """
    longest = part.shape[1] * part.dtype.itemsize if part.ndim == 2 else size
    return min(1024, max(4, _MOST_BYTES // max(1, longest)))


def _form(part: Any) -> str:
    import h5py

    if h5py.check_string_dtype(part.dtype):
        kind = "text"
    else:
        inner = h5py.check_vlen_dtype(part.dtype)
        kind = f"lists of {inner}" if inner else str(part.dtype)
    return f"{kind} of shape {part.shape}"


def _text(array: NDArray[Any], name: str) -> NDArray[Any]:
    """Return an array of bytes as one of text, and any other as it is."""
    if array.dtype.kind not in "SO":
        return array
    try:
        return np.array(
            [each.decode() if isinstance(each, bytes) else str(each) for each in array], str
        )
    except UnicodeDecodeError as error:
        raise must("recordings", name, "text in UTF-8", error.object) from None
