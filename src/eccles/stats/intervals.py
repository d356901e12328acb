"""Confidence intervals of a mean or median: bootstrap, or Student's t of few values."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from eccles.arguments import typed
from eccles.errors import must, whole

Statistic = Literal["mean", "median"]
Values = NDArray[np.float64]

_CELLS = 4_000_000
"""Values drawn at once, so that many values don't need much memory."""


@typed("stats")
def confidence_interval(
    values: ArrayLike, statistic: Statistic = "mean", level: float = 0.95, seed: int = 0
) -> tuple[float, float]:
    """Return a confidence interval by the method that suits so many values.

    `bootstrap_interval`, but of `is_few` values `student_interval` for a mean. For a median of
    few there is none: (NaN, NaN). NaN among the values are left out.
    """
    known = _known(values, level)
    if statistic == "mean" and is_few(len(known), level):
        return student_interval(known, level)
    if statistic == "median" and is_few(len(known), level):
        return float("nan"), float("nan")
    return bootstrap_interval(known, statistic, level, seed)


def is_few(n: int, level: float = 0.95) -> bool:
    """Return whether n values are too few for a bootstrap interval of this level.

    It can't reach beyond the values, and all of these together, from the lowest to the highest,
    lie around the true median in 1 - 2^(1 - n) of all studies.

    >>> is_few(5), is_few(6), is_few(6, 0.99)
    (True, False, True)
    """
    return 2.0 ** max(1 - n, -2000) > 1 - level


@typed("stats")
def interval_method(n: int, level: float = 0.95) -> str:
    """Return how `confidence_interval` finds that of a mean of n values, in words.

    >>> interval_method(3), interval_method(8)
    ("Student's t", 'bootstrap')
    """
    whole("stats", "n", n, least=0)
    return "Student's t" if is_few(n, level) else "bootstrap"


@typed("stats")
def student_interval(values: ArrayLike, level: float = 0.95) -> tuple[float, float]:
    """Return Student's confidence interval of a mean: mean -+ t sd / sqrt(n).

    t is the quantile (1 + level) / 2 of Student's t with n - 1 degrees of freedom. For paired
    differences it is the interval of the paired t-test. It takes the values for normal, and needs
    few of them; NaN are left out.

    Returns (NaN, NaN) with fewer than two values.

    Source: Student 1908, doi 10.1093/biomet/6.1.1.
    """
    from scipy.special import stdtrit

    known = _known(values, level)
    n = len(known)
    if n < 2:
        return float("nan"), float("nan")
    if not np.ptp(known):
        return float(known[0]), float(known[0])
    half = stdtrit(n - 1, (1 + level) / 2) * known.std(ddof=1) / np.sqrt(n)
    return float(known.mean() - half), float(known.mean() + half)


@typed("stats")
def bootstrap_interval(
    values: ArrayLike,
    statistic: Statistic = "mean",
    level: float = 0.95,
    seed: int = 0,
    resamples: int = 9999,
) -> tuple[float, float]:
    """Return a bootstrap confidence interval of a mean or median.

    The statistic of `resamples` samples, drawn from the values with replacement, between the
    percentiles q and 1 - q, with q = Phi(-sqrt(n / (n - 1)) t), t the quantile (1 + level) / 2 of
    Student's t with n - 1 degrees of freedom. With many values q is (1 - level) / 2, the plain
    percentile interval; with few that one would be too narrow. The same seed gives the same bits.

    Args:
        values: numbers; NaN are left out.
        statistic: "mean" or "median".
        level: share of studies whose interval holds the true statistic.
        seed: of the draws.
        resamples: how many samples are drawn.

    Returns (NaN, NaN) with fewer than two values. It never reaches beyond the values, so of few it
    is too narrow: with two it is from the one to the other, which holds the mean of a normal
    distribution in half of all studies. `confidence_interval` has another method for these.

    Source: expanded percentile interval, Hesterberg 2015, doi 10.1080/00031305.2015.1089789.
    """
    from scipy.special import ndtr, stdtrit

    if statistic not in ("mean", "median"):
        raise must("stats", "statistic", "'mean' or 'median'", statistic)
    if resamples < 1:
        raise must("stats", "resamples", "a whole number above 0", resamples)
    known = _known(values, level)
    n = len(known)
    if n < 2:
        return float("nan"), float("nan")
    draw = _means if statistic == "mean" else _medians
    found = draw(known, np.random.default_rng(seed), resamples)
    q = ndtr(-np.sqrt(n / (n - 1)) * stdtrit(n - 1, (1 + level) / 2))
    low, high = np.quantile(found, [q, 1 - q])
    return float(low), float(high)


def _known(values: ArrayLike, level: float) -> Values:
    """Return the values that aren't NaN, sorted, once they and the level are in range."""
    if not 0 < level < 1:
        raise must("stats", "level", "a number between 0 and 1", level)
    known = np.sort(np.asarray(values, np.float64).ravel())
    known = known[~np.isnan(known)]
    if np.isinf(known).any():
        raise must("stats", "values", "finite, or NaN where there is nothing", "an infinite value")
    return known


def _means(values: Values, random: np.random.Generator, resamples: int) -> Values:
    n = len(values)
    step = max(1, _CELLS // n)
    return np.concatenate(
        [
            values[random.integers(n, size=(min(step, resamples - done), n))].mean(axis=1)
            for done in range(0, resamples, step)
        ]
    )


def _medians(values: Values, random: np.random.Generator, resamples: int) -> Values:
    """Return medians of samples of sorted values.

    The middle of n uniform draws is a Beta variable, the next one above it too, of what is left:
    two draws a sample, not n.
    """
    n = len(values)
    below = (n + 1) // 2
    middle = random.beta(below, n - below + 1, resamples)
    if n % 2:
        return values[_index(middle, n)]
    above = middle + (1 - middle) * random.beta(1, n - below, resamples)
    return (values[_index(middle, n)] + values[_index(above, n)]) / 2


def _index(uniform: Values, n: int) -> NDArray[np.int64]:
    return np.minimum((n * uniform).astype(np.int64), n - 1)
