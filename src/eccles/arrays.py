"""Arrays as they enter the package, checked and converted, so that all other code trusts them.

Each function takes whatever numpy can make an array of, such as lists, and torch tensors on any
device. `where` and `name` begin the sentence of an error.
"""

from __future__ import annotations

import operator
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from eccles.errors import must, shown


def as_array(where: str, name: str, values: object) -> NDArray[Any]:
    """Return values as an array.

    Raises InputError for what has no one shape, as lists in lists, for masked values, which an
    array would have as though they weren't, and for tensors that numpy has no numbers for.
    """
    if isinstance(values, np.ma.MaskedArray) and np.ma.is_masked(values):
        got = f"{np.ma.getmaskarray(values).sum():,} masked"
        raise must(where, name, "all there", got, "leave those out, or fill them in")
    try:
        if hasattr(values, "detach"):  # A tensor, which may be on a GPU or want gradients.
            return np.asarray(values.detach().cpu().numpy())
        return np.asarray(values)
    except (ValueError, TypeError, RuntimeError, OverflowError, NotImplementedError):
        accepted = "an array, or lists of one length, of numbers that numpy has"
        raise must(where, name, accepted, _kind(values), _remedy(values)) from None


def _kind(values: Any) -> str:
    """Return what values are, in words; of a tensor also its layout and device."""
    said: str = type(values).__name__
    if not hasattr(values, "detach"):
        return said
    layout, device = str(values.layout), values.device.type
    parts = [str(values.dtype).removeprefix("torch.")]
    if layout != "torch.strided":
        parts.append(layout.removeprefix("torch."))
    return f"a tensor of {', '.join(parts)}{'' if device == 'cpu' else f' on {device}'}"


def _remedy(values: Any) -> str:
    """Return the call that makes of a tensor one that numpy takes, or "" where none is known."""
    if not hasattr(values, "detach"):
        return ""
    if values.device.type == "meta":
        return "one on meta has a shape and no numbers"
    if str(values.layout) != "torch.strided":
        return "x.to_dense() makes one with all its numbers"
    return "x.long() or x.float() makes one of a type that numpy has"


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

    Every function that takes labels checks them here. Raises InputError unless they are such.
    """
    array = as_array(where, "labels", labels)
    if array.shape != (n_samples,):
        raise must(where, "the number of labels", f"{n_samples}", _shape(array))
    return whole_numbers(where, "labels", array, n_classes)


def samples_of(where: str, array: NDArray[Any], index: Any) -> NDArray[Any]:
    """Return the rows of an array that belong to some samples, chosen by a slice or a list.

    Every method that returns several samples checks their numbers here. Raises InputError for a
    number that no sample has, and for an index that gives no list of samples, such as one number.
    """
    try:
        chosen: NDArray[Any] = array[index]
    except (IndexError, TypeError, ValueError, OverflowError):
        n = len(array)
        accepted = f"whole numbers from {-n} to {n - 1}" if n else "an empty list"
        raise must(where, "samples", f"{accepted}, or a slice", _first_beyond(index, n)) from None
    if chosen.ndim != array.ndim or isinstance(index, tuple):
        hint = "one sample is a list of one: [[3]]"
        raise must(where, "samples", "a slice or a list", type(index).__name__, hint)
    return chosen


def sample_number(where: str, index: Any, n: int) -> int:
    """Return a sample's number from 0 to n - 1; a negative one counts from the end.

    Raises IndexError for a number that no sample has, which ends Python's loops over a data set,
    and InputError for anything but a whole number.
    """
    try:
        number = operator.index(index)
    except TypeError:
        hint = "batch takes a list or a slice of them"
        raise must(where, "a sample", "a whole number", index, hint) from None
    if not -n <= number < n:
        raise IndexError(f"{where}: sample {shown(number)} of {n}")
    return number % n


def _first_beyond(index: object, n: int) -> object:
    """Return the first number in an index that no sample has, or the index itself."""
    try:
        numbers = np.asarray(index)
        beyond = numbers[(numbers < -n) | (numbers >= n)]
        return beyond.flat[0].item() if numbers.dtype.kind in "iu" else index
    except (TypeError, ValueError, IndexError, AttributeError):
        return index


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
