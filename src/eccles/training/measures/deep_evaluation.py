"""How a deep network does on a data set: accuracy and spikes by class, batch by batch."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from eccles import functional
from eccles.modes import evaluating
from eccles.nn.block import SpikingLayer

_BATCH = 250


class DeepEvaluation(NamedTuple):
    """Counts over a data set; every array has one entry a class, int64 [C].

    Attributes:
        samples: samples of the class.
        correct: samples of the class that were recognised.
        spikes: spikes of all neurons in samples of the class.
        n_neurons: spiking neurons, each place of a map being one. All are excitatory: inhibitory
            units of E-I circuits are graded.
        n_steps: steps of a sample.
    """

    samples: NDArray[np.int64]
    correct: NDArray[np.int64]
    spikes: NDArray[np.int64]
    n_neurons: int
    n_steps: int

    @property
    def accuracy(self) -> float:
        """Share of all samples that were recognised."""
        return float(self.correct.sum() / max(1, self.samples.sum()))

    def summary(self) -> dict[str, Any]:
        """Return an epoch's measures over all classes."""
        each = int(self.spikes.sum()) / max(1, int(self.samples.sum()))
        return {
            "accuracy": self.accuracy,
            "spikes_per_step": each / max(1, self.n_neurons * self.n_steps),
            "excitatory_spikes": each,
            "inhibitory_spikes": None,
        }

    def rows(self, classes: tuple[str, ...]) -> list[dict[str, Any]]:
        """Return a row a class: samples, accuracy, spikes a sample."""
        n = np.maximum(1, self.samples)
        return [
            {
                "class": k,
                "class_name": name,
                "samples": int(self.samples[k]),
                "accuracy": float(self.correct[k] / n[k]),
                "excitatory_spikes": float(self.spikes[k] / n[k]),
                "inhibitory_spikes": None,
            }
            for k, name in enumerate(classes)
        ]


@torch.no_grad()
def evaluate_deep(network: nn.Module, data: Any, batch_size: int = _BATCH) -> DeepEvaluation:
    """Run a network over a data set and count, as it is when not being trained.

    Args:
        network: takes inputs as the data set batches them, returns scores [B, C].
        data: `ImageDataset` or `FrameDataset`.
        batch_size: samples at once; counts don't depend on it, but for rounding.
    """
    device = next(network.parameters()).device
    totals = np.zeros((3, data.n_classes), np.int64)
    neurons, steps = 0, 1
    with evaluating(network), counting(network) as counted:
        for first in range(0, len(data), batch_size):
            inputs, labels = data.batch(slice(first, first + batch_size))
            counted.clear()
            scores = network(inputs.to(device))
            y = labels.numpy()
            np.add.at(totals[0], y, 1)
            np.add.at(totals[1], y, functional.predict(scores).cpu().numpy() == y)
            np.add.at(totals[2], y, sum(layer.spikes for layer in counted))
            neurons, steps = sum(layer.neurons for layer in counted), counted[0].steps
    samples, correct, spikes = totals
    return DeepEvaluation(samples, correct, spikes, neurons, steps)


class Counted(NamedTuple):
    """What a layer of neurons did in a batch: `spikes` of each sample, int64 [B]."""

    spikes: NDArray[np.int64]
    neurons: int
    steps: int


@contextmanager
def counting(network: nn.Module) -> Iterator[list[Counted]]:
    """Give a list to which every forward pass adds what each layer of neurons did, in order."""
    counted: list[Counted] = []

    def count(_layer: nn.Module, _inputs: object, spikes: Tensor) -> None:
        each = spikes.transpose(0, 1).flatten(1)
        # Float32 counts exactly up to 2^24 only.
        total = each.sum(dim=1, dtype=torch.float64).long().cpu().numpy()
        counted.append(Counted(total, each.shape[1] // len(spikes), len(spikes)))

    layers = [module for module in network.modules() if isinstance(module, SpikingLayer)]
    hooks = [layer.register_forward_hook(count) for layer in layers]
    try:
        yield counted
    finally:
        for hook in hooks:
            hook.remove()
