"""Engines: ways to compute the same equations, and the choice between them."""

from __future__ import annotations

from eccles.arguments import typed
from eccles.engines.dense import DenseEngine as DenseEngine
from eccles.engines.engine import Descent as Descent
from eccles.engines.engine import Engine as Engine
from eccles.engines.engine import EngineName as EngineName
from eccles.engines.engine import FusedUpdate as FusedUpdate
from eccles.engines.engine import Response as Response
from eccles.engines.engine import Weights as Weights
from eccles.engines.engine import fits_kernels, why_dense
from eccles.errors import InputError, must
from eccles.former import warn
from eccles.functional.lif import LIFParameters

__all__ = [
    "DenseEngine",
    "Descent",
    "Engine",
    "EngineName",
    "FusedUpdate",
    "Response",
    "Weights",
    "engine",
]


@typed("engine")
def engine(
    name: EngineName,
    *,
    neuron: LIFParameters,
    density: float = 0.0,
    device: str = "cpu",
    threads: int = 1,
) -> Engine:
    """Return the engine of that name; "auto" takes the fastest that fits.

    Args:
        name: "event", "dense" or "auto".
        neuron: the network's constants; the event engine knows the SuperSpike surrogate alone.
        density: share of (step, unit) cells with an event, from `SpikeEvents.density`.
        device: where the weights live; the event engine works on a CPU.
        threads: threads for the event engine.

    Raises InputError for an unknown name, or an event engine where it can't work.
    """
    fits = device == "cpu" and fits_kernels(neuron)
    if name == "auto":
        name = "dense" if why_dense(neuron, density, device) else "event"
    if name == "dense":
        return DenseEngine()
    if name != "event":
        raise must("engine", "the name", "auto, event or dense", name)
    if not fits:
        raise InputError(
            "engine: event must have a CPU, the SuperSpike surrogate, rest 0 and threshold 1, got "
            f"{device} and {neuron.surrogate}; use --engine dense or auto"
        )
    from eccles.engines.event.engine import EventEngine

    return EventEngine(threads)


def __getattr__(name: str) -> type[FusedUpdate]:
    """Return what a former name, which leaves after 0.2, stands for."""
    if name != "Descends":
        raise AttributeError(f"module 'eccles.engines' has no attribute {name!r}")
    warn("eccles.engines.Descends", "eccles.engines.FusedUpdate")
    return FusedUpdate
