"""Whether a run fits into memory: the least that it takes, reckoned before anything is made."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from eccles.memory import must_fit
from eccles.training.config import TrainConfig
from eccles.training.samples import Samples

_FLOAT = 4


def check_shallow(config: TrainConfig, samples: Samples, engine: str) -> None:
    """Raise InputError where the rasters of a batch don't fit.

    Args:
        config: the run's settings.
        samples: those of the run.
        engine: what computes it; the dense one alone holds all steps of a batch.
    """
    if engine == "dense":
        events, size = samples.train.events, min(config.batch(), len(samples.train))
        hidden = config.populations().n_neurons
        rasters = _FLOAT * events.n_steps * size * (events.n_units + 2 * hidden)
        what = f"{events.n_steps:,} steps of a batch of {size:,} with hidden {hidden:,}"
        must_fit("train", what, rasters, "choose a smaller --batch-size or --hidden")


def check_network(config: TrainConfig, samples: Samples, engine: str, n_neurons: int) -> None:
    """Raise InputError where the rasters of a batch of a network of one's own don't fit."""
    if engine == "dense":
        events, size = samples.train.events, min(config.batch(), len(samples.train))
        # The graph of every step holds a spike, a membrane and a conductance of each neuron.
        rasters = _FLOAT * events.n_steps * size * (events.n_units + 3 * n_neurons)
        what = f"{events.n_steps:,} steps of a batch of {size:,} with {n_neurons:,} neurons"
        must_fit("train", what, rasters, "choose a smaller --batch-size or network")


def check_deep(config: TrainConfig, samples: Samples) -> None:
    """Raise InputError where weights with their gradients, or a batch's first layer, don't fit."""
    import numpy as np
    from torch import nn

    from eccles.nn.deep import deep_network
    from eccles.nn.layers import Layers
    from eccles.nn.rules import CircuitRules

    @dataclass(frozen=True)
    class Counted(Layers):
        """Makes nothing, and keeps each layer's numbers of weights and units."""

        weights: list[int] = field(default_factory=list)
        units: list[int] = field(default_factory=list)

        def linear(self, n_inputs: int, n_units: int) -> nn.Module:
            self.weights.append(n_inputs * n_units)
            self.units.append(n_units)
            return nn.Identity()

        def conv(
            self, n_inputs: int, n_units: int, kernel_size: int = 3, *, stride: int = 1
        ) -> nn.Module:
            self.weights.append(n_inputs * n_units * kernel_size**2)
            self.units.append(n_units * (height // stride) * (width // stride))
            return nn.Identity()

        def readout(self, n_inputs: int, n_classes: int) -> nn.Module:
            return self.linear(n_inputs, n_classes)

    train: Any = samples.train
    shape = train.shape
    _, height, width = shape
    counted = Counted("plain", CircuitRules(), np.random.default_rng(0))
    deep_network(config.model, counted, shape, train.n_classes, width=config.width)
    weights = (2 if config.epochs else 1) * _FLOAT * sum(counted.weights)
    what = f"{config.model} of width {config.width:g}"
    must_fit("train", what, weights, "choose a smaller --width or --model")
    size = max(config.batch(), config.init_samples if config.is_circuit else 0)
    size = min(size, len(train))
    spikes = _FLOAT * config.n_steps * size * counted.units[0]
    what = f"{config.n_steps:,} steps of {size:,} samples in the first layer of {what}"
    hint = "choose a smaller --batch-size, --init-samples or --width"
    must_fit("train", what, weights + spikes, hint)
