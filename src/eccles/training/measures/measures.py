"""What a run may measure besides accuracy and spikes by class: a table for each measure."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eccles import measures
from eccles.errors import InputError, must, nearest
from eccles.measures.weights import COLUMNS as WEIGHT_COLUMNS
from eccles.nn.shallow import EINetwork
from eccles.nn.spiking import SpikingNetwork
from eccles.training.measures.groups import BY_GROUP, Measure, Rows
from eccles.training.measures.snapshot import Snapshot
from eccles.training.measures.updates import first_update
from eccles.training.trace import trace
from eccles.units import whole_number

BINS = {"projection": "VARCHAR", "low": "DOUBLE", "high": "DOUBLE", "count": "BIGINT"}
"""Columns of a histogram of weights."""


def _weights(snapshot: Snapshot) -> Rows:
    """Return a row a projection: count, share of exact zeros, spread."""
    return [
        {"projection": name, **measures.weight_statistics(weights)}
        for name, weights in _connected(snapshot.network)
    ]


def _weight_histograms(snapshot: Snapshot) -> Rows:
    """Return a row a projection and bin."""
    return [
        {"projection": name, **each}
        for name, weights in _connected(snapshot.network)
        for each in measures.weight_histogram(weights)
    ]


def _connected(network: EINetwork | SpikingNetwork) -> Iterator[tuple[str, NDArray[Any]]]:
    """Name and return the weights of each projection that are connections.

    Where a connection is missing the matrix has a zero that Dale's principle didn't make.
    """
    sparse = {} if isinstance(network, EINetwork) else network.connections()
    for name, weights in _projections(network):
        yield name, weights[sparse[name][1].cpu().numpy()] if name in sparse else weights


def _projections(network: EINetwork | SpikingNetwork) -> Iterator[tuple[str, NDArray[Any]]]:
    """Name and return the weights of each projection: those from the neurons of a group."""
    matrices = _matrices(network)
    if isinstance(network, EINetwork):
        w1, w2 = matrices.values()
        yield "input->hidden", w1
        yield "hidden E->output", w2[network.hidden["E"]]
        yield "hidden I->output", w2[network.hidden["I"]]
        return
    for name, link in network.links.items():
        yield name, matrices[link.weights][link.rows, link.columns]


def _spectra(snapshot: Snapshot) -> Rows:
    """Return a row a matrix: how evenly its singular values are spread, and its radius."""
    return [
        {
            "projection": name,
            "entropy": measures.spectral_entropy(weights),
            "radius": measures.spectral_radius(weights) if pre == post else math.nan,
        }
        for name, weights in _matrices(snapshot.network).items()
        for pre, _, post in [name.partition("->")]
    ]


def _matrices(network: EINetwork | SpikingNetwork) -> dict[str, NDArray[Any]]:
    """Return the weights between each two populations, by name."""
    if isinstance(network, EINetwork):
        named = dict(zip(("input->hidden", "hidden->output"), network.weights, strict=True))
    else:
        named = dict(network.matrices)
    return {name: each.detach().cpu().numpy() for name, each in named.items()}


def _operations(snapshot: Snapshot) -> Rows:
    """Return a row a projection: spikes that come to it, and weights that these add."""
    n = len(snapshot.samples.test)
    events = _events(snapshot.network, *_by_unit(snapshot))
    return [
        {
            "projection": name,
            "spikes": float(own.sum() / n),
            "operations": float((own * np.count_nonzero(weights, axis=1)).sum() / n),
        }
        for (name, weights), own in zip(_projections(snapshot.network), events, strict=True)
    ]


def _by_unit(snapshot: Snapshot) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the events of each input, and of each neuron, over all test samples."""
    # However many spikes an event stands for, it reads its weights once.
    inputs = replace(snapshot.samples.test.events, counts=None)
    return (
        measures.spike_counts(inputs).sum(axis=0),
        measures.spike_counts(snapshot.spikes).sum(axis=0),
    )


def _events(
    network: EINetwork | SpikingNetwork, inputs: NDArray[Any], neurons: NDArray[Any]
) -> list[NDArray[Any]]:
    """Return the events of each projection's presynaptic units, in the order of projections."""
    if isinstance(network, EINetwork):
        return [inputs, neurons[network.hidden["E"]], neurons[network.hidden["I"]]]
    links = network.links.values()
    return [inputs[link.pre] if link.from_input else neurons[link.pre] for link in links]


def _updates(snapshot: Snapshot) -> Rows:
    """Return a row a stage of the next update, projection and bin."""
    return [
        {"stage": stage, "projection": name, **each}
        for stage, weights in first_update(snapshot).items()
        for name, values in weights.items()
        for each in measures.weight_histogram(values)
    ]


MEASURES = {
    "weights": Measure({"projection": "VARCHAR", **WEIGHT_COLUMNS}, _weights),
    **BY_GROUP,
    "weight_histograms": Measure(BINS, _weight_histograms),
    "spectra": Measure(
        {"projection": "VARCHAR", "entropy": "DOUBLE", "radius": "DOUBLE"}, _spectra
    ),
    "operations": Measure(
        {"projection": "VARCHAR", "spikes": "DOUBLE", "operations": "DOUBLE"}, _operations
    ),
    "updates": Measure({"stage": "VARCHAR", **BINS}, _updates),
    "sample": Measure(
        {
            "sample": "BIGINT",
            "label": "BIGINT",
            "kind": "VARCHAR",
            "unit": "BIGINT",
            "step": "BIGINT",
            "value": "DOUBLE",
        },
        trace,
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
