"""A snapshot of a run: what there is to measure after an epoch."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from eccles.data.spikes.dataset import SpikeDataset
from eccles.events import SpikeEvents
from eccles.nn.own import Own
from eccles.nn.shallow import EINetwork
from eccles.nn.spiking import SpikingNetwork
from eccles.training.config import TrainConfig
from eccles.training.samples import Samples

_BATCH = 1000


@dataclass(frozen=True, eq=False)
class Snapshot:
    """What a measure may look at, and must leave as it is.

    Attributes:
        network: the network after the epoch: an `EINetwork`, a `SpikingNetwork`, a module as
            `eccles.nn.own` takes it, or a deep network, which has no groups and no spikes in time.
        samples: what it is trained and tested on.
        config: the run's settings.
        epoch: -1 before training, then from 0.
    """

    network: Any
    samples: Samples
    config: TrainConfig
    epoch: int

    @property
    def groups(self) -> dict[str, slice]:
        """Where the neurons of each group are."""
        return {name: group.neurons for name, group in self.network.groups.items()}

    @property
    def signs(self) -> dict[str, int]:
        """What the synapses of each group do under Dale's principle: +1, -1, or 0 for either."""
        return {name: group.sign for name, group in self.network.groups.items()}

    @property
    def batch_size(self) -> int:
        """Samples of an update."""
        return self.config.batch()

    @cached_property
    def spikes(self) -> SpikeEvents:
        """The spikes of all neurons to all test samples, computed once for an epoch's measures."""
        return hidden_spikes(self.network, self.samples.test)


def hidden_spikes(
    network: EINetwork | SpikingNetwork | Own, data: SpikeDataset, batch_size: int = _BATCH
) -> SpikeEvents:
    """Return a network's hidden spikes to a data set, streamed batch by batch."""
    batches = [data.events[k : k + batch_size] for k in range(0, max(1, len(data)), batch_size)]
    return SpikeEvents.joined([network.spikes(events) for events in batches])
