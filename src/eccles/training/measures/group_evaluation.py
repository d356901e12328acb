"""How a network of groups does on a data set: accuracy and spikes by class and by group."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eccles import functional
from eccles.data.spikes.dataset import SpikeDataset
from eccles.nn.own import Own
from eccles.nn.spiking import SpikingNetwork

Rows = list[dict[str, Any]]
_BATCH = 1000


@dataclass(frozen=True, eq=False)
class GroupEvaluation:
    """Counts over a data set.

    Attributes:
        samples, correct: samples of each class, and those of them that were recognised, int64 [C].
        spikes: spikes of each group in samples of each class, int64 [groups, C].
        sizes: neurons of each group, by its name.
        signs: what each group's synapses do, +1, -1 or 0, by its name.
        duration: simulated time of a sample in seconds.
    """

    samples: NDArray[np.int64]
    correct: NDArray[np.int64]
    spikes: NDArray[np.int64]
    sizes: dict[str, int]
    signs: dict[str, int]
    duration: float

    @property
    def accuracy(self) -> float:
        """Share of all samples that were recognised."""
        return float(self.correct.sum() / max(1, self.samples.sum()))

    def by_sign(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return spikes of all groups that don't inhibit, and of those that do, int64 [C] each."""
        inhibit = np.array([sign < 0 for sign in self.signs.values()])
        return self.spikes[~inhibit].sum(axis=0), self.spikes[inhibit].sum(axis=0)

    def rate_hz(self, spikes: int, neurons: int) -> float:
        """Return spikes over all samples as a rate a neuron."""
        return spikes / (max(1, int(self.samples.sum())) * neurons * self.duration)

    def summary(self) -> dict[str, float]:
        """Return an epoch's measures over all classes."""
        n = max(1, int(self.samples.sum()))
        excitatory, inhibitory = self.by_sign()
        return {
            "accuracy": self.accuracy,
            "rate_hz": self.rate_hz(int(self.spikes.sum()), sum(self.sizes.values())),
            "excitatory_spikes": int(excitatory.sum()) / n,
            "inhibitory_spikes": int(inhibitory.sum()) / n,
        }

    def rows(self, classes: tuple[str, ...]) -> Rows:
        """Return a row a class: samples, accuracy, and spikes a sample of either kind."""
        n = np.maximum(1, self.samples)
        excitatory, inhibitory = self.by_sign()
        return [
            {
                "class": k,
                "class_name": name,
                "samples": int(self.samples[k]),
                "accuracy": float(self.correct[k] / n[k]),
                "excitatory_spikes": float(excitatory[k] / n[k]),
                "inhibitory_spikes": float(inhibitory[k] / n[k]),
            }
            for k, name in enumerate(classes)
        ]


def count(
    network: SpikingNetwork | Own, data: SpikeDataset, batch_size: int = _BATCH
) -> GroupEvaluation:
    """Run a network over a data set and count; the counts don't depend on `batch_size`."""
    groups = network.groups
    correct, samples = np.zeros((2, data.n_classes), np.int64)
    spikes = np.zeros((len(groups), data.n_classes), np.int64)
    for first in range(0, len(data), batch_size):
        events, labels = data.batch(slice(first, first + batch_size))
        scores, fired = network.respond(events)
        y = labels.numpy()
        np.add.at(samples, y, 1)
        np.add.at(correct, y, functional.predict(scores).cpu().numpy() == y)
        counts = fired.cpu().numpy()
        for row, group in zip(spikes, groups.values(), strict=True):
            np.add.at(row, y, counts[:, group.neurons].sum(axis=1))
    return GroupEvaluation(
        samples,
        correct,
        spikes,
        {name: each.neurons.stop - each.neurons.start for name, each in groups.items()},
        {name: each.sign for name, each in groups.items()},
        data.events.n_steps * data.events.dt,
    )
