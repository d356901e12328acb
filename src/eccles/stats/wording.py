"""How p values, and means with their intervals, are written in tables and sentences."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from eccles.arguments import typed
from eccles.errors import must
from eccles.stats.intervals import confidence_interval


@typed("stats")
def interval_cell(values: ArrayLike, decimals: int = 1, signed: bool = True) -> str:
    """Return a mean with its 95 % interval for a table; "-" where there are no values.

    One value has no interval and stands alone. NaN among the values are left out. Raises
    InputError as `confidence_interval` does, and for decimals that aren't from 0 to 15.

    >>> interval_cell([1.0, 2.0, 3.0]), interval_cell([1.0, 2.0, 3.0], 2, signed=False)
    ('+2.0 [-0.5, +4.5]', '2.00 [-0.48, 4.48]')
    >>> interval_cell([2.0]), interval_cell([])
    ('+2.0', '-')
    """
    if not 0 <= decimals <= 15:
        raise must("stats", "decimals", "a whole number from 0 to 15", decimals)
    low, high = confidence_interval(values)
    known = np.asarray(values, dtype=float)
    if np.isnan(known).all():
        return "-"
    spelling = f"{'+' if signed else ''}.{decimals}f"
    mean = f"{np.nanmean(known):{spelling}}"
    return mean if math.isnan(low) else f"{mean} [{low:{spelling}}, {high:{spelling}}]"


@typed("stats")
def p_cell(p: float) -> str:
    """Return a p value for a table: four decimals below 0.1, two above; "-" for NaN.

    >>> p_cell(0.00912), p_cell(0.3), p_cell(3e-9), p_cell(float("nan"))
    ('0.0091', '0.30', '< 0.0001', '-')
    """
    if math.isnan(p):
        return "-"
    if p < 0.0001:
        return "< 0.0001"
    return f"{p:.4f}" if p < 0.1 else f"{p:.2f}"


@typed("stats")
def p_text(p: float) -> str:
    """Return a p value for a sentence; "no test" for NaN.

    >>> p_text(0.00912), p_text(3e-9), p_text(float("nan"))
    ('p = 0.0091', 'p < 0.0001', 'no test')
    """
    if math.isnan(p):
        return "no test"
    return f"p {p_cell(p)}" if p < 0.0001 else f"p = {p_cell(p)}"


@typed("stats")
def stars(p: float) -> str:
    """Return *** below 0.001, ** below 0.01, * below 0.05, else "n.s."; nothing for NaN.

    >>> [stars(p) for p in (0.0004, 0.004, 0.04, 0.4)]
    ['***', '**', '*', 'n.s.']
    """
    if math.isnan(p):
        return ""
    return next(
        (mark for mark, top in (("***", 0.001), ("**", 0.01), ("*", 0.05)) if p < top), "n.s."
    )
