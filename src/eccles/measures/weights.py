"""What the weights of a projection are like."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eccles.arguments import typed
from eccles.errors import must
from eccles.measures.histogram import bin_width

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


@typed("measures")
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


@typed("measures")
def weight_histogram(weights: NDArray[np.floating[Any]], most: int = 60) -> list[dict[str, float]]:
    """Return a histogram of weights, or of changes of weights: low, high and count of each bin.

    A value v lies in the bin with low <= v < high, and all bins but one have the same width.
    Exact zeros, which a projection to Dale's signs leaves, are the first bin, from 0 to 0. The
    others reach from the lowest to the highest of the rest, empty ones among them. Their width is
    the smallest power of two that needs `most` bins at most, and their edges are whole multiples
    of it: bins of different epochs can be laid over each other, and no edge is rounded.

    >>> for each in weight_histogram(np.array([0.0, -1.0, 0.5, 0.75]), most=4):
    ...     print(*each.values())
    0.0 0.0 1
    -1.0 -0.5 1
    -0.5 0.0 0
    0.0 0.5 0
    0.5 1.0 2
    """
    if most < 2:
        raise must("histogram", "most", "2 or more", most)
    flat = np.asarray(weights, np.float64).ravel()
    if not np.isfinite(flat).all():
        strange = float(flat[~np.isfinite(flat)][0])
        raise must(
            "histogram",
            "weights",
            "finite",
            strange,
            "a network that diverges may need a smaller lr",
        )
    rest = flat[flat != 0]
    zeros = {"low": 0.0, "high": 0.0, "count": len(flat) - len(rest)}
    if not len(rest):
        return [zeros]
    lowest, highest = float(rest.min()), float(rest.max())
    width = bin_width(lowest, highest, most)
    first = math.floor(lowest / width)
    counts = np.bincount(np.floor(rest / width).astype(np.int64) - first)
    return [
        zeros,
        *(
            {"low": (first + k) * width, "high": (first + k + 1) * width, "count": int(n)}
            for k, n in enumerate(counts)
        ),
    ]
