"""Spike trains of the package neo, which other tools of neuroscience read, and lists of trials."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from eccles.errors import InputError, must

MOST = 65536
"""Units that a block may have."""


class Trials(NamedTuple):
    """Spikes trial by trial.

    Attributes:
        times: for each trial, the times of its spikes in seconds from the trial's start.
        units: for each trial, the units of these spikes.
        n_units: number of units; 0 where there is none.
        duration: length of the longest trial in seconds; 0 where there is none.
    """

    times: list[NDArray[np.floating[Any]]]
    units: list[NDArray[np.int64]]
    n_units: int
    duration: float


def to_block(
    trials: Trials, signs: Sequence[int] | None = None, labels: Sequence[Any] | None = None
) -> Any:
    """Return a neo.Block: a segment a trial, in it a spike train a unit, silent ones too.

    Trains are annotated with `unit` and, where signs are given, with `sign` and `population`;
    segments with `label`, where labels are given.

    Raises InputError without the extra `neuro`.
    """
    neo = imported("events")
    block = neo.Block(n_units=trials.n_units)
    for k, (times, units) in enumerate(zip(trials.times, trials.units, strict=True)):
        said = {} if labels is None else {"label": labels[k]}
        segment = neo.Segment(name=f"sample {k}", index=k, **said)
        order = np.lexsort((times, units))
        ends = np.searchsorted(units[order], np.arange(trials.n_units + 1))
        for unit in range(trials.n_units):
            own = times[order[ends[unit] : ends[unit + 1]]]
            notes = {} if signs is None else _kind(signs[unit])
            train = neo.SpikeTrain(own, units="s", t_stop=trials.duration, unit=unit, **notes)
            segment.spiketrains.append(train)
        block.segments.append(segment)
    return block


def from_block(block: Any) -> Trials:
    """Return the spikes of a neo.Block: a trial a segment.

    A train's unit is its annotation `unit`, or its place in the segment.

    Raises InputError for what is no block, and without the extra `neuro`.
    """
    neo = imported("events")
    if not isinstance(block, neo.Block):
        raise must("events", "the block", "a neo.Block", type(block).__name__)
    found = [spikes_of(segment) for segment in block.segments]
    return Trials(
        [each.times for each in found],
        [each.units for each in found],
        max([units_of(block), *(each.n_units for each in found)]),
        max((each.duration for each in found), default=0.0),
    )


class Spikes(NamedTuple):
    """The spikes of one segment.

    Attributes:
        times: in seconds from the start of the segment's earliest train, [E].
        units: the unit of each, [E].
        n_units: number of units; 0 where there is no train.
        duration: from that start to the end of the latest train, in seconds.
        start: where the segment's own clock is then, in seconds.
    """

    times: NDArray[np.floating[Any]]
    units: NDArray[np.int64]
    n_units: int
    duration: float
    start: float


def spikes_of(segment: Any) -> Spikes:
    """Return the spikes of a neo.Segment, or raise InputError for a train of an odd unit."""
    trains = segment.spiketrains
    units = [_whole("unit", train, index) for index, train in enumerate(trains)]
    start = min((float(seconds_of(each.t_start)) for each in trains), default=0.0)
    end = max((float(seconds_of(each.t_stop)) for each in trains), default=start)
    return Spikes(
        np.concatenate(
            [np.empty(0), *(np.atleast_1d(seconds_of(each)) - start for each in trains)]
        ),
        np.repeat(np.array(units, np.int64), [len(each) for each in trains]),
        max(units, default=-1) + 1,
        end - start,
        start,
    )


def units_of(block: Any) -> int:
    """Return how many units a neo.Block says that there are; 0 where it says nothing."""
    return _whole("n_units", block, 0)


def _whole(name: str, what: Any, otherwise: int) -> int:
    """Return a whole number that annotates something, or another one where nothing does."""
    said = what.annotations.get(name, otherwise)
    if not isinstance(said, int | float | np.number) or said not in range(MOST + 1):
        accepted = f"a whole number from 0 to {MOST:,}"
        raise must("events", f"the annotation {name} of a {type(what).__name__}", accepted, said)
    return int(said)


def seconds_of(quantity: Any) -> Any:
    """Return a quantity of neo as numbers of seconds, or raise InputError for one of no time."""
    try:
        return quantity.rescale("s").magnitude
    except (ValueError, AttributeError):
        unit = str(getattr(quantity, "dimensionality", "none"))
        raise must("events", "the unit of times", "one of time, such as ms", unit) from None


def _kind(sign: int) -> dict[str, str]:
    return {"sign": "excitatory" if sign > 0 else "inhibitory", "population": "EI"[sign <= 0]}


def imported(where: str) -> Any:
    """Return the package neo, or raise InputError where it isn't installed."""
    try:
        import neo
    except ImportError:
        raise InputError(
            f"{where}: blocks of neo need the package neo; pip install 'eccles[neuro]'"
        ) from None
    return neo
