"""The training task of a network of populations and projections."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

from torch import Tensor

from eccles import seeds
from eccles.data.spikes.dataset import SpikeDataset
from eccles.engines.engine import EngineName
from eccles.engines.pool.choice import refuses
from eccles.events import SpikeEvents
from eccles.init.projections import USUAL
from eccles.nn.spiking import SpikingNetwork
from eccles.training.build import check_device, make_optimizer, reason_of, spiking_of
from eccles.training.config import TrainConfig
from eccles.training.config.auto import of_recordings
from eccles.training.devices import descend, devices_of
from eccles.training.room import check_network
from eccles.training.samples import Samples, facts_of
from eccles.training.schedule import Schedule
from eccles.training.start import facts_of_start, start
from eccles.training.tasks.spikes import SpikesTask
from eccles.training.tasks.task import BatchStep
from eccles.training.update_noise import UpdateNoise
from eccles.wiring import RatePenalty

_RECORDINGS = replace(
    USUAL, inputs=0.12 * USUAL.inputs, driven=0.12 * USUAL.driven, readouts=USUAL.deep
)
"""Scales for recordings, whose samples have some 25 times the spikes of an image."""


class NetworkTask(SpikesTask):
    """A network of one's own, the samples of its run, and its step; a `Task`."""

    network: SpikingNetwork

    def __init__(self, config: TrainConfig, samples: Samples, threads: int = 1) -> None:
        self.config = config
        self.samples = samples
        self.network = build_spiking(config, samples.train, threads)
        self._start = facts_of_start(config, self.network, samples.train)
        check_network(config, samples, self.engine, self.network.wiring.n_neurons)
        self.optimizer = make_optimizer(config, self.network.parameters(), fused=True)
        self._schedule = Schedule(config, samples)
        # Without, missing connections would come to be.
        self._projects = config.projection is not False or not config.plain
        self._noise: UpdateNoise | None = None
        self._devices = devices_of(config, self.network)

    def steps(self, epoch: int) -> BatchStep:
        """Return the training step of an epoch, with noise of its own."""
        config, network = self.config, self.network
        key = seeds.key(config.seed, "noise", epoch)
        if config.update_noise and self._noise is None:
            self._noise = UpdateNoise(network, config)

        def step(events: SpikeEvents, labels: Tensor, batch: int) -> float:
            self._schedule.set(self.optimizer, epoch, batch)
            loss = network.loss(events, labels)
            descend(loss, self.optimizer, self._devices, key, batch)
            if self._noise is not None:
                self._noise.add_(network.matrices, key, batch)
            if self._projects:
                network.project()
            return float(loss.detach())

        return step

    def facts(self) -> dict[str, Any]:
        """Return what "auto" became, and the groups, for the record."""
        groups = self.network.groups
        signs = {name: group.sign for name, group in groups.items()}
        sizes = {name: each.neurons.stop - each.neurons.start for name, each in groups.items()}
        return {
            "engine": self.engine,
            **reason_of(self.config, refuses(self.network.wiring, self.config.device)),
            "group_sizes": sizes,
            "n_excitatory": sum(n for name, n in sizes.items() if signs[name] >= 0),
            "n_inhibitory": sum(n for name, n in sizes.items() if signs[name] < 0),
            "scales": self.network.scales,
            **self._start,
            **facts_of(self.samples),
            "parameters": sum(p.numel() for p in self.network.parameters()),
        }

    def title(self) -> str:
        """Return what is trained in a few words."""
        sizes = self.facts()["group_sizes"]
        groups = ", ".join(f"{name} {size}" for name, size in list(sizes.items())[:6])
        more = f" and {len(sizes) - 6} groups more" if len(sizes) > 6 else ""
        own = self.network.network
        inputs = f"; inputs {own.inputs}" if own.mixed_inputs or own.paired else ""
        return f"{groups}{more}{inputs}; {len(own.projections)} projections"


def build_spiking(config: TrainConfig, data: SpikeDataset, threads: int = 1) -> SpikingNetwork:
    """Return the network of a run, as it is before training.

    Args:
        config: the run's settings.
        data: training samples; they set the inputs, the classes and the length of a step.
        threads: threads for the event engine, whose results don't depend on it.

    Raises InputError as the network does.
    """
    check_device(config)
    own = config.resolved()
    penalty = RatePenalty(own.rate_penalty, own.rate_target) if own.rate_penalty else None
    network = spiking_of(
        config,
        data,
        engine=cast(EngineName, config.engine),
        device=config.device,
        threads=threads,
        usual=_RECORDINGS if of_recordings(config.data) else USUAL,
        rate_penalty=penalty,
    )
    start(config, network, data)
    return network
