"""What every contender runs: the same batches, in the same order, from the same weights."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import cycle

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from eccles import seeds
from eccles.data.spikes.dataset import SpikeDataset
from eccles.devices import Device
from eccles.devices.presets import said
from eccles.engines import Engine, Weights
from eccles.events import SpikeEvents
from eccles.nn.shallow import EINetwork
from eccles.populations import Populations
from eccles.training import step as training
from eccles.training.config import TrainConfig
from eccles.training.devices import devices_of

LEARNING_RATE = 0.01
UPDATE_NOISE = 2e-4
"""A fifth of the initial scale of the input weights: in the middle of the levels of the article."""


@dataclass(frozen=True, eq=False)
class Workload:
    """A short stretch of training an 80:20 network, which can be run again and again.

    Attributes:
        data: the samples.
        batches: the samples of each batch; after the last one comes the first again.
        weights: where training starts, every time that the first batch comes.
        n_hidden: hidden neurons.
        learning_rate: of plain SGD.
    """

    data: SpikeDataset
    batches: tuple[NDArray[np.int64], ...]
    weights: Weights
    n_hidden: int
    learning_rate: float = LEARNING_RATE

    @classmethod
    def of(
        cls,
        data: SpikeDataset,
        batch_size: int,
        n_batches: int = 16,
        *,
        n_hidden: int = 100,
        w1_std: float = 0.001,
        weights: Weights | None = None,
        learning_rate: float = LEARNING_RATE,
    ) -> Workload:
        """Return the work that these settings describe; `weights` replace the initial ones.

        There are sixteen batches. The processor's branch prediction learns a single one by heart,
        and timings look better than in training; many more change the weights, and with them the
        activity.
        """
        order = seeds.stream(0, "order").permutation(len(data))
        batches = tuple(np.resize(order, (n_batches, batch_size)))
        if weights is None:
            weights = _network(data, n_hidden, w1_std).weights
        copies = Weights(*(w.detach().clone() for w in weights))
        return cls(data, batches, copies, n_hidden, learning_rate)

    def batch(self, number: int) -> tuple[SpikeEvents, Tensor]:
        """Return the events and labels of a batch."""
        return self.data.batch(self.batches[number])

    def network(self, engine: Engine | None = None) -> EINetwork:
        """Return a network with the weights that training starts from."""
        network = _network(self.data, self.n_hidden, 0.001, engine)
        restore(network, self.weights)
        return network


def restore(network: EINetwork, weights: Weights) -> None:
    """Copy weights into a network."""
    with torch.no_grad():
        for target, source in zip(network.weights, weights, strict=True):
            target.copy_(source)


LossOf = Callable[[EINetwork, int], Tensor]
"""The loss of a network on the batch of a number, which autograd can differentiate."""


def training_step(
    work: Workload,
    loss_of: LossOf | None = None,
    *,
    engine: Engine | None = None,
    threads: int = 1,
    update_noise: float = 0.0,
    device: Device | None = None,
    n_batches: int | None = None,
) -> Callable[[], float]:
    """Return a function that does the next step of `work` and returns the batch's loss.

    A step is what training does with a batch: fetch, forward, backward, plain SGD, update noise
    if any, projection. It is training's own, by the engine, unless something else is given that
    computes the loss.

    Args:
        work: the batches and the weights to start from.
        loss_of: what computes the loss instead of the engine, for autograd to differentiate.
        engine: the network's engine.
        threads: threads for torch, set before each step.
        update_noise: standard deviation of the noise on every weight, 0 for none.
        device: what holds the weights, if any does.
        n_batches: start over after so many batches; after all unless given.
    """
    network = work.network(engine)
    optimizer = torch.optim.SGD(network.parameters(), lr=work.learning_rate)
    numbers = cycle(range(n_batches or len(work.batches)))
    key = seeds.key(0, "noise")
    sigmas = (update_noise, update_noise) if update_noise else None
    config = None if device is None else TrainConfig(device_model=said(device))
    devices = None if config is None else devices_of(config, network)
    trains = training.training_step(network, optimizer, sigmas, devices=devices)
    follows = training.AutogradStep(network, optimizer, sigmas)

    def step() -> float:
        if torch.get_num_threads() != threads:
            torch.set_num_threads(threads)
        number = next(numbers)
        if number == 0:
            restore(network, work.weights)
            if devices is not None:
                devices.begin()
        if loss_of is None:
            return trains(*work.batch(number), key, number)
        return follows.follow(loss_of(network, number), key, number)

    return step


def _network(
    data: SpikeDataset, n_hidden: int, w1_std: float, engine: Engine | None = None
) -> EINetwork:
    hidden = Populations.parse("80:20", n_hidden)
    return EINetwork(data.events.n_units, hidden, data.n_classes, w1_std=w1_std, engine=engine)
