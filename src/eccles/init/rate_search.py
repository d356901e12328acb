"""Find factors on weights at which measured firing rates meet their targets.

Rates of spiking neurons rise steeply with what drives them, and about as a power of it. So the
search is in logarithms of factors and rates, where a secant comes near and a bracket makes it safe.
A measured rate is exact for its samples, and the search gives the same bits each time.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Measure = Callable[[Floats], Floats]
"""Takes logarithms of factors, returns rates."""

_SLOPE = 3.0
"""How steep the logarithm of a rate is in that of a factor, before anything is known."""

_REACH = math.log(1e6)
"""How far from where it starts a factor may be."""

_ROUNDS = 3
"""How often all rates are searched for one after the other, where that is needed."""

_MOST = 200
"""Measurements of a search at most; each computes all samples."""

_NARROW = 1e-9
"""Two factors as near as this are one: between their rates there is nothing."""


class Found(NamedTuple):
    """What a search came to.

    Attributes:
        factors: logarithms of the factors.
        rates: those measured there.
        slopes: how the logarithms of rates change with those of factors, [n, n].
        below, above: the rates seen next to each target on either side; -inf or inf for none.
    """

    factors: Floats
    rates: Floats
    slopes: Floats
    below: Floats
    above: Floats

    def off(self, targets: Floats) -> Floats:
        """Return by how much each rate misses its target, as a share of it."""
        return np.abs(self.rates / targets - 1.0)


class _LongEnoughError(Exception):
    """The search has made as many measurements as it may."""


class _Watched:
    """A measure that remembers the best it gave, and the rates next to the targets."""

    def __init__(self, measure: Measure, targets: Floats) -> None:
        self._measure = measure
        self.targets = targets
        self._left = _MOST
        self.best: tuple[Floats, Floats] | None = None
        self.below = np.full(len(targets), -math.inf)
        self.above = np.full(len(targets), math.inf)

    def __call__(self, factors: Floats) -> Floats:
        self._left -= 1
        if self._left < 0:
            raise _LongEnoughError
        rates = self._measure(factors)
        under, over = rates <= self.targets, rates >= self.targets
        self.below[under] = np.maximum(self.below, rates)[under]
        self.above[over] = np.minimum(self.above, rates)[over]
        if self.best is None or self.miss(rates) < self.miss(self.best[1]):
            self.best = factors.copy(), rates
        return rates

    def miss(self, rates: Floats) -> float:
        """Return how far the worst rate is from its target, as a factor's logarithm."""
        with np.errstate(divide="ignore"):
            return float(np.abs(np.log(rates / self.targets)).max())

    def found(self, slopes: Floats) -> Found:
        assert self.best is not None
        return Found(*self.best, slopes, self.below, self.above)


def search(
    measure: Measure,
    targets: Floats,
    start: Floats,
    slopes: Floats | None = None,
    tolerance: float = 0.01,
) -> Found:
    """Return factors at which rates are within a tolerance of their targets, or the nearest seen.

    One rate is searched for by a secant within a bracket. Several that depend on each other are
    by Broyden's method, and where that doesn't lead there, one after the other, again and again.

    Args:
        measure: gives the rates, each 0 or more.
        targets: the rates wanted, above 0.
        start: logarithms of factors to begin with.
        slopes: what an earlier search found of them.
        tolerance: share of a target by which its rate may miss it.
    """
    watched = _Watched(measure, targets)
    near = math.log1p(tolerance)
    known = _SLOPE * np.eye(len(targets)) if slopes is None else slopes.copy()
    with suppress(_LongEnoughError):
        _search(watched, start, known, near)
    return watched.found(known)


def _search(watched: _Watched, start: Floats, known: Floats, near: float) -> None:
    """Search until all rates are met, or nothing more helps; the slopes are learnt in place."""
    targets = watched.targets
    if len(targets) == 1:
        known[0, 0] = _one(watched, 0, start, float(known[0, 0]), near)
        return
    _together(watched, start, known, near)
    for _ in range(_ROUNDS):
        factors, rates = watched.best or (start, targets)
        if watched.miss(rates) <= near:
            break
        for k in range(len(targets)):
            _one(watched, k, factors, float(known[k, k]), near, most=15)
            assert watched.best is not None
            factors = watched.best[0]


def _together(
    watched: _Watched, start: Floats, slopes: Floats, near: float, most: int = 30
) -> None:
    """Search for all by Broyden's method, which learns the slopes on its way, in place.

    Where a step doesn't come nearer, the slopes are measured instead.
    """
    targets, x = watched.targets, start
    rates, measured = watched(x), False
    for _ in range(most):
        if watched.miss(rates) <= near:
            return
        if not rates.all():
            x = x + np.where(rates == 0, math.log(2.0), 0.0)
            rates, measured = watched(x), False
            if np.abs(x - start).max() > _REACH:
                return
            continue
        try:
            step = np.linalg.solve(slopes, np.log(targets / rates))
        except np.linalg.LinAlgError:
            step = np.log(targets / rates) / _SLOPE
        step = np.clip(step, -0.7, 0.7)
        after = watched(x + step)
        if after.all() and (length := float(step @ step)):
            slopes += np.outer(np.log(after / rates) - slopes @ step, step / length)
        if watched.miss(after) < 0.9 * watched.miss(rates) or measured:
            x, rates, measured = x + step, after, False
        else:
            slopes[:] = _measured(watched, x, rates)
            measured = True


def _measured(watched: _Watched, x: Floats, rates: Floats) -> Floats:
    """Return slopes as small steps of one factor after the other show them."""
    small = 0.1
    columns = [watched(x + small * axis) for axis in np.eye(len(x))]
    each = [np.log(np.where(after > 0, after, rates) / rates) / small for after in columns]
    return np.stack(each, axis=1)


def _one(
    watched: _Watched, k: int, start: Floats, slope: float, near: float, most: int = 60
) -> float:
    """Search for one of the rates, others' factors as they are; return the last slope."""
    target = float(watched.targets[k])
    slope = min(max(slope, 0.5), 50.0)
    low: tuple[float, float] | None = None
    high: tuple[float, float] | None = None
    x, origin, last = float(start[k]), float(start[k]), None
    for turn in range(most):
        factors = start.copy()
        factors[k] = x
        rate = float(watched(factors)[k])
        if rate > 0 and abs(math.log(rate / target)) <= near:
            return slope
        if rate < target:
            low = x, rate
        else:
            high = x, rate
        if last is not None and last[1] > 0 and rate > 0 and x != last[0]:
            seen = math.log(rate / last[1]) / (x - last[0])
            slope = min(max(seen, 0.5), 50.0)
        last = x, rate
        if low and high:
            width = high[0] - low[0]
            if abs(width) < _NARROW:
                return slope
            share = 0.5
            if low[1] > 0 and turn % 3 < 2:
                share = math.log(target / low[1]) / math.log(high[1] / low[1])
            x = low[0] + width * min(max(share, 0.02), 0.98)
        elif abs(x - origin) >= _REACH:
            return slope
        else:
            step = math.log(2.0) if rate == 0 else math.log(target / rate) / slope
            x += min(max(1.02 * step, -1.4), 1.4)
    return slope
