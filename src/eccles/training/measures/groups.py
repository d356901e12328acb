"""Rows of the measures that every network of spiking neurons in time has: by group of neurons.

A network of one layer has the groups E and I, any other those that it names.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from eccles import measures
from eccles.events import SpikeEvents
from eccles.measures.distances import select
from eccles.training.samples import Samples

Rows = list[dict[str, Any]]

TAUS = (1e-3, 10e-3)
"""Time constants of the distances in seconds: as published, and as slow as the membrane."""


class Measure(NamedTuple):
    """A measure, which has a table of its own.

    Attributes:
        columns: the table's columns, besides the epoch, and their types in SQL.
        measure: returns the rows of a `Snapshot`.
    """

    columns: Mapping[str, str]
    measure: Callable[[Any], Rows]


class Recorded(Protocol):
    """A snapshot of a run of which the spikes of all neurons are known."""

    @property
    def spikes(self) -> SpikeEvents:
        """Those of all test samples."""
        ...

    @property
    def samples(self) -> Samples:
        """What the network is trained and tested on."""
        ...

    @property
    def groups(self) -> Mapping[str, slice]:
        """Where the neurons of each group are."""
        ...

    @property
    def signs(self) -> Mapping[str, int]:
        """What the synapses of each group do: +1, -1, or 0 for either."""
        ...

    @property
    def batch_size(self) -> int:
        """Samples of an update."""
        ...


def _rates(snapshot: Recorded) -> Rows:
    """Return a row a group: its size, its sign, its mean rate."""
    return [
        {
            "group": name,
            "neurons": units.stop - units.start,
            "sign": snapshot.signs[name],
            "rate_hz": measures.firing_rate(snapshot.spikes, units),
        }
        for name, units in snapshot.groups.items()
    ]


def _distances(snapshot: Recorded) -> Rows:
    """Return a row a time constant, choice of samples and pair of groups."""
    rows: Rows = []
    for samples in ("all", "one_per_batch"):
        chosen = select(snapshot.spikes, samples, snapshot.batch_size)
        for tau in TAUS:
            means = {
                normalisation: measures.pair_means(distances, snapshot.groups)
                for normalisation, distances in measures.van_rossum_each(chosen, tau).items()
            }
            rows += [
                {
                    "pair": pair,
                    "tau": tau,
                    "samples": samples,
                    "n_samples": len(chosen),
                    "n_pairs": n_pairs,
                    **{name: means[name][pair].mean for name in means},
                }
                for pair, (n_pairs, _) in means["discrete"].items()
            ]
    return rows


def _activity(snapshot: Recorded) -> Rows:
    """Return a row a group and class, and one for all classes (-1)."""
    test = snapshot.samples.test
    return [
        {"population": population, "class": k, "class_name": name, **row}
        for k, name in enumerate(("all", *test.classes), start=-1)
        for population, row in _activity_of(snapshot, k)
    ]


def _activity_of(snapshot: Recorded, k: int) -> Iterator[tuple[str, dict[str, Any]]]:
    labels, spikes = snapshot.samples.test.labels, snapshot.spikes
    if k >= 0:
        spikes = SpikeEvents.joined([spikes[np.flatnonzero(labels == k)]])
    excitatory = _percent_excitatory(spikes, snapshot)
    for population, units in with_all(snapshot.groups).items():
        intervals = measures.intervals(spikes, units)
        yield (
            population,
            {
                "neurons": len(range(spikes.n_units)[units]),
                "samples": len(spikes),
                "rate_hz": measures.firing_rate(spikes, units),
                "active": measures.active_fraction(spikes, units),
                "percent_excitatory": excitatory,
                "isi_mean": _mean(intervals.mean),
                "isi_cv": _mean(intervals.cv),
                "synchrony": measures.synchrony(spikes, units),
            },
        )


def _percent_excitatory(spikes: SpikeEvents, snapshot: Recorded) -> float:
    """Return 100 times the share of all spikes that are of groups which don't inhibit."""
    by_neuron = measures.spike_counts(spikes).sum(axis=0)
    total = int(by_neuron.sum())
    own = [units for name, units in snapshot.groups.items() if snapshot.signs[name] >= 0]
    excitatory = sum(int(by_neuron[units].sum()) for units in own)
    return 100 * excitatory / total if total else math.nan


def _intervals(snapshot: Recorded) -> Rows:
    """Return a row a group and interval that there may be, in whole steps."""
    return [
        {"population": population, "interval": step * snapshot.spikes.dt, "count": n}
        for population, units in with_all(snapshot.groups).items()
        for step, n in enumerate(measures.interval_counts(snapshot.spikes, units).tolist())
    ]


def _population_rate(snapshot: Recorded) -> Rows:
    """Return a row a group and step."""
    return [
        {"population": population, "step": step, "rate_hz": rate}
        for population, units in with_all(snapshot.groups).items()
        for step, rate in enumerate(measures.population_rate(snapshot.spikes, units).tolist())
    ]


def with_all(groups: Mapping[str, slice]) -> dict[str, slice]:
    """Return the groups, and all neurons together."""
    return {**groups, "all": slice(None)}


def _mean(values: NDArray[np.float64]) -> float:
    """Return the mean of the numbers among some values; NaN where there are none."""
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else math.nan


BY_GROUP = {
    "rates": Measure(
        {"group": "VARCHAR", "neurons": "BIGINT", "sign": "BIGINT", "rate_hz": "DOUBLE"}, _rates
    ),
    "distances": Measure(
        {
            "pair": "VARCHAR",
            "tau": "DOUBLE",
            "samples": "VARCHAR",
            "n_samples": "BIGINT",
            "n_pairs": "BIGINT",
            "discrete": "DOUBLE",
            "rossum2001": "DOUBLE",
            "elephant": "DOUBLE",
        },
        _distances,
    ),
    "activity": Measure(
        {
            "population": "VARCHAR",
            "class": "BIGINT",
            "class_name": "VARCHAR",
            "neurons": "BIGINT",
            "samples": "BIGINT",
            "rate_hz": "DOUBLE",
            "active": "DOUBLE",
            "percent_excitatory": "DOUBLE",
            "isi_mean": "DOUBLE",
            "isi_cv": "DOUBLE",
            "synchrony": "DOUBLE",
        },
        _activity,
    ),
    "intervals": Measure(
        {"population": "VARCHAR", "interval": "DOUBLE", "count": "BIGINT"}, _intervals
    ),
    "population_rate": Measure(
        {"population": "VARCHAR", "step": "BIGINT", "rate_hz": "DOUBLE"}, _population_rate
    ),
}
"""Measures by group of neurons, by name."""
