"""Holm's correction for several comparisons."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from eccles.stats.frames import require


def holm(p: ArrayLike) -> NDArray[np.float64]:
    """Return Holm's adjusted p values over a family of comparisons.

    The k-th smallest of m becomes the largest of (m - j + 1) p_j over j <= k, at most 1. NaN stay
    NaN and don't count: what wasn't tested is no comparison.

    Source: Holm 1979, Scandinavian Journal of Statistics 6, 65-70; computed by statsmodels.
    """
    raw = np.asarray(p, np.float64)
    adjusted = np.full(raw.shape, np.nan)
    tested = ~np.isnan(raw)
    if tested.any():
        require("statsmodels")
        from statsmodels.stats.multitest import multipletests

        adjusted[tested] = multipletests(raw[tested], method="holm")[1]
    return adjusted
