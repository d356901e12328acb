"""A row of numbers, as a function of statistics takes it."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from eccles.errors import must


def row(name: str, values: ArrayLike, *, finite: bool = True) -> NDArray[np.float64]:
    """Return numbers as an array of one axis, or raise InputError where they are no row.

    Args:
        name: what they are called.
        values: the numbers.
        finite: whether each must be finite.
    """
    numbers = np.asarray(values, np.float64)
    if numbers.ndim != 1:
        raise must("stats", name, "one row of numbers", list(numbers.shape))
    if finite and not np.isfinite(numbers).all():
        raise must("stats", name, "finite", numbers[~np.isfinite(numbers)][0])
    return numbers
