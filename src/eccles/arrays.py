"""Arrays as they enter: numbers of whatever type become those that the rest trusts, or a sentence.

Each function takes what numpy can make an array of, lists among it, and torch tensors, wherever
they live. `where` and `name` are for the sentence.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from eccles.errors import must


def as_array(where: str, name: str, values: object) -> NDArray[Any]:
    """Return values as an array; raise InputError for what has no one shape, lists in lists say."""
    try:
        if hasattr(values, "detach"):  # A tensor, which may be on a GPU or want gradients.
            values = values.detach().cpu().numpy()
        return np.asarray(values)
    except (ValueError, TypeError, RuntimeError, OverflowError):
        accepted = "an array, or lists of one length, of numbers that numpy has"
        raise must(where, name, accepted, type(values).__name__) from None


def whole_numbers(
    where: str,
    name: str,
    values: object,
    below: int = 2**63,
    dtype: DTypeLike = np.int64,
    accepted: str = "",
) -> NDArray[Any]:
    """Return whole numbers from 0 to below - 1 as an array [n] of a type that holds them.

    Integers of any width and byte order serve. Raises InputError for any other type, even where
    it happens to hold whole numbers, for another number of axes, and for numbers out of range.
    """
    array = as_array(where, name, values)
    if array.ndim != 1:
        raise must(where, name, "a list of whole numbers", _shape(array))
    if not array.size:
        return np.empty(0, dtype)
    if array.dtype.kind not in "iu":
        kind = "text" if array.dtype.kind in "US" else array.dtype.name
        raise must(where, name, "whole numbers", f"{kind} such as {_first(array)}")
    least, most = int(array.min()), int(array.max())
    if least < 0 or most >= below:
        raise must(where, name, accepted or f"from 0 to {below - 1}", least if least < 0 else most)
    return array.astype(dtype, copy=False)


def class_labels(where: str, labels: object, n_samples: int, n_classes: int) -> NDArray[np.int64]:
    """Return one class from 0 to n_classes - 1 for each sample, int64 [B].

    All that takes labels takes them by this. Raises InputError unless they are such.
    """
    array = as_array(where, "labels", labels)
    if array.shape != (n_samples,):
        raise must(where, "the number of labels", f"{n_samples}", _shape(array))
    return whole_numbers(where, "labels", array, n_classes)


def kept(array: NDArray[Any]) -> NDArray[Any]:
    """Return an array in one piece that can't be written: itself, or a copy where it could be."""
    if array.flags.writeable or not array.flags.c_contiguous:
        array = array.copy()
        array.flags.writeable = False
    return array


def _shape(array: NDArray[Any]) -> object:
    return len(array) if array.ndim == 1 else f"an array of shape {array.shape}"


def _first(array: NDArray[Any]) -> str:
    text = f"{array[0]!s}"
    return text if len(text) <= 20 else f"{text[:20]}..."
