"""How a network does on a data set: accuracy and activity by class, streamed batch by batch."""

from __future__ import annotations

from typing import Any, NamedTuple, overload

import numpy as np
from numpy.typing import NDArray
from torch import nn

from eccles import functional
from eccles.arguments import typed
from eccles.data.spikes.dataset import SpikeDataset
from eccles.errors import must, whole
from eccles.nn.own import Own, OwnNetwork
from eccles.nn.shallow import EINetwork
from eccles.nn.spiking import SpikingNetwork
from eccles.training.context import settled
from eccles.training.measures.group_evaluation import GroupEvaluation, count

_BATCH = 1000


class Evaluation(NamedTuple):
    """Counts over a data set; every array has one entry a class, int64 [C].

    Attributes:
        samples: samples of the class.
        correct: samples of the class that were recognised.
        excitatory_spikes, inhibitory_spikes: hidden spikes in samples of the class.
        n_hidden: hidden neurons.
        duration: simulated time of a sample in seconds.
    """

    samples: NDArray[np.int64]
    correct: NDArray[np.int64]
    excitatory_spikes: NDArray[np.int64]
    inhibitory_spikes: NDArray[np.int64]
    n_hidden: int
    duration: float

    @property
    def accuracy(self) -> float:
        """Share of all samples that were recognised."""
        return float(self.correct.sum() / max(1, self.samples.sum()))

    @property
    def rate_hz(self) -> float:
        """Mean hidden spikes a neuron and second of simulated time."""
        spikes = int(self.excitatory_spikes.sum() + self.inhibitory_spikes.sum())
        return spikes / (max(1, int(self.samples.sum())) * self.n_hidden * self.duration)

    def summary(self) -> dict[str, float]:
        """Return an epoch's measures over all classes."""
        n = max(1, int(self.samples.sum()))
        return {
            "accuracy": self.accuracy,
            "rate_hz": self.rate_hz,
            "excitatory_spikes": int(self.excitatory_spikes.sum()) / n,
            "inhibitory_spikes": int(self.inhibitory_spikes.sum()) / n,
        }

    def rows(self, classes: tuple[str, ...]) -> list[dict[str, Any]]:
        """Return a row a class: samples, accuracy, and hidden spikes a sample of either kind."""
        n = np.maximum(1, self.samples)
        return [
            {
                "class": k,
                "class_name": name,
                "samples": int(self.samples[k]),
                "accuracy": float(self.correct[k] / n[k]),
                "excitatory_spikes": float(self.excitatory_spikes[k] / n[k]),
                "inhibitory_spikes": float(self.inhibitory_spikes[k] / n[k]),
            }
            for k, name in enumerate(classes)
        ]


@overload
def evaluate(network: EINetwork, data: SpikeDataset, batch_size: int = ...) -> Evaluation: ...
@overload
def evaluate(
    network: SpikingNetwork | OwnNetwork, data: SpikeDataset, batch_size: int = ...
) -> GroupEvaluation: ...
@typed("evaluate")
@settled()
def evaluate(
    network: nn.Module | OwnNetwork,
    data: SpikeDataset,
    batch_size: int = _BATCH,
) -> Evaluation | GroupEvaluation:
    """Run a network of spiking neurons over a data set and count, `batch_size` samples at once.

    The counts don't depend on `batch_size`; those of a `SpikingNetwork`, or of a module of
    one's own (`eccles.nn.OwnNetwork`), are by group. Raises InputError for a network or data of
    another kind: `eccles.training.measures.deep_evaluation.evaluate_deep` is for deep networks.
    """
    whole("evaluate", "batch_size", batch_size)
    if isinstance(network, SpikingNetwork):
        _check_inputs(network.wiring.n_inputs, data)
        return count(network, data, batch_size)
    if not isinstance(network, EINetwork):
        _check_own(network)
        return count(Own(network), data, batch_size)
    _check_inputs(network.inputs.n_neurons, data)
    return _count(network, data, batch_size)


def _check_own(network: object) -> None:
    from eccles.nn.deep import DeepNetwork

    if isinstance(network, DeepNetwork):
        hint = "evaluate_deep is for deep ones"
        raise must("evaluate", "network", "one of spiking neurons in time", network, hint)


def _check_inputs(n_inputs: int, data: SpikeDataset) -> None:
    if data.events.n_units != n_inputs:
        accepted = f"spikes of {n_inputs} units, as the network's inputs"
        raise must("evaluate", "data", accepted, data.events.n_units)


def _count(network: EINetwork, data: SpikeDataset, batch_size: int) -> Evaluation:
    totals = np.zeros((4, data.n_classes), np.int64)
    for first in range(0, len(data), batch_size):
        events, labels = data.batch(slice(first, first + batch_size))
        peaks, spikes = network.respond(events)
        y = labels.numpy()
        right = functional.predict(peaks).cpu().numpy() == y
        counts = spikes.cpu().numpy()
        np.add.at(totals[0], y, 1)
        np.add.at(totals[1], y, right)
        np.add.at(totals[2], y, counts[:, network.hidden["E"]].sum(axis=1))
        np.add.at(totals[3], y, counts[:, network.hidden["I"]].sum(axis=1))
    duration = data.events.n_steps * data.events.dt
    samples, correct, excitatory, inhibitory = totals
    n_hidden = network.hidden.n_neurons
    return Evaluation(samples, correct, excitatory, inhibitory, n_hidden, duration)
