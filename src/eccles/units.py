"""Durations and rates: people write "10 ms" and "5 Hz", code counts in seconds and hertz."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from numbers import Real

from eccles.errors import must

SHORTEST = 1e-6
"""The shortest time constant in seconds: one so short leaves nothing of a step of any data."""

PLAIN = 10.0
"""Seconds from which a text needs a unit: hardly anybody who writes 400 means so many seconds."""

ALONE = 'a number alone is seconds; write "10 ms" for ten milliseconds'
"""What to say of a time that is out of its range, for it may have been meant in other units."""

TIMES = frozenset(
    {"tau_mem", "tau_syn", "tau_syn_inhibitory", "tau_adapt", "delay", "max_time", "dt"}
)
"""Settings of a run that are times, which tables hold in seconds and people read with a unit."""

_SECONDS = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6}
_HERTZ = {"": 1.0, "hz": 1.0, "khz": 1e3}
_RATE = re.compile(r"\s*([-+0-9.eE]+)\s*([a-zA-Z]*)\s*")
_DURATION = re.compile(r"\s*([-+0-9.eE]+)\s*([a-zµ]*)\s*")

Rates = float | dict[str, float]
"""One rate in Hz for all neurons, or one by group."""

_RATES = 'a rate such as "5 Hz", or one by group, "E: 5 Hz, PV: 15 Hz"'


def seconds(value: str | float, name: str = "duration") -> float:
    """Return a duration in seconds from a number of seconds or a text with a unit.

    Raises InputError unless the value is finite, above zero, and in s, ms or us, and for a text of
    `PLAIN` or more without a unit.

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
    if isinstance(value, str) and not match[2] and result >= PLAIN:
        said = value.strip()
        hint = f'a number alone is seconds; write "{said} ms" or "{said} s"'
        raise must("units", name, f"a time with its unit from {PLAIN:g} s on", value, hint)
    return result


def hertz(value: object, name: str = "rate", where: str = "units") -> float:
    """Return a rate in Hz from a number of Hz or a text with a unit.

    Raises InputError unless the value is finite, above zero, and in Hz or kHz.

    >>> hertz("5 Hz"), hertz("0.1"), hertz(20), hertz("0.02 kHz")
    (5.0, 0.1, 20.0, 20.0)
    """
    accepted = 'a rate above 0 such as "5 Hz"'
    taken = isinstance(value, str | Real) and not isinstance(value, bool)
    try:
        match = _RATE.fullmatch(str(value)) if taken else None
        if match is None or match[2].lower() not in _HERTZ:
            raise ValueError("no rate")
        result = float(match[1]) * _HERTZ[match[2].lower()]
    except ValueError:
        raise must(where, name, accepted, value) from None
    if not (math.isfinite(result) and result > 0):
        raise must(where, name, accepted, value)
    return result


def read_rates(value: object, name: str = "rate", where: str = "units") -> Rates:
    """Return rates in Hz from a number, a text, or a mapping by group.

    Raises InputError for a rate that isn't finite and above 0, and a group without or with two.

    >>> read_rates("5 Hz"), read_rates(0.5), read_rates("E: 5 Hz, PV: 15")
    (5.0, 0.5, {'E': 5.0, 'PV': 15.0})
    """
    if isinstance(value, str) and ":" in value:
        pairs = [part.partition(":") for part in value.split(",")]
        groups = [group.strip() for group, _, _ in pairs]
        if not all(groups) or len(set(groups)) < len(groups):
            raise must(where, name, f"{_RATES}, each group once", value)
        value = dict(zip(groups, [rate.strip() for _, _, rate in pairs], strict=True))
    if isinstance(value, Mapping):
        named = [group.strip() for group in value if _is_group(group)]
        if not value or len(set(named)) < len(value):
            raise must(where, name, _RATES, dict(value))
        value = dict(zip(named, value.values(), strict=True))
        return {group: hertz(rate, f"{name} of {group}", where) for group, rate in value.items()}
    return hertz(value, name, where)


def _is_group(name: object) -> bool:
    """Return whether a name stands for a group in a text of rates."""
    whole = isinstance(name, str) and name.strip().isprintable() and name.strip()
    return bool(whole) and not {":", ","} & set(str(name))


def spelt_rates(rates: Rates) -> str:
    """Return rates as people write them; groups come in order, so that one value has one spelling.

    >>> spelt_rates(5.0), spelt_rates({"PV": 15.0, "E": 0.5})
    ('5 Hz', 'E: 0.5 Hz, PV: 15 Hz')
    """
    if isinstance(rates, dict):
        return ", ".join(f"{group}: {_spelt(rates[group])}" for group in sorted(rates))
    return _spelt(rates)


def _spelt(rate: float) -> str:
    text = f"{rate:g}"
    # All digits where a few don't say it.
    return f"{text if float(text) == rate else repr(rate)} Hz"


def whole_number(text: str) -> int | None:
    """Return the whole number that a text of up to 18 digits is, or None for any other text.

    >>> whole_number("12"), whole_number("-1"), whole_number("²"), whole_number("9" * 5000)
    (12, None, None, None)
    """
    return int(text) if re.fullmatch("[0-9]{1,18}", text) else None


def duration(value: float) -> str:
    """Return a duration as people write it.

    >>> duration(0.01), duration(1.5), duration(0.0005), duration(5e-7)
    ('10 ms', '1.5 s', '0.5 ms', '0.5 us')
    """
    if abs(value) >= 1:
        return f"{value:g} s"
    return f"{value * 1e3:g} ms" if abs(value) >= 1e-4 else f"{value * 1e6:g} us"


def clock(seconds: float) -> str:
    """Return how long something takes as a person reads it.

    >>> clock(59), clock(125), clock(3725)
    ('59 s', '2 min 5 s', '1 h 2 min')
    """
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
