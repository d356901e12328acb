"""Wilcoxon's signed-rank test of paired values, exact."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from eccles.arguments import typed
from eccles.errors import must, whole
from eccles.stats.rows import row

_EXACT = 500
"""Pairs up to which all sign patterns are counted; beyond, the normal approximation is as good."""


class SignedRank(NamedTuple):
    """Wilcoxon's signed-rank test of n paired differences."""

    p: float
    """Two-sided p value; NaN without a pair."""
    rank_biserial: float
    """(W+ - W-) / (W+ + W-), from -1 (all differences below 0) to 1 (all above)."""
    n_unequal: int
    """Differences that aren't 0: the others say nothing, and are left out."""


@typed("stats")
def differences(first: ArrayLike, second: ArrayLike) -> NDArray[np.float64]:
    """Return first - second, to 12 digits of the largest value.

    So 0.9 - 0.8 and 0.8 - 0.7 are the same difference, as they are on paper: a test of ranks sees
    a tie, and no variance where there is none.
    """
    a, b = row("the first values", first), row("the second values", second)
    if len(a) != len(b):
        raise must("stats", "the second values", f"as many as the first, {len(a)}", len(b))
    largest = max(np.abs(a).max(initial=0.0), np.abs(b).max(initial=0.0))
    digits = 12 - math.ceil(math.log10(largest)) if largest else 0
    return np.round(a - b, min(digits, 300))


@typed("stats")
def signed_rank(difference: ArrayLike) -> SignedRank:
    """Return Wilcoxon's signed-rank test of paired differences against none.

    W+ is the sum of the ranks of |difference| over positive differences, ties at their mean rank,
    zeros left out. p is the share of the 2^n sign patterns whose W+ is as far from its mean or
    farther, counted exactly (above 500 pairs: the normal approximation, variance sum(rank^2) / 4).
    Where all differences are 0, p is 1.

    Source: Wilcoxon 1945, doi 10.2307/3001968; effect: Kerby 2014, doi 10.2466/11.IT.3.1.
    """
    from scipy.special import ndtr
    from scipy.stats import rankdata

    d = row("the differences", difference)
    unequal = d[d != 0]
    if not len(unequal):
        return SignedRank(1.0 if len(d) else math.nan, 0.0 if len(d) else math.nan, 0)
    # Twice a mean rank is a whole number.
    ranks = np.round(2 * rankdata(np.abs(unequal))).astype(np.int64)
    total = int(ranks.sum())
    above = int(ranks[unequal > 0].sum())
    tail = min(above, total - above)
    if len(unequal) <= _EXACT:
        p = 2 * _at_most(tail, ranks)
    else:
        p = 2 * float(ndtr((tail - total / 2) / math.sqrt((ranks.astype(float) ** 2).sum() / 4)))
    return SignedRank(min(1.0, p), (2 * above - total) / total, len(unequal))


@typed("stats")
def smallest_p(n: int) -> float:
    """Return 2 / 2^n, the smallest p that n pairs can give: all differences of one sign.

    >>> smallest_p(8)
    0.0078125
    """
    whole("stats", "n", n, least=0)
    return min(1.0, 2.0 ** max(1 - n, -2000))


def _at_most(tail: int, ranks: NDArray[np.int64]) -> float:
    """Return the chance that ranks with random signs have a positive sum of at most `tail`."""
    chance = np.zeros(tail + 1)
    chance[0] = 1.0
    for rank in ranks:
        chance[rank:] += chance[:-rank].copy()
        chance /= 2
    return float(chance.sum())
