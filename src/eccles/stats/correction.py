"""Holm's correction for several comparisons."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from eccles.arguments import typed
from eccles.stats.rows import row


@typed("stats")
def holm(p: ArrayLike) -> NDArray[np.float64]:
    """Return Holm's adjusted p values over a family of comparisons.

    The k-th smallest of m becomes the largest of (m - j + 1) p_j over j <= k, at most 1. NaN stay
    NaN and don't count: what wasn't tested is no comparison.

    >>> holm([0.01, 0.04, 0.03, float("nan")]).tolist()
    [0.03, 0.06, 0.06, nan]

    Source: Holm 1979, Scandinavian Journal of Statistics 6, 65-70.
    """
    raw = row("p", p, finite=False)
    adjusted = np.full(raw.shape, np.nan)
    order = np.argsort(raw)[: np.count_nonzero(~np.isnan(raw))]
    left = np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(left * raw[order]))
    return adjusted
