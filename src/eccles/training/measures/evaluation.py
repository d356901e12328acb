"""How a network does on a data set: accuracy and activity by class, streamed batch by batch."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from eccles import functional
from eccles.arguments import typed
from eccles.data.cameras.dataset import FrameDataset
from eccles.data.images.dataset import ImageDataset
from eccles.data.spikes.dataset import SpikeDataset
from eccles.errors import must, whole
from eccles.events import SpikeEvents
from eccles.modes import evaluating
from eccles.nn.deep import DeepNetwork
from eccles.nn.own import Own, OwnNetwork
from eccles.nn.shallow import EINetwork
from eccles.nn.spiking import SpikingNetwork
from eccles.training.context import settled
from eccles.training.measures.layer_spikes import counting

Counts = NDArray[np.int64]
_BATCH, _DEEP_BATCH = 1000, 250


@dataclass(frozen=True, eq=False)
class Evaluation:
    """Counts over a data set, by class and by group of neurons.

    Attributes:
        samples, correct: samples of each class, and those of them that were recognised, int64 [C].
        spikes: spikes of each group in samples of each class, int64 [groups, C].
        sizes: neurons of each group, by its name. A deep network is one group, of all its spiking
            neurons, each place of a map being one: inhibitory units of E-I circuits are graded.
        signs: what each group's synapses do, +1, -1 or 0, by its name.
        n_steps: steps of a sample.
        dt: length of a step in seconds, or None where steps have no unit of time.
    """

    samples: Counts
    correct: Counts
    spikes: Counts
    sizes: dict[str, int]
    signs: dict[str, int]
    n_steps: int
    dt: float | None = None

    @property
    def accuracy(self) -> float:
        """Share of all samples that were recognised."""
        return float(self.correct.sum() / max(1, self.samples.sum()))

    @property
    def n_neurons(self) -> int:
        """Neurons of all groups."""
        return sum(self.sizes.values())

    @property
    def excitatory_spikes(self) -> Counts:
        """Spikes of all groups that don't inhibit, int64 [C]."""
        return self._spikes(inhibiting=False)

    @property
    def inhibitory_spikes(self) -> Counts:
        """Spikes of all groups that inhibit, int64 [C]."""
        return self._spikes(inhibiting=True)

    @property
    def rate_hz(self) -> float:
        """Mean spikes a neuron and second of simulated time; NaN where time has no unit."""
        duration = math.nan if self.dt is None else self.n_steps * self.dt
        return int(self.spikes.sum()) / (max(1, self._n_samples) * self.n_neurons * duration)

    @property
    def spikes_per_step(self) -> float:
        """Mean spikes a neuron and step."""
        each = int(self.spikes.sum()) / max(1, self._n_samples)
        return each / max(1, self.n_neurons * self.n_steps)

    def summary(self) -> dict[str, Any]:
        """Return an epoch's measures over all classes."""
        timed = self.dt is not None
        name, rate = (
            ("rate_hz", self.rate_hz) if timed else ("spikes_per_step", self.spikes_per_step)
        )
        n = max(1, self._n_samples)
        return {
            "accuracy": self.accuracy,
            name: rate,
            "excitatory_spikes": int(self.excitatory_spikes.sum()) / n,
            "inhibitory_spikes": int(self.inhibitory_spikes.sum()) / n if timed else None,
        }

    def rows(self, classes: tuple[str, ...]) -> list[dict[str, Any]]:
        """Return a row a class: samples, accuracy, and spikes a sample of either kind."""
        n = np.maximum(1, self.samples)
        excitatory, inhibitory = self.excitatory_spikes, self.inhibitory_spikes
        return [
            {
                "class": k,
                "class_name": name,
                "samples": int(self.samples[k]),
                "accuracy": float(self.correct[k] / n[k]),
                "excitatory_spikes": float(excitatory[k] / n[k]),
                "inhibitory_spikes": None if self.dt is None else float(inhibitory[k] / n[k]),
            }
            for k, name in enumerate(classes)
        ]

    @property
    def _n_samples(self) -> int:
        return int(self.samples.sum())

    def _spikes(self, inhibiting: bool) -> Counts:
        chosen = [(sign < 0) == inhibiting for sign in self.signs.values()]
        found: Counts = self.spikes[chosen].sum(axis=0)
        return found


