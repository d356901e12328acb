"""How numbers of a study's tables are written: shares in percent, rates in Hz."""

from __future__ import annotations

import math
from collections.abc import Callable


def amount(name: str, value: float) -> str:
    """Return a number as its column's name asks for; "-" for none.

    >>> amount("peak_accuracy", 0.81), amount("final_rate_hz", 5.0), amount("loss", 0.123456)
    ('81.0 %', '5.00 Hz', '0.1235')
    """
    if math.isnan(value):
        return "-"
    if is_share(name):
        return f"{100 * value:.1f} %"
    return f"{value:.2f} Hz" if name.endswith("_hz") else f"{value:.4g}"


def change(name: str, difference: float) -> str:
    """Return a difference with its sign, of shares in percentage points.

    >>> change("peak_accuracy", -0.017), change("loss", 0.02)
    ('-1.7', '+0.02')
    """
    if math.isnan(difference):
        return "-"
    return f"{100 * difference:+.1f}" if is_share(name) else f"{difference:+.3g}"


def interval(name: str, low: float, high: float, of: Callable[[str, float], str] = amount) -> str:
    """Return an interval of amounts or changes, its unit said once.

    >>> interval("peak_accuracy", 0.464, 0.801), interval("loss", float("nan"), float("nan"))
    ('46.4 to 80.1 %', '-')
    """
    if math.isnan(low):
        return "-"
    return f"{of(name, low).split()[0]} to {of(name, high)}"


def is_share(name: str) -> bool:
    """Return whether a column's numbers are shares of samples."""
    return name.endswith("accuracy")
