"""What drives a group of neurons: the weights that lead to it, and the groups they come from."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any, NamedTuple, Protocol, runtime_checkable

import torch
from torch import Tensor, nn

from eccles.errors import must
from eccles.events import SpikeEvents
from eccles.init.membrane import Membrane


class Synapses(NamedTuple):
    """A projection, as the group sees it that it leads to.

    Attributes:
        name: the projection's.
        weights: [n_pre, n_post], a view of the network's parameters.
        source: name of the group that it comes from; None for the inputs.
        sign: +1, -1, or 0 for weights of either.
        back: whether it leads back, or within a population.
        own_scale: whether the network says a scale for it.
        connected: which weights are connections; None where all are.
    """

    name: str
    weights: Tensor
    source: str | None = None
    sign: int = 1
    back: bool = False
    own_scale: bool = False
    connected: Tensor | None = None

    def draw(self, weights: Tensor) -> None:
        """Put weights in place, where there are connections."""
        if self.connected is not None:
            weights = torch.where(self.connected, weights.to(self.connected.device), 0.0)
        self.weights.copy_(weights)


class Driven(NamedTuple):
    """A group, as what sets its weights sees it.

    Attributes:
        population, group: what it is a group of, and its name there.
        neurons: where its neurons are in a response's spike counts.
        synapses: the projections that lead to it.
        kind: equal for groups of a population that differ by chance alone.
        membrane: constants of its neurons; None where theirs aren't a leaky membrane's.
        reached: whether spikes of the inputs can reach it.
    """

    population: str
    group: str
    neurons: slice
    synapses: tuple[Synapses, ...]
    kind: Hashable
    membrane: Membrane | None
    reached: bool = True

    @property
    def weights(self) -> tuple[Tensor, ...]:
        """All weights that lead to it, views of the network's parameters."""
        return tuple(each.weights for each in self.synapses)

    @property
    def sources(self) -> frozenset[str]:
        """Names of the groups that project to it."""
        return frozenset(each.source for each in self.synapses if each.source is not None)

    @property
    def own_scale(self) -> bool:
        """Whether the network says a scale for a projection to it."""
        return any(each.own_scale for each in self.synapses)


@runtime_checkable
class Startable(Protocol):
    """A network whose groups can be started at rates, or by a rule."""

    def driven(self) -> dict[str, Driven]:
        """Return the groups of hidden neurons by name, in order."""
        ...

    def note_factors(self, factors: Mapping[str, float]) -> None:
        """Take note that the weights to some groups were multiplied by factors."""
        ...

    def note_scales(self, scales: Mapping[str, float]) -> None:
        """Take note of the scales from which the weights of some projections were drawn."""
        ...

    def respond(self, events: SpikeEvents) -> Any:
        """Return the response to a batch of events, with its `spike_counts` [B, N]."""
        ...


def startable(network: nn.Module, events: SpikeEvents) -> Startable:
    """Return a network that has groups to start, or raise InputError; so without samples."""
    if not isinstance(network, Startable):
        accepted = "an EINetwork or a SpikingNetwork"
        raise must("init", "network", accepted, type(network).__name__)
    if not len(events):
        raise must("init", "events", "of one sample at least", "none")
    return network
