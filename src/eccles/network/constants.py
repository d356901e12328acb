"""Constants that hold for a whole population, or for each of its groups."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from reprlib import repr as short
from typing import Any

from eccles.errors import InputError, must, nearest
from eccles.units import ALONE, SHORTEST, duration, seconds

ByGroup = float | dict[str, float]
"""One number for all groups, or a number for each."""

MOST = 1e6
"""The largest of numbers, far beyond those of which anything can learn."""

Reader = Callable[[Any, str], float]
"""Reads a value, given what it is called."""


def time(most: float) -> Reader:
    """Return a reader of times from `SHORTEST` to `most`, both in seconds."""

    def read(value: Any, name: str) -> float:
        found = seconds(value, name)
        if found > most:
            raise must("network", name, f"at most {duration(most)}", duration(found), ALONE)
        if found < SHORTEST:
            raise must("network", name, f"{duration(SHORTEST)} or more", duration(found))
        return found

    return read


def number(least: float, *, itself: bool = True) -> Reader:
    """Return a reader of numbers from `least` to `MOST`.

    `least` is refused itself where `itself` is False.
    """

    def read(value: Any, name: str) -> float:
        right = isinstance(value, int | float) and not isinstance(value, bool)
        if not right or not math.isfinite(value) or value < least or (value == least > -math.inf
                                                                     and not itself):  # fmt: skip
            accepted = f"a number of {least:g} or more" if itself else f"a number above {least:g}"
            raise must("network", name, accepted, value)
        if value > MOST:
            raise must("network", name, f"at most {MOST:,.0f}", value)
        return float(value)

    return read


def by_group(value: Any, groups: Iterable[str], name: str, read: Reader) -> ByGroup:
    """Return a constant in one spelling: a single number where it is the same for all groups.

    Raises InputError for a group that is missing or isn't there, and as `read` does.
    """
    if not isinstance(value, Mapping):
        return read(value, name)
    known = list(groups)
    for group in value:
        if group not in known:
            there_are = f"there are {', '.join(known)}"
            raise InputError(
                f"network: {name} must be one for all or one for each group, got one for "
                f"{group!r}{nearest(str(group), known)}; {there_are}"
            )
    missing = [group for group in known if group not in value]
    if missing:
        got = f"none for {', '.join(missing)}"
        raise InputError(
            f"network: {name} must be one for all or one for each group, got {short(dict(value))} "
            f"with {got}"
        )
    found = {group: read(value[group], f"{name} of {group}") for group in known}
    values = set(found.values())
    return values.pop() if len(values) == 1 else found


def of_group(constant: ByGroup, group: str) -> float:
    """Return a group's own number."""
    return constant[group] if isinstance(constant, dict) else constant
