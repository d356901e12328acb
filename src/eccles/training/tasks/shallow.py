"""The training task of a network of one hidden layer."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from eccles import seeds
from eccles.engines.choice import why_dense
from eccles.events import SpikeEvents
from eccles.nn.shallow import EINetwork
from eccles.training.build import build_network, build_optimizer, build_step, reason_of
from eccles.training.config import TrainConfig
from eccles.training.devices import devices_of
from eccles.training.room import check_shallow
from eccles.training.samples import Samples, facts_of
from eccles.training.schedule import Schedule
from eccles.training.start import facts_of_start
from eccles.training.tasks.spikes import SpikesTask
from eccles.training.tasks.task import BatchStep
from eccles.units import duration


class ShallowTask(SpikesTask):
    """A network of one hidden layer, the samples of its run, and its step; a `Task`."""

    network: EINetwork

    def __init__(self, config: TrainConfig, samples: Samples, threads: int = 1) -> None:
        self.config = config
        self.samples = samples
        self.network = build_network(config, samples.train, threads)
        self._start = facts_of_start(config, self.network, samples.train)
        check_shallow(config, samples, self.engine)
        self.optimizer = build_optimizer(config, self.network)
        self._schedule = Schedule(config, samples)
        self._devices = devices_of(config, self.network)
        self._step = build_step(config, self.network, self.optimizer, self._devices)

    def steps(self, epoch: int) -> BatchStep:
        """Return the training step of an epoch, with noise of its own."""
        key = seeds.key(self.config.seed, "noise", epoch)

        def step(events: SpikeEvents, labels: Tensor, batch: int) -> float:
            self._schedule.set(self.optimizer, epoch, batch)
            return self._step(events, labels, key, batch)

        return step

    def facts(self) -> dict[str, Any]:
        """Return what "auto" and the ratio became, for the record."""
        network, density = self.network, self.samples.train.events.density
        w1_std, w2_std = network.initial_std
        return {
            "engine": self.engine,
            **reason_of(self.config, why_dense(network.neuron, density, self.config.device)),
            "n_excitatory": network.hidden.n_excitatory,
            "n_inhibitory": network.hidden.n_inhibitory,
            "w1_std": w1_std,
            **({"w1_std_by_kind": network.w1_stds} if w1_std is None else {}),
            "w2_std": w2_std,
            **self._start,
            **facts_of(self.samples),
            "parameters": sum(p.numel() for p in network.parameters()),
        }

    def title(self) -> str:
        """Return what is trained in a few words."""
        network, config = self.network, self.config
        kind = f"{config.resolved().ei} ({network.hidden})" if network.dale else "unbounded"
        scale = network.initial_std[0]
        start = f"w1 scale {scale:.3g}" if scale is not None else f"from {config.initial_rate}"
        return f"{kind}, tau_mem {duration(config.tau_mem)}, {start}"
