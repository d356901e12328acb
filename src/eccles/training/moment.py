"""A moment of a run: what there is to measure after an epoch."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from eccles.data.dataset import SpikeDataset
from eccles.events import SpikeEvents
from eccles.nn.own import Own
from eccles.nn.shallow import EINetwork
from eccles.nn.spiking import SpikingNetwork
from eccles.training.config import TrainConfig
from eccles.training.samples import Samples

_BATCH = 1000


@dataclass(frozen=True, eq=False)
class Moment:
    """What a measure may look at, and must leave as it is.

    Attributes:
        network: the network after the epoch.
        samples: what it is trained and tested on.
        config: the run's settings.
        epoch: -1 before training, then from 0.
    """

    network: EINetwork
    samples: Samples
    config: TrainConfig
    epoch: int

    @property
    def groups(self) -> dict[str, slice]:
        """Where the hidden neurons of each kind are."""
        return {kind: self.network.hidden[kind] for kind in ("E", "I")}

    @property
    def signs(self) -> dict[str, int]:
        """What the synapses of each kind do under Dale's principle."""
        return {"E": 1, "I": -1}

    @property
    def batch_size(self) -> int:
        """Samples of an update."""
        return self.config.batch()

    @cached_property
    def spikes(self) -> SpikeEvents:
        """The hidden spikes of all test samples, computed once for all measures of the epoch."""
        return hidden_spikes(self.network, self.samples.test)


def hidden_spikes(
    network: EINetwork | SpikingNetwork | Own, data: SpikeDataset, batch_size: int = _BATCH
) -> SpikeEvents:
    """Return a network's hidden spikes to a data set, streamed batch by batch."""
    batches = [data.events[k : k + batch_size] for k in range(0, max(1, len(data)), batch_size)]
    return SpikeEvents.joined([network.spikes(events) for events in batches])
