"""Durations and rates at the edges: "10 ms" in, seconds inside."""

from __future__ import annotations

import math
import re
from numbers import Real

from eccles.errors import must

_SECONDS = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6}
_HERTZ = re.compile(r"\s*([-+0-9.eE]+)\s*(Hz|kHz|)\s*")
_DURATION = re.compile(r"\s*([-+0-9.eE]+)\s*([a-zµ]*)\s*")


def seconds(value: str | float, name: str = "duration") -> float:
    """Return a duration in seconds from a number of seconds or a text with a unit.

    Raises InputError unless the value is finite, above zero, and in s, ms or us.

    >>> seconds("10 ms"), seconds("5ms"), seconds(0.02), seconds("1 s")
    (0.01, 0.005, 0.02, 1.0)
    """
    accepted = 'a time above 0 such as "10 ms" or 0.01 (seconds)'
    try:
        # Of what is neither text nor number not even the text is wanted: it may be of any length.
        match = _DURATION.fullmatch(str(value)) if isinstance(value, str | Real) else None
        if match is None or match[2] not in {"", *_SECONDS}:
            raise ValueError("no duration")
        number = float(match[1])
    except ValueError:  # Of a whole number of thousands of digits too, which str refuses.
        raise must("units", name, accepted, value) from None
    # Dividing by 1000 rounds once, as the literal 0.01 does; multiplying by 1e-3 may not.
    scale = _SECONDS[match[2] or "s"]
    result = number / round(1 / scale)
    if not (math.isfinite(result) and result > 0):
        raise must("units", name, accepted, value)
    return result


def hertz(value: str | float, name: str = "rate") -> float:
    """Return a rate in Hz from a number of Hz or a text with a unit.

    Raises InputError unless the value is finite, above zero, and in Hz or kHz.

    >>> hertz("10 Hz"), hertz("0.5Hz"), hertz(3), hertz("1 kHz")
    (10.0, 0.5, 3.0, 1000.0)
    """
    accepted = 'a rate above 0 such as "10 Hz" or 10 (Hz)'
    try:
        match = _HERTZ.fullmatch(str(value)) if isinstance(value, str | Real) else None
        result = float(match[1]) * (1000.0 if match[2] == "kHz" else 1.0) if match else 0.0
    except ValueError:
        result = 0.0
    if not (math.isfinite(result) and result > 0):
        raise must("units", name, accepted, value)
    return result


def whole_number(text: str) -> int | None:
    """Return the whole number that a text of up to 18 digits is, or None for any other text.

    >>> whole_number("12"), whole_number("-1"), whole_number("²"), whole_number("9" * 5000)
    (12, None, None, None)
    """
    return int(text) if re.fullmatch("[0-9]{1,18}", text) else None


def duration(value: float) -> str:
    """Return a duration as people write it.

    >>> duration(0.01), duration(1.5), duration(0.0005)
    ('10 ms', '1.5 s', '0.5 ms')
    """
    return f"{value:g} s" if value >= 1 else f"{value * 1e3:g} ms"
