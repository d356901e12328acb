"""What a run of a network of groups may measure besides: by group, and weights by projection."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from numpy.typing import NDArray

from eccles import measures
from eccles.events import SpikeEvents
from eccles.measures.weights import COLUMNS as WEIGHT_COLUMNS
from eccles.nn.spiking import SpikingNetwork
from eccles.training.group_rows import BY_GROUP, Measure, Rows
from eccles.training.measures import BINS
from eccles.training.moment import hidden_spikes
from eccles.training.samples import Samples


@dataclass(frozen=True, eq=False)
class GroupMoment:
    """What a measure may look at, and must leave as it is.

    Attributes:
        network: the network after the epoch: a `SpikingNetwork`, or a module as `eccles.nn.own`
            takes it.
        samples: what it is trained and tested on.
        batch_size: samples of an update.
        epoch: -1 before training, then from 0.
    """

    network: Any
    samples: Samples
    batch_size: int
    epoch: int

    @property
    def groups(self) -> dict[str, slice]:
        """Where the neurons of each group are."""
        return {name: group.neurons for name, group in self.network.groups.items()}

    @property
    def signs(self) -> dict[str, int]:
        """What the synapses of each group do: +1, -1, or 0 for either."""
        return {name: group.sign for name, group in self.network.groups.items()}

    @cached_property
    def spikes(self) -> SpikeEvents:
        """The spikes of all neurons to all test samples, computed once for an epoch's measures."""
        return hidden_spikes(self.network, self.samples.test)


def _weights(moment: GroupMoment) -> Rows:
    """Return a row a projection: count, share of exact zeros, spread."""
    return [
        {"projection": name, **measures.weight_statistics(weights)}
        for name, weights in _projections(moment.network)
    ]


def _weight_histograms(moment: GroupMoment) -> Rows:
    """Return a row a projection and bin."""
    return [
        {"projection": name, **each}
        for name, weights in _projections(moment.network)
        for each in measures.weight_histogram(weights)
    ]


def _projections(network: SpikingNetwork) -> Iterator[tuple[str, NDArray[Any]]]:
    """Name and return the weights of each projection."""
    matrices = {name: each.detach().cpu().numpy() for name, each in network.matrices.items()}
    for name, link in network.links.items():
        yield name, matrices[link.weights][link.rows, link.columns]


GROUP_MEASURES = {
    "weights": Measure({"projection": "VARCHAR", **WEIGHT_COLUMNS}, _weights),
    **BY_GROUP,
    "weight_histograms": Measure(BINS, _weight_histograms),
}
"""Measures of networks of one's own, by name."""
