"""What a run of a network of groups may measure besides: rates by group, weights by projection."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from eccles import measures
from eccles.measures.weights import COLUMNS as WEIGHT_COLUMNS
from eccles.nn.spiking import SpikingNetwork
from eccles.training.group_measure import GroupEvaluation, count
from eccles.training.measures import Measure
from eccles.training.samples import Samples

Rows = list[dict[str, Any]]


@dataclass(frozen=True, eq=False)
class GroupMoment:
    """What a measure may look at, and must leave as it is.

    Attributes:
        network: the network after the epoch.
        samples: what it is trained and tested on.
        epoch: -1 before training, then from 0.
    """

    network: SpikingNetwork
    samples: Samples
    epoch: int

    @cached_property
    def counted(self) -> GroupEvaluation:
        """The counts of all test samples."""
        return count(self.network, self.samples.test)


def _rates(moment: GroupMoment) -> Rows:
    """Return a row a group: its size, its sign, its mean rate."""
    found = moment.counted
    return [
        {
            "group": name,
            "neurons": size,
            "sign": found.signs[name],
            "rate_hz": found.rate_hz(int(spikes.sum()), size),
        }
        for (name, size), spikes in zip(found.sizes.items(), found.spikes, strict=True)
    ]


def _weights(moment: GroupMoment) -> Rows:
    """Return a row a projection: count, share of exact zeros, spread."""
    network = moment.network
    ties = zip(network.network.projections, network.wiring.links, strict=True)
    matrices = {name: each.detach().cpu().numpy() for name, each in network.matrices.items()}
    return [
        {
            "projection": name,
            **measures.weight_statistics(matrices[link.weights][link.rows, link.columns]),
        }
        for name, link in ties
    ]


GROUP_MEASURES = {
    "rates": Measure(
        {"group": "VARCHAR", "neurons": "BIGINT", "sign": "BIGINT", "rate_hz": "DOUBLE"}, _rates
    ),
    "weights": Measure({"projection": "VARCHAR", **WEIGHT_COLUMNS}, _weights),
}
"""Measures of networks of one's own, by name."""
