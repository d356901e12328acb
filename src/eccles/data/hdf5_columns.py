"""Data sets of an HDF5 file, read as columns of the kind that they must be."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from eccles.errors import InputError, must


def _part(file: Any, name: str) -> Any:
    part = file.get(name)
    if not hasattr(part, "dtype"):  # None, or a group.
        raise KeyError(name)
    return part


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
    return part


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
