"""The choice of an engine for a network of any wiring."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

from torch import Tensor

from eccles.engines.engine import EngineName, Response
from eccles.engines.pool.dense import DensePool, PoolWeights
from eccles.errors import InputError, must
from eccles.events import SpikeEvents
from eccles.wiring import Wiring

if TYPE_CHECKING:
    from eccles.engines.pool.event import EventPool


@runtime_checkable
class PoolEngine(Protocol):
    """A way to compute a network of any wiring; all agree with `eccles.functional`."""

    @property
    def name(self) -> str:
        """What the user calls the engine, and what a run stores."""
        ...

    @property
    def wiring(self) -> Wiring:
        """The network."""
        ...

    def loss(self, weights: PoolWeights, events: SpikeEvents, labels: Tensor) -> Tensor:
        """Return the max-over-time loss of a batch, a scalar that autograd can differentiate."""
        ...

    def respond(self, weights: PoolWeights, events: SpikeEvents) -> Response:
        """Return the response to a batch, without gradients."""
        ...

    def spikes(self, weights: PoolWeights, events: SpikeEvents) -> SpikeEvents:
        """Return the spikes of all neurons to B samples, sorted by step, then by neuron."""
        ...


def refuses(wiring: Wiring, device: str = "cpu") -> str | None:
    """Return why the event engine doesn't take a network, or None where it does."""
    if device != "cpu":
        return f"it works on a CPU, and the network is on {device}"
    from eccles.engines.pool.packing import refusal

    return refusal(wiring)


def pool_engine(
    name: EngineName, wiring: Wiring, *, device: str = "cpu", threads: int = 1
) -> DensePool | EventPool:
    """Return the engine of that name for a network; "auto" takes the event engine where it can.

    Args:
        name: "event", "dense" or "auto".
        wiring: the network.
        device: where its weights live.
        threads: threads of the event engine.

    Raises InputError for an unknown name, or for an event engine that doesn't take the network.
    """
    if name not in ("auto", "event", "dense"):
        raise must("engine", "the name", "auto, event or dense", name)
    reason = None if name == "dense" else refuses(wiring, device)
    if name == "dense" or (name == "auto" and reason):
        return DensePool(wiring)
    if reason:
        raise InputError(f"engine: event can't compute this network: {reason}; use --engine dense")
    from eccles.engines.pool.event import EventPool

    return EventPool(wiring, threads)
