"""What neurons do: rates, intervals between spikes, and how far they fire together.

Each function takes the spikes of B samples that last T steps of dt seconds each, and a slice of
the units, all of them unless given. Nothing is carried from one sample to the next.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from eccles.arguments import typed
from eccles.events import SpikeEvents
from eccles.jit import compiled
from eccles.populations import Populations

ALL = slice(None)


class Intervals(NamedTuple):
    """Intervals between a unit's successive spikes of one sample, float64 [N] each.

    Attributes:
        mean: mean interval in seconds; NaN for a unit without any.
        cv: standard deviation of the intervals over their mean; NaN for a unit with less than two.
    """

    mean: NDArray[np.float64]
    cv: NDArray[np.float64]


@typed("measures")
def spike_counts(spikes: SpikeEvents) -> NDArray[np.int64]:
    """Return how often each unit fired in each sample, [B, N]."""
    counts = np.zeros((len(spikes), spikes.n_units), np.int64)
    _count(*spikes.arrays, counts)
    return counts


@typed("measures")
def firing_rate(spikes: SpikeEvents, units: slice = ALL) -> float:
    """Return the mean firing rate in Hz: spikes / (samples x units x T dt); NaN without either."""
    counts = spike_counts(spikes)[:, units]
    window = counts.size * spikes.n_steps * spikes.dt
    return int(counts.sum()) / window if window else math.nan


@typed("measures")
def active_fraction(spikes: SpikeEvents, units: slice = ALL) -> float:
    """Return the share of units that fired in any of the samples; NaN without samples or units."""
    counts = spike_counts(spikes)[:, units]
    return float(counts.any(axis=0).mean()) if counts.size else math.nan


@typed("measures")
def percent_excitatory(spikes: SpikeEvents, populations: Populations) -> float:
    """Return 100 E / (E + I), of E excitatory and I inhibitory spikes; NaN where nothing fires."""
    counts = spike_counts(spikes)
    excitatory, total = int(counts[:, populations["E"]].sum()), int(counts.sum())
    return 100 * excitatory / total if total else math.nan


@typed("measures")
def intervals(spikes: SpikeEvents, units: slice = ALL) -> Intervals:
    """Return the mean and the coefficient of variation of each unit's intervals.

    An interval lies between two successive spikes of a unit in one sample; a unit's intervals of
    all samples are taken together. The standard deviation is that of these intervals themselves,
    sqrt(mean(x^2) - mean(x)^2).
    """
    n, total, squares = np.zeros((3, spikes.n_units), np.int64)
    _add_intervals(*spikes.arrays, n, total, squares)
    n, total, squares = n[units], total[units], squares[units]
    mean, cv = np.full((2, len(n)), np.nan)
    some, several = n > 0, (n > 1) & (total > 0)
    mean[some] = total[some] / n[some] * spikes.dt
    # In whole numbers up to here, so equal intervals have a spread of exactly zero.
    spread = n[several] * squares[several] - total[several] ** 2
    cv[several] = np.sqrt(spread) / total[several]
    return Intervals(mean, cv)


@typed("measures")
def interval_counts(spikes: SpikeEvents, units: slice = ALL) -> NDArray[np.int64]:
    """Return how often each interval lies between successive spikes of a unit, [T], by steps.

    Intervals as of `intervals`; several spikes in one step lie an interval of zero apart.
    """
    among = np.zeros(spikes.n_units, np.bool_)
    among[units] = True
    found = np.zeros(spikes.n_steps, np.int64)
    _count_intervals(*spikes.arrays, among, found)
    return found


@typed("measures")
def population_rate(spikes: SpikeEvents, units: slice = ALL) -> NDArray[np.float64]:
    """Return the mean rate of the units at each step in Hz, [T]: spikes / (samples x units x dt).

    NaN without samples or units.
    """
    counts = np.zeros((spikes.n_steps, spikes.n_units), np.int64)
    _count_by_step(*spikes.arrays, counts)
    chosen = counts[:, units]
    window = len(spikes) * chosen.shape[1] * spikes.dt
    return chosen.sum(axis=1) / window if window else np.full(spikes.n_steps, np.nan)


@typed("measures")
def synchrony(spikes: SpikeEvents, units: slice = ALL) -> float:
    """Return chi^2, which is 1 / N for N units that fire independently, and 1 for units as one.

        chi^2 = Var_t(mean over units of s_i(t)) / (mean over units of Var_t(s_i(t)))

    s_i(t) is the number of spikes of unit i at step t, and Var_t the variance over the T steps of
    a sample. The mean over the samples in which it is defined, those with a unit whose s_i varies;
    NaN where there are none.

    Source: Golomb 2007, Scholarpedia 2(1):1347, doi 10.4249/scholarpedia.1347, there of membrane
    potentials; Golomb and Rinzel 1993, doi 10.1103/PhysRevE.48.4810.
    """
    chosen = np.arange(spikes.n_units)[units]
    if not len(chosen):
        return math.nan
    among = np.zeros(spikes.n_units, np.bool_)
    among[chosen] = True
    total, n = _sum_synchrony(*spikes.arrays, among, spikes.n_steps)
    return total / n if n else math.nan


@compiled
def _count(begins: Any, ends: Any, _steps: Any, units: Any, counts: Any, found: Any) -> None:
    for b in range(len(begins)):
        for p in range(begins[b], ends[b]):
            found[b, units[p]] += counts[p] if len(counts) else 1


@compiled
def _count_by_step(begins: Any, ends: Any, steps: Any, units: Any, counts: Any, found: Any) -> None:
    for b in range(len(begins)):
        for p in range(begins[b], ends[b]):
            found[steps[p], units[p]] += counts[p] if len(counts) else 1


@compiled
def _add_intervals(
    begins: Any, ends: Any, steps: Any, units: Any, counts: Any, n: Any, total: Any, squares: Any
) -> None:
    """Add up each unit's intervals in steps: how many, their sum and the sum of their squares."""
    latest = np.empty(len(n), np.int64)
    for b in range(len(begins)):
        latest[:] = -1
        for p in range(begins[b], ends[b]):
            unit, step = units[p], np.int64(steps[p])
            # Several spikes in one step lie an interval of zero apart.
            n[unit] += counts[p] - 1 if len(counts) else 0
            if latest[unit] >= 0:
                interval = step - latest[unit]
                n[unit] += 1
                total[unit] += interval
                squares[unit] += interval * interval
            latest[unit] = step


