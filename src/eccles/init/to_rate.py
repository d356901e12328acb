"""Weights scaled so that hidden neurons fire at given rates, measured on real samples."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from eccles.arguments import typed
from eccles.errors import InputError, listed, must, nearest
from eccles.events import SpikeEvents
from eccles.init.driven import Driven, Startable
from eccles.init.driven import startable as as_startable
from eccles.init.rate_search import Floats, Found, search
from eccles.units import duration, read_rates

TOLERANCE = 0.02
"""Share of a target by which a measured rate may miss it."""

_FEW, _BATCH = 256, 256
"""Samples of the first, rough search; samples that are computed at once."""


class Start(NamedTuple):
    """How a network starts.

    Attributes:
        factors: what all weights to each group were multiplied by.
        rates: the rate of each group in Hz, as it was measured afterwards.
    """

    factors: dict[str, float]
    rates: dict[str, float]


class _Unit(NamedTuple):
    """Groups that share a factor, and the rate in Hz that is wanted of them together."""

    name: str
    groups: tuple[str, ...]
    rate: float


@typed("init")
@torch.no_grad()
def to_rate(
    network: nn.Module,
    events: SpikeEvents,
    rate: float | str | Mapping[str, float | str],
    *,
    tolerance: float = TOLERANCE,
) -> Start:
    """Scale a network's weights so that its hidden neurons fire at a rate, to 2 %, in place.

    All weights that lead to a group are multiplied by one factor, so that the balance of what
    excites and inhibits it stays. Groups of a population that are alike share a factor, and the
    rate is their mean. The rate is spikes a neuron and second of simulated time, over the samples
    given; layers come from the input outwards, and groups that drive each other together. The
    scales that the network knows of (`EINetwork.initial_std`, `SpikingNetwork.scales`) become
    those found. The same weights and events give the same bits.

    Args:
        network: an `EINetwork` or a `SpikingNetwork`.
        events: samples to measure on, some hundred or thousand.
        rate: one for all groups, in Hz or as "5 Hz": but for those that the input doesn't reach,
            or that have a projection with a scale of its own. Or one by group, for these alone:
            {"E": "5 Hz", "PV": "15 Hz"}; a population's name stands for all of its groups.
        tolerance: how far from it, as a share of it, the nearest that is found may be; the search
            ends within 2 %, so that less than 0.02 asks for no more.

    Raises InputError for a rate that isn't above 0 or over 1 / (2 dt), the highest that there is; a
    group that isn't there, or that nothing reaches; and, with the rates that were seen, for one
    that can't be met. The weights are as they were then.
    """
    startable = as_startable(network, events)
    driven = startable.driven()
    units = _units(driven, read_rates(rate, where="init"), events.dt)
    groups = [group for unit in units for group in unit.groups]
    before = {group: [w.double() for w in driven[group].weights] for group in groups}
    factors = dict.fromkeys(groups, 1.0)

    def put(found: Mapping[str, float]) -> None:
        for group, factor in found.items():
            for weight, old in zip(driven[group].weights, before[group], strict=True):
                weight.copy_(old * factor)

    try:
        for stage in _stages(units, driven):
            found = _searched(startable, events, stage, driven, put, tolerance)
            for unit, factor in zip(stage, np.exp(found.factors).tolist(), strict=True):
                factors.update(dict.fromkeys(unit.groups, factor))
            put(factors)
    except BaseException:
        put(dict.fromkeys(groups, 1.0))
        raise
    startable.note_factors(factors)
    rates = measured(startable, events, [[driven[group].neurons] for group in groups])
    return Start(factors, dict(zip(groups, rates.tolist(), strict=True)))


def _searched(
    network: Startable,
    events: SpikeEvents,
    stage: list[_Unit],
    driven: Mapping[str, Driven],
    put: Callable[[Mapping[str, float]], None],
    tolerance: float,
) -> Found:
    """Return the factors of groups that are searched for together, or raise InputError."""
    targets = np.array([unit.rate for unit in stage])
    slices = [[driven[group].neurons for group in unit.groups] for unit in stage]

    def measure(of: SpikeEvents, x: Floats) -> Floats:
        for unit, factor in zip(stage, np.exp(x).tolist(), strict=True):
            put(dict.fromkeys(unit.groups, factor))
        return measured(network, of, slices)

    # A few samples tell nearly all, at a fraction of the time.
    start, slopes = np.zeros(len(stage)), None
    if len(events) > 2 * _FEW:
        rough = search(partial(measure, events[:_FEW]), targets, start, tolerance=0.03)
        start, slopes = rough.factors, rough.slopes
    found = search(partial(measure, events), targets, start, slopes)
    off = found.off(targets)
    if off.max() > max(tolerance, TOLERANCE):
        raise _unmet(stage[int(off.argmax())], found, int(off.argmax()))
    return found


def measured(network: Startable, events: SpikeEvents, slices: Sequence[Sequence[slice]]) -> Floats:
    """Return the mean rate in Hz over the neurons of each list of slices."""
    total: Tensor | None = None
    for first in range(0, len(events), _BATCH):
        counts = network.respond(events[first : first + _BATCH]).spike_counts
        spikes = counts.sum(dim=0, dtype=torch.int64).cpu()
        total = spikes if total is None else total + spikes
    assert total is not None
    seconds = len(events) * events.n_steps * events.dt
    each = [torch.cat([total[one] for one in group]).double().mean() for group in slices]
    return np.array([float(mean) / seconds for mean in each])


def _units(
    driven: Mapping[str, Driven], rate: float | Mapping[str, float], dt: float
) -> list[_Unit]:
    """Return which groups share a factor, and what is wanted of them."""
    highest = 1.0 / (2.0 * dt)
    for each in rate.values() if isinstance(rate, Mapping) else [rate]:
        if each > highest:
            hint = f"a neuron fires in every other step of {duration(dt)} at most"
            raise must("init", "a rate", f"at most {highest:g} Hz", f"{each:g} Hz", hint)
    if not isinstance(rate, Mapping):
        alike: dict[object, list[str]] = {}
        for name, own in driven.items():
            if own.reached and not own.own_scale:
                alike.setdefault((own.population, own.kind), []).append(name)
        if not alike:
            accepted = "that of a group without scales of its own, which the input reaches"
            hint = "name groups to scale them all the same"
            raise must("init", "the rate", accepted, "no such group", hint)
        return [_Unit(listed(names), tuple(names), rate) for names in alike.values()]
    units: list[_Unit] = []
    for said, own_rate in rate.items():
        by_population: dict[str, list[str]] = {}
        for name, own in driven.items():
            if said in (name, own.population, own.group, f"{own.population}.{own.group}"):
                by_population.setdefault(own.population, []).append(name)
        if not by_population:
            near, there_are = nearest(said, driven), listed(driven)
            raise InputError(f"init: there is no group {said!r}{near}; there are {there_are}")
        for names in by_population.values():
            _check_groups(said, names, driven, units)
            units.append(_Unit(said, tuple(names), own_rate))
    return units


def _check_groups(
    said: str, names: list[str], driven: Mapping[str, Driven], units: list[_Unit]
) -> None:
    for name in names:
        if any(name in unit.groups for unit in units):
            raise must("init", f"the rate of {name}", "given once", f"another one by {said!r}")
        if not driven[name].reached:
            accepted = f"of a group that the input reaches, which {name} isn't"
            raise must("init", "a rate", accepted, said)


def _stages(units: list[_Unit], driven: Mapping[str, Driven]) -> list[list[_Unit]]:
    """Return units in the order in which they are searched for; those of a stage, together."""
    above: dict[str, set[str]] = {}
    for name in driven:
        found: set[str] = set()
        front = set(driven[name].sources)
        while front:
            found |= front
            front = {source for each in front for source in driven[each].sources} - found
        above[name] = found

    def drives(a: _Unit, b: _Unit) -> bool:
        return any(group in above[other] for group in a.groups for other in b.groups)

    stages, left = [], list(units)
    while left:
        first = [u for u in left if all(drives(u, v) or not drives(v, u) for v in left)]
        stages.append(first)
        left = [unit for unit in left if unit not in first]
    return stages


def _unmet(unit: _Unit, found: Found, k: int) -> InputError:
    """Return the error for a rate that can't be met, with the rates that were seen."""
    below, above = float(found.below[k]), float(found.above[k])
    far = max(unit.rate - below, above - unit.rate) > TOLERANCE * unit.rate
    if below <= 0 and not np.isfinite(above):
        got = "no spike at any scale"
    elif not np.isfinite(above):
        got = f"at most {below:.3g} Hz"
    elif below < 0:
        got = f"at least {above:.3g} Hz"
    elif far:
        got = f"{below:.3g} Hz and {above:.3g} Hz with nothing between"
    else:
        got = f"{float(found.rates[k]):.3g} Hz where the groups that it drives come nearest theirs"
    return InputError(
        f"init: {unit.name} must be able to start at {unit.rate:g} Hz, to {TOLERANCE:.0%}, got "
        f"{got}; try another rate, more samples, or other scales of what excites and inhibits it"
    )
