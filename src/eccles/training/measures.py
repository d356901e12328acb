"""What a run may measure besides accuracy and spikes by class: a table for each measure."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from eccles import measures
from eccles.errors import InputError, must, nearest
from eccles.events import SpikeEvents
from eccles.measures.distances import select
from eccles.measures.weights import COLUMNS as WEIGHT_COLUMNS
from eccles.nn.shallow import EINetwork
from eccles.training.moment import Moment
from eccles.training.trip import trip
from eccles.training.updates import first_update
from eccles.units import whole_number

Rows = list[dict[str, Any]]

TAUS = (1e-3, 10e-3)
"""Time constants of the distances in seconds: as published, and as slow as the membrane."""

_BINS = {"projection": "VARCHAR", "low": "DOUBLE", "high": "DOUBLE", "count": "BIGINT"}


class Measure(NamedTuple):
    """A measure, which has a table of its own.

    Attributes:
        columns: the table's columns, besides the epoch, and their types in SQL.
        measure: returns the rows of a moment: a `Moment`, or a `DeepMoment`.
    """

    columns: Mapping[str, str]
    measure: Callable[[Any], Rows]


def _weights(moment: Moment) -> Rows:
    """Return a row a projection: count, share of exact zeros, spread."""
    return [
        {"projection": name, **measures.weight_statistics(weights)}
        for name, weights in _projections(moment.network)
    ]


def _weight_histograms(moment: Moment) -> Rows:
    """Return a row a projection and bin."""
    return [
        {"projection": name, **each}
        for name, weights in _projections(moment.network)
        for each in measures.weight_histogram(weights)
    ]


def _projections(network: EINetwork) -> Iterator[tuple[str, NDArray[Any]]]:
    """Name and return the weights from the neurons of each kind to a layer."""
    w1, w2 = (weight.detach().cpu().numpy() for weight in network.weights)
    yield "input->hidden", w1
    yield "hidden E->output", w2[network.hidden["E"]]
    yield "hidden I->output", w2[network.hidden["I"]]


def _updates(moment: Moment) -> Rows:
    """Return a row a stage of the next update, projection and bin."""
    return [
        {"stage": stage, "projection": name, **each}
        for stage, weights in first_update(moment).items()
        for name, values in zip(("input->hidden", "hidden->output"), weights, strict=True)
        for each in measures.weight_histogram(values)
    ]


def _distances(moment: Moment) -> Rows:
    """Return a row a time constant, choice of samples and category of pairs."""
    rows: Rows = []
    for samples in ("all", "one_per_batch"):
        chosen = select(moment.spikes, samples, moment.config.batch())
        for tau in TAUS:
            means = {
                normalisation: measures.category_means(distances, moment.network.hidden)
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


def _activity(moment: Moment) -> Rows:
    """Return a row a population and class, and one for all classes (-1)."""
    test = moment.samples.test
    return [
        {"population": population, "class": k, "class_name": name, **row}
        for k, name in enumerate(("all", *test.classes), start=-1)
        for population, row in _activity_of(moment, k)
    ]


def _activity_of(moment: Moment, k: int) -> Iterator[tuple[str, dict[str, Any]]]:
    hidden, labels = moment.network.hidden, moment.samples.test.labels
    spikes = moment.spikes
    if k >= 0:
        spikes = SpikeEvents.joined([spikes[np.flatnonzero(labels == k)]])
    for population, units in _populations(moment.network):
        intervals = measures.intervals(spikes, units)
        yield (
            population,
            {
                "neurons": len(range(hidden.n_neurons)[units]),
                "samples": len(spikes),
                "rate_hz": measures.firing_rate(spikes, units),
                "active": measures.active_fraction(spikes, units),
                "percent_excitatory": measures.percent_excitatory(spikes, hidden),
                "isi_mean": _mean(intervals.mean),
                "isi_cv": _mean(intervals.cv),
                "synchrony": measures.synchrony(spikes, units),
            },
        )


def _population_rate(moment: Moment) -> Rows:
    """Return a row a population and step."""
    return [
        {"population": population, "step": step, "rate_hz": rate}
        for population, units in _populations(moment.network)
        for step, rate in enumerate(measures.population_rate(moment.spikes, units).tolist())
    ]


def _populations(network: EINetwork) -> Iterator[tuple[str, slice]]:
    yield "E", network.hidden["E"]
    yield "I", network.hidden["I"]
    yield "all", slice(None)


def _mean(values: NDArray[np.float64]) -> float:
    """Return the mean of the numbers among some values; NaN where there are none."""
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else math.nan


MEASURES = {
    "weights": Measure({"projection": "VARCHAR", **WEIGHT_COLUMNS}, _weights),
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
    "population_rate": Measure(
        {"population": "VARCHAR", "step": "BIGINT", "rate_hz": "DOUBLE"}, _population_rate
    ),
    "weight_histograms": Measure(_BINS, _weight_histograms),
    "updates": Measure({"stage": "VARCHAR", **_BINS}, _updates),
    "sample": Measure(
        {
            "sample": "BIGINT",
            "label": "BIGINT",
            "kind": "VARCHAR",
            "unit": "BIGINT",
            "step": "BIGINT",
            "value": "DOUBLE",
        },
        trip,
    ),
}
"""The measures that a run can take, by name; "classes" is always taken."""


def check_measures(
    measure: Mapping[str, int], there_are: Collection[str] = MEASURES
) -> dict[str, int]:
    """Return the measures and their intervals, or raise InputError.

    Args:
        measure: every how many epochs each is taken.
        there_are: names of those that the network has.
    """
    known = ["classes", *there_are]
    for name, every in measure.items():
        if name not in known:
            raise InputError(
                f"measure: there is no measure {name!r}{nearest(name, known)}; there are "
                f"{', '.join(known)}"
            )
        if isinstance(every, bool) or not isinstance(every, int) or every < 1:
            raise must("measure", name, "a number of epochs, 1 or more", every)
    return dict(measure)


def read_measures(text: str, there_are: Collection[str] = MEASURES) -> dict[str, int]:
    """Return the measures that a text names, and every how many epochs each is taken.

    Args:
        text: names with commas between, each with `:EPOCHS` behind it or without.
        there_are: names of those that the network has.

    Raises InputError for a text that can't be read, and as `check_measures` does.

    >>> read_measures("activity:5, weights")
    {'activity': 5, 'weights': 1}
    """
    first, *_, last = [*there_are, *there_are]
    found = {}
    for part in text.split(","):
        name, colon, every = (word.strip() for word in part.partition(":"))
        if not name or (colon and whole_number(every) is None):
            raise must("train", "--measure", f"such as {first} or {first}:5,{last}", text)
        found[name] = whole_number(every) or 0 if colon else 1
    return check_measures(found, there_are)


def is_due(epoch: int, every: int, epochs: int) -> bool:
    """Return whether a measure is taken after an epoch: before training, each `every`, last."""
    return epoch in (-1, epochs - 1) or (epoch + 1) % every == 0


def defined(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row with None for what isn't a number: JSON and SQL know null, JSON no NaN."""
    return {name: None if value != value else value for name, value in row.items()}