@typed("evaluate")
@settled()
def evaluate(
    network: nn.Module | OwnNetwork,
    data: SpikeDataset | ImageDataset | FrameDataset,
    batch_size: int | None = None,
) -> Evaluation:
    """Run a network over a data set and count, as it is when it isn't being trained.

    Args:
        network: one of spiking neurons in time (an `EINetwork`, a `SpikingNetwork`, or a module of
            one's own as `eccles.nn.OwnNetwork` has it) for spikes; or a deep network, or any module
            with `eccles.nn.SpikingLayer`, for images and frames.
        data: labelled samples.
        batch_size: samples at once, 1,000 of spikes or 250 others unless given; counts don't
            depend on it, but for rounding.

    Raises InputError for a network or data of another kind.
    """
    if batch_size is not None:
        whole("evaluate", "batch_size", batch_size)
    if not isinstance(data, SpikeDataset):
        return count_layers(network, data, batch_size or _DEEP_BATCH)
    return count_groups(_grouped(network, data), data, batch_size or _BATCH)


def _grouped(
    network: nn.Module | OwnNetwork, data: SpikeDataset
) -> EINetwork | SpikingNetwork | Own:
    """Return a network as one whose groups are known, if it can take spikes."""
    if isinstance(network, DeepNetwork):
        hint = "a deep network takes images or frames: eccles.data.images, eccles.data.cameras"
        raise must("evaluate", "network", "one of spiking neurons in time", network, hint)
    if not isinstance(network, EINetwork | SpikingNetwork):
        return Own(network)
    n_inputs = (
        network.inputs.n_neurons if isinstance(network, EINetwork) else network.wiring.n_inputs
    )
    if data.events.n_units != n_inputs:
        accepted = f"spikes of {n_inputs} units, as the network's inputs"
        raise must("evaluate", "data", accepted, data.events.n_units)
    return network


def count_groups(
    network: EINetwork | SpikingNetwork | Own, data: SpikeDataset, batch_size: int = _BATCH
) -> Evaluation:
    """Run a network of groups over a data set and count."""
    groups = network.groups

    def answer(events: SpikeEvents) -> tuple[Tensor, list[Counts]]:
        scores, fired = network.respond(events)
        counts = fired.cpu().numpy()
        return scores, [counts[:, group.neurons].sum(axis=1) for group in groups.values()]

    return Evaluation(
        *_tally(answer, data, len(groups), batch_size),
        {name: each.neurons.stop - each.neurons.start for name, each in groups.items()},
        {name: each.sign for name, each in groups.items()},
        data.events.n_steps,
        data.events.dt,
    )


@torch.no_grad()
def count_layers(network: Any, data: Any, batch_size: int = _DEEP_BATCH) -> Evaluation:
    """Run a network of layers over a data set and count; its layers are one group."""
    device = next(network.parameters()).device
    neurons, steps = 0, 1
    with evaluating(network), counting(network) as counted:

        def answer(inputs: Tensor) -> tuple[Tensor, list[Counts]]:
            nonlocal neurons, steps
            counted.clear()
            scores = network(inputs.to(device))
            neurons, steps = sum(layer.neurons for layer in counted), counted[0].steps
            return scores, [np.sum([layer.spikes for layer in counted], axis=0)]

        tallied = _tally(answer, data, 1, batch_size)
    return Evaluation(*tallied, {"E": neurons}, {"E": 1}, steps)


def _tally(
    answer: Callable[[Any], tuple[Tensor, list[Counts]]], data: Any, n_groups: int, batch_size: int
) -> tuple[Counts, Counts, Counts]:
    """Return samples, correct and spikes, as `Evaluation` has them."""
    samples, correct = np.zeros((2, data.n_classes), np.int64)
    spikes = np.zeros((n_groups, data.n_classes), np.int64)
    for first in range(0, len(data), batch_size):
        inputs, labels = data.batch(slice(first, first + batch_size))
        scores, fired = answer(inputs)
        y = labels.numpy()
        np.add.at(samples, y, 1)
        np.add.at(correct, y, functional.predict(scores).cpu().numpy() == y)
        for row, counts in zip(spikes, fired, strict=True):
            np.add.at(row, y, counts)
    return samples, correct, spikes
