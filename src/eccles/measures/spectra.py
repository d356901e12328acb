"""Eigenvalues and singular values of weights, which tell what a projection can amplify."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from eccles.arguments import typed
from eccles.errors import must


@typed("measures")
def spectral_radius(weights: NDArray[np.floating[Any]]) -> float:
    """Return the largest absolute eigenvalue of recurrent weights [n, n].

    >>> round(spectral_radius(np.array([[0.0, 2.0], [-2.0, 0.0]])), 9)
    2.0
    """
    if weights.ndim != 2 or weights.shape[0] != weights.shape[1]:
        raise must("measures", "weights", "square, as recurrent ones are", weights.shape)
    return float(np.abs(np.linalg.eigvals(np.asarray(weights, np.float64))).max(initial=0.0))


@typed("measures")
def spectral_entropy(weights: NDArray[np.floating[Any]]) -> float:
    """Return the entropy of the singular values, over their sum, in units of the highest.

    1 where all are alike, 0 where one alone isn't 0: the fewer directions the weights tell apart,
    the lower. NaN where all weights are 0. Source: Li, Cornford et al. 2023, NeurIPS.

    >>> spectral_entropy(np.eye(3)), spectral_entropy(np.ones((2, 3)))
    (1.0, 0.0)
    """
    if weights.ndim != 2:
        raise must("measures", "weights", "a matrix", weights.shape)
    values = np.linalg.svd(np.asarray(weights, np.float64), compute_uv=False)
    total = values.sum()
    if not total:
        return float("nan")
    shares = values[values > 0] / total
    highest = np.log(len(values)) if len(values) > 1 else 1.0
    return float(abs(round(-(shares * np.log(shares)).sum() / highest, 12)))
