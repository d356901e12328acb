"""A training step: a batch's loss, its gradients, and what then becomes of the weights.

Any optimizer on any engine takes its step through autograd. Plain stochastic gradient descent
has a twin where the engine can update the weights by itself: the same numbers, bit for bit, without
the passes over the weights that autograd, the optimizer, the noise and the projection take.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from eccles import noise
from eccles.engines import Descent, FusedUpdate
from eccles.errors import must
from eccles.events import SpikeEvents
from eccles.nn.shallow import EINetwork
from eccles.training.devices import Devices, descend

Step = Callable[[SpikeEvents, Tensor, int, int], float]
"""Takes events, their labels, and the noise's key and batch; returns the loss before the update.

When it returns, the network's parameters are up to date."""


class AutogradStep:
    """A step with any optimizer.

    Args:
        network: what is trained.
        optimizer: over the network's weights.
        sigmas: standard deviation of the update noise on each weight, or None for no noise.
        projection: whether Dale's principle is restored after each update.
        devices: what holds the weights and takes the optimizer's steps, if anything does.
    """

    def __init__(
        self,
        network: EINetwork,
        optimizer: torch.optim.Optimizer,
        sigmas: tuple[float, float] | None = None,
        *,
        projection: bool = True,
        devices: Devices | None = None,
    ) -> None:
        self.network = network
        self.devices = devices
        self.optimizer = optimizer
        self.sigmas = sigmas
        self.projection = projection

    def __call__(self, events: SpikeEvents, labels: Tensor, key: int, batch: int) -> float:
        """Train on a batch."""
        return self.follow(self.network.loss(events, labels), key, batch)

    def follow(self, loss: Tensor, key: int, batch: int) -> float:
        """Take the step that the gradients of a loss ask for, and return the loss."""
        descend(loss, self.optimizer, self.devices, key, batch)
        if self.sigmas is not None:
            for layer, weight in enumerate(self.network.weights):
                noise.add_noise_(weight, self.sigmas[layer], key, batch, layer)
        if self.projection:
            self.network.project()
        return loss.item()


class FusedStep(AutogradStep):
    """The same step in one pass of the engine: plain SGD (`is_plain`) on a `FusedUpdate` engine.

    It needs no gradients of torch's and leaves none behind.
    """

    def __init__(
        self,
        network: EINetwork,
        optimizer: torch.optim.Optimizer,
        sigmas: tuple[float, float] | None = None,
        *,
        projection: bool = True,
        devices: Devices | None = None,
    ) -> None:
        if not isinstance(network.engine, FusedUpdate):
            hint = "training_step chooses the step that fits"
            raise must("train", "the engine", "one that descends", network.engine, hint)
        super().__init__(network, optimizer, sigmas, projection=projection, devices=devices)
        self._engine = network.engine
        # Devices keep signs by themselves, and are asked for what the gradients say.
        bound = network.projections().values() if projection and devices is None else ()
        first, second = (
            next((pre.n_excitatory for bounded, pre in bound if bounded is weight), None)
            for weight in network.weights
        )
        self._excitatory = first, second

    def __call__(self, events: SpikeEvents, labels: Tensor, key: int, batch: int) -> float:
        """Train on a batch."""
        network = self.network
        rate = self.optimizer.param_groups[0]["lr"]
        descent = Descent(rate, self.sigmas, key, batch, self._excitatory)

        def step() -> float:
            return self._engine.descend(network.weights, events, labels, network.neuron, descent)

        return step() if self.devices is None else self.devices.take(step, key, batch)


def training_step(
    network: EINetwork,
    optimizer: torch.optim.Optimizer,
    sigmas: tuple[float, float] | None = None,
    *,
    projection: bool = True,
    devices: Devices | None = None,
) -> Step:
    """Return the fastest step that fits; see `AutogradStep` for the arguments."""
    fits = isinstance(network.engine, FusedUpdate) and is_plain(optimizer, network)
    if fits:
        return FusedStep(network, optimizer, sigmas, projection=projection, devices=devices)
    return AutogradStep(network, optimizer, sigmas, projection=projection, devices=devices)


def is_plain(optimizer: torch.optim.Optimizer, network: EINetwork) -> bool:
    """Return whether all that an optimizer does is w - lr gradient, for the network's weights."""
    weights = list(network.weights)
    if type(optimizer) is not torch.optim.SGD or len(optimizer.param_groups) != 1:
        return False
    plain = torch.optim.SGD(weights, lr=optimizer.param_groups[0]["lr"]).param_groups[0]
    own = dict(optimizer.param_groups[0])
    # Tensors are compared as themselves: two that are equal needn't be one.
    same = [id(w) for w in own.pop("params")] == [id(w) for w in plain.pop("params")]
    fits = all(w.requires_grad and w.is_contiguous() and w.device.type == "cpu" for w in weights)
    return same and fits and isinstance(own["lr"], float) and own == plain
