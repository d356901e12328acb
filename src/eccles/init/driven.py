"""The groups of a network, each with the weights that lead to it and the groups they come from.

Rules of initial weights see a network so.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any, NamedTuple, Protocol, runtime_checkable

import torch
from torch import Tensor, nn

from eccles.errors import must
from eccles.events import SpikeEvents
from eccles.init.membrane import Membrane


class Synapses(NamedTuple):
    """One projection onto a group of neurons.

    Attributes:
        name: the projection's.
        weights: [n_pre, n_post], a view of the network's parameters.
        source: name of the group that it comes from; None for the inputs.
        sign: +1 excites, -1 inhibits; 0 for weights of either sign.
        back: whether it leads back towards the input, or stays within a population.
        own_scale: whether the network's description gives the scale of its initial weights.
        connected: which weights are connections; None where all are.
        mixed: whether some of the presynaptic units excite, and the others inhibit.
        delay: steps until a spike arrives.
    """

    name: str
    weights: Tensor
    source: str | None = None
    sign: int = 1
    back: bool = False
    own_scale: bool = False
    connected: Tensor | None = None
    mixed: bool = False
    delay: int = 1

    def draw(self, weights: Tensor) -> None:
        """Overwrite the weights in place; a weight is 0 where there is no connection."""
        if self.connected is not None:
            weights = torch.where(self.connected, weights.to(self.connected.device), 0.0)
        self.weights.copy_(weights)


class Driven(NamedTuple):
    """A group of neurons, with all projections onto it.

    Attributes:
        population, group: what it is a group of, and its name there.
        neurons: where its neurons are in a response's spike counts.
        synapses: the projections that lead to it.
        kind: a key that groups of one population share where only random draws differ.
        membrane: constants of its neurons; None for neurons without a leaky membrane.
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
    def from_inputs(self) -> tuple[Synapses, ...]:
        """The projections that come from the inputs: two where these are paired."""
        return tuple(each for each in self.synapses if each.source is None)

    @property
    def sums_pairs(self) -> bool:
        """Whether paired inputs act on it by their sum: at one time, by receptors alike."""
        ties, membrane = self.from_inputs, self.membrane
        alike = membrane is not None and all(a == b for a, b in (membrane.tau_syn, membrane.gain))
        return alike and len(ties) > 1 and len({each.delay for each in ties}) == 1

    @property
    def own_scale(self) -> bool:
        """Whether the network's description gives the scale of a projection to it."""
        return any(each.own_scale for each in self.synapses)


@runtime_checkable
class Startable(Protocol):
    """A network whose groups can be started at rates, or by a rule."""

    def driven(self) -> dict[str, Driven]:
        """Return the groups of hidden neurons by name, in order."""
        ...

    def note_factors(self, factors: Mapping[str, float]) -> None:
        """Record that the weights to some groups were multiplied by factors."""
        ...

    def note_scales(self, scales: Mapping[str, float]) -> None:
        """Record the scales from which the weights of some projections were drawn."""
        ...

    def respond(self, events: SpikeEvents) -> Any:
        """Return the response to a batch of events, with its `spike_counts` [B, N]."""
        ...


def startable(network: nn.Module, events: SpikeEvents) -> Startable:
    """Return a network that is `Startable`; raise InputError for another, or without samples."""
    if not isinstance(network, Startable):
        accepted = "an EINetwork or a SpikingNetwork"
        raise must("init", "network", accepted, type(network).__name__)
    if not len(events):
        raise must("init", "events", "of one sample at least", "none")
    return network
