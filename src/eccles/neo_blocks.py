"""Spike trains of the package neo, which other tools of neuroscience read, and lists of trials."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from eccles.errors import InputError, must


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
    neo = _neo()
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
    neo = _neo()
    if not isinstance(block, neo.Block):
        raise must("events", "the block", "a neo.Block", type(block).__name__)
    times: list[NDArray[np.floating[Any]]] = []
    units: list[NDArray[np.int64]] = []
    n_units, duration = int(block.annotations.get("n_units", 0)), 0.0
    for segment in block.segments:
        seconds, unit_of_spike = [np.empty(0)], [np.empty(0, np.int64)]
        start = min((_seconds(each.t_start) for each in segment.spiketrains), default=0.0)
        for index, train in enumerate(segment.spiketrains):
            unit = int(train.annotations.get("unit", index))
            seconds.append(np.atleast_1d(_seconds(train)) - start)
            unit_of_spike.append(np.full(len(train), unit, np.int64))
            n_units = max(n_units, unit + 1)
            duration = max(duration, float(_seconds(train.t_stop)) - start)
        times.append(np.concatenate(seconds))
        units.append(np.concatenate(unit_of_spike))
    return Trials(times, units, n_units, duration)


def _seconds(quantity: Any) -> Any:
    return quantity.rescale("s").magnitude


def _kind(sign: int) -> dict[str, str]:
    return {"sign": "excitatory" if sign > 0 else "inhibitory", "population": "EI"[sign <= 0]}


def _neo() -> Any:
    try:
        import neo
    except ImportError:
        raise InputError(
            "events: blocks of neo need the package neo; pip install 'eccles[neuro]'"
        ) from None
    return neo
