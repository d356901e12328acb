"""What drives a group of neurons: the weights that lead to it, and the groups they come from."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any, NamedTuple, Protocol, runtime_checkable

from torch import Tensor

from eccles.events import SpikeEvents


class Driven(NamedTuple):
    """A group, as what scales its weights sees it.

    Attributes:
        population, group: what it is a group of, and its name there.
        neurons: where its neurons are in a response's spike counts.
        weights: all weights that lead to it, views of the network's parameters.
        sources: names of the groups that project to it.
        kind: equal for groups of a population that differ by chance alone.
        own_scale: whether the network says a scale for a projection to it.
        reached: whether spikes of the inputs can reach it.
    """

    population: str
    group: str
    neurons: slice
    weights: tuple[Tensor, ...]
    sources: frozenset[str]
    kind: Hashable
    own_scale: bool = False
    reached: bool = True


@runtime_checkable
class Startable(Protocol):
    """A network whose groups can be started at rates."""

    def driven(self) -> dict[str, Driven]:
        """Return the groups of hidden neurons by name, in order."""
        ...

    def note_factors(self, factors: Mapping[str, float]) -> None:
        """Take note that the weights to some groups were multiplied by factors."""
        ...

    def respond(self, events: SpikeEvents) -> Any:
        """Return the response to a batch of events, with its `spike_counts` [B, N]."""
        ...
