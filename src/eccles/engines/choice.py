"""Which engine computes one layer: the one that is asked for, or the fastest that fits."""

from __future__ import annotations

from eccles.arguments import typed
from eccles.engines.dense import DenseEngine
from eccles.engines.engine import Engine, EngineName, fits_kernels
from eccles.errors import InputError, must
from eccles.functional.lif import LIFParameters

DENSEST = 0.5
"""Density of input events above which the dense equations are the faster ones (measured)."""


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


@typed("engine")
def why_dense(neuron: LIFParameters, density: float = 0.0, device: str = "cpu") -> str | None:
    """Return why "auto" takes the dense engine for one layer, or None where it doesn't.

    Args are those of `engine`.
    """
    if device != "cpu":
        return f"the event engine works on a CPU, and the network is on {device}"
    if not fits_kernels(neuron):
        return f"the event engine knows SuperSpike, rest 0 and threshold 1, not {neuron.surrogate}"
    if density > DENSEST:
        return f"{density:.0%} of all steps and inputs have an event, for which it is the faster"
    return None
