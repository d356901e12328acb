"""The training task of a module of one's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from eccles import dale, measures, noise, seeds
from eccles.data.spikes.dataset import SpikeDataset
from eccles.events import SpikeEvents
from eccles.measures.weights import COLUMNS
from eccles.nn.own import Own
from eccles.training.build import make_optimizer
from eccles.training.config import TrainConfig
from eccles.training.devices import descend
from eccles.training.measures.evaluation import Evaluation, count_groups
from eccles.training.measures.groups import BY_GROUP, Measure, Rows
from eccles.training.measures.snapshot import Snapshot
from eccles.training.samples import Samples, facts_of
from eccles.training.schedule import Schedule
from eccles.training.tasks.task import BatchStep


def _weights(snapshot: Snapshot) -> Rows:
    """Return a row a projection that Dale's principle binds: count, share of zeros, spread."""
    return [
        {"projection": name, **measures.weight_statistics(weight.detach().cpu().numpy())}
        for name, (weight, _) in snapshot.network.module.projections().items()
    ]


OWN_MEASURES = {**BY_GROUP, "weights": Measure({"projection": "VARCHAR", **COLUMNS}, _weights)}
"""Measures of modules of one's own, by name."""


class ModuleTask:
    """A module of one's own, the samples of its run, and its step; a `Task`.

    An update is what the optimizer asks for, then noise, then Dale's principle, as of all networks.
    The loss is the cross entropy of the scores.

    Args:
        config: the run's settings.
        samples: those of the run.
        module: has the four methods of `eccles.nn.OwnNetwork`.
        threads: threads of torch.
    """

    measures: Mapping[str, Measure] = OWN_MEASURES
    engine = "own"
    remedy = "a smaller --lr or --update-noise"

    def __init__(self, config: TrainConfig, samples: Samples, module: Any, threads: int) -> None:
        self.config = config
        self.samples = samples
        self.network = module
        self.torch_threads = threads
        self._own = Own(module)
        self._own.check(samples.train.batch(slice(0, 2))[0], samples.train.n_classes)
        self.optimizer = make_optimizer(config, module.parameters())
        self._schedule = Schedule(config, samples)

    def begin(self) -> None:
        """Do nothing: the network has its weights."""

    def steps(self, epoch: int) -> BatchStep:
        """Return the training step of an epoch, with noise of its own."""
        config, network = self.config, self.network.train()
        key = seeds.key(config.seed, "noise", epoch)
        chance = seeds.key(config.seed, "module", epoch + 1) >> 2

        def step(events: SpikeEvents, labels: Tensor, batch: int) -> float:
            self._schedule.set(self.optimizer, epoch, batch)
            with torch.random.fork_rng(devices=[]):
                torch.manual_seed(chance + batch)  # What is dropped out, say, is the run's.
                scores = self._own.scores(events)
            loss = cross_entropy(scores, labels.to(scores.device))
            descend(loss, self.optimizer)
            if config.update_noise:
                with torch.no_grad():
                    for layer, weight in enumerate(network.parameters()):
                        noise.add_noise_(weight, config.update_noise, key, batch, layer)
            dale.project(network)
            return float(loss.detach())

        return step

    def evaluate(self, data: SpikeDataset) -> Evaluation:
        """Run the network over a data set, and count."""
        return count_groups(self._own, data)

    def snapshot(self, epoch: int) -> Snapshot:
        """Return what measures look at after an epoch."""
        return Snapshot(self._own, self.samples, self.config, epoch)

    def facts(self) -> dict[str, Any]:
        """Return what the settings became, and the groups, for the record."""
        sizes = dict(self.network.groups())
        signs = {name: group.sign for name, group in self._own.groups.items()}
        return {
            "engine": self.engine,
            "group_sizes": sizes,
            "projections": {
                name: {
                    "n_pre": len(weight),
                    "n_post": weight.shape[1],
                    "excitatory": pre.n_excitatory,
                    "inhibitory": pre.n_inhibitory,
                }
                for name, (weight, pre) in self._own.module.projections().items()
            },
            "n_excitatory": sum(n for name, n in sizes.items() if signs[name] >= 0),
            "n_inhibitory": sum(n for name, n in sizes.items() if signs[name] < 0),
            **facts_of(self.samples),
            "parameters": sum(p.numel() for p in self.network.parameters()),
        }

    def title(self) -> str:
        """Return what is trained in a few words."""
        groups = ", ".join(f"{name} {n}" for name, n in list(self.network.groups().items())[:6])
        return f"{type(self.network).__name__} with {groups}"