@compiled
def _count_intervals(
    begins: Any, ends: Any, steps: Any, units: Any, counts: Any, among: Any, found: Any
) -> None:
    latest = np.empty(len(among), np.int64)
    for b in range(len(begins)):
        latest[:] = -1
        for p in range(begins[b], ends[b]):
            unit, step = units[p], np.int64(steps[p])
            if among[unit]:
                found[0] += counts[p] - 1 if len(counts) else 0
                if latest[unit] >= 0:
                    found[step - latest[unit]] += 1
                latest[unit] = step


@compiled
def _sum_synchrony(
    begins: Any, ends: Any, steps: Any, units: Any, counts: Any, among: Any, n_steps: int
) -> Any:
    """Return the sum of chi^2 over the samples that have one, and how many do.

    With spikes s_i(t), n_i = sum over t, k(t) = sum over i and K = sum of both, chi^2 is
    (T sum k(t)^2 - K^2) / (N sum over i of (T sum s_i(t)^2 - n_i^2)): whole numbers up to there.
    """
    n_chosen = among.sum()
    sum_chi, n_samples = 0.0, 0
    spikes = np.zeros(len(among), np.int64)
    here = np.zeros(len(among), np.int64)
    latest = np.empty(len(among), np.int64)
    together = np.zeros(n_steps, np.int64)
    for b in range(len(begins)):
        spikes[:] = 0
        latest[:] = -1
        together[:] = 0
        own_squares = 0
        for p in range(begins[b], ends[b]):
            unit, step = units[p], np.int64(steps[p])
            if among[unit]:
                count = np.int64(counts[p]) if len(counts) else 1
                if latest[unit] != step:
                    latest[unit] = step
                    here[unit] = 0
                own_squares += count * (count + 2 * here[unit])
                here[unit] += count
                spikes[unit] += count
                together[step] += count
        apart = n_steps * own_squares - (spikes * spikes).sum()
        if apart > 0:
            joint = n_steps * (together * together).sum() - spikes.sum() ** 2
            sum_chi += joint / (n_chosen * apart)
            n_samples += 1
    return sum_chi, n_samples
