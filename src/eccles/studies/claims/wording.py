"""Numbers as a person reads them."""

from __future__ import annotations

from collections.abc import Mapping


def each(values: Mapping[str, float], spelling: str) -> str:
    """Return a value a ratio as a person reads them.

    >>> each({"50:50": 0.5, "80:20": -0.25}, "+.1f")
    '50:50 +0.5, 80:20 -0.2'
    """
    return ", ".join(f"{ei} {value:{spelling}}" for ei, value in values.items())


def percent(share: float) -> str:
    """Return a share as a person reads it.

    >>> percent(0.8149)
    '81.5 %'
    """
    return f"{100 * share:.1f} %"


def span(low: int, high: int) -> str:
    """Return a range of whole numbers; one number where that is all.

    >>> span(7, 8), span(8, 8)
    ('7 to 8', '8')
    """
    return f"{low}" if low == high else f"{low} to {high}"
