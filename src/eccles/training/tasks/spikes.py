"""What the tasks of Eccles' own networks of spikes have alike."""

from __future__ import annotations

from collections.abc import Mapping

from eccles.data.spikes.dataset import SpikeDataset
from eccles.nn.shallow import EINetwork
from eccles.nn.spiking import SpikingNetwork
from eccles.training.config import TrainConfig
from eccles.training.devices import Devices
from eccles.training.measures.evaluation import Evaluation, count_groups
from eccles.training.measures.groups import Measure
from eccles.training.measures.measures import MEASURES
from eccles.training.measures.snapshot import Snapshot
from eccles.training.samples import Samples


class SpikesTask:
    """A network that an engine computes, the samples of its run, and what holds its weights.

    Args:
        config: the run's settings.
        samples: those of the run.
        threads: threads of the event engine.
    """

    measures: Mapping[str, Measure] = MEASURES
    torch_threads = 1
    remedy = "a smaller --lr or --update-noise"

    config: TrainConfig
    samples: Samples
    network: EINetwork | SpikingNetwork
    _devices: Devices | None

    @property
    def engine(self) -> str:
        """What computes it: what "auto" became."""
        return self.network.engine.name

    def begin(self) -> None:
        """Let devices hold the network's weights, if any do."""
        if self._devices is not None:
            self._devices.begin()

    def evaluate(self, data: SpikeDataset) -> Evaluation:
        """Run the network over a data set, and count."""
        return count_groups(self.network, data)

    def snapshot(self, epoch: int) -> Snapshot:
        """Return what measures look at after an epoch."""
        return Snapshot(self.network, self.samples, self.config, epoch)
