"""What the weights of a projection are like."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

COLUMNS = {
    "weights": "BIGINT",
    "zeros": "DOUBLE",
    "mean": "DOUBLE",
    "std": "DOUBLE",
    "lowest": "DOUBLE",
    "median": "DOUBLE",
    "highest": "DOUBLE",
}
"""The columns of `weight_statistics`, and their types in SQL."""


def weight_statistics(weights: NDArray[np.floating[Any]]) -> dict[str, float]:
    """Return count, share of exact zeros, mean, standard deviation, lowest, median and highest.

    In double precision, whatever the weights' own; NaN where there are no weights.

    >>> weight_statistics(np.array([0.0, 1.0, 2.0, 5.0]))["zeros"]
    0.25
    """
    flat = np.asarray(weights, np.float64).ravel()
    n = len(flat)
    if not n:
        return {"weights": 0, **{name: float("nan") for name in list(COLUMNS)[1:]}}
    return {
        "weights": n,
        "zeros": float((flat == 0).sum() / n),
        "mean": float(flat.mean()),
        "std": float(flat.std()),
        "lowest": float(flat.min()),
        "median": float(np.median(flat)),
        "highest": float(flat.max()),
    }
