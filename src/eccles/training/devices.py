"""The devices that hold a network's weights, where its settings name a model of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, TypeVar

import torch
from torch import Tensor, nn

from eccles import dale
from eccles.devices import Crossbar, Pair, find
from eccles.errors import must
from eccles.nn.shallow import EINetwork
from eccles.nn.spiking import SpikingNetwork
from eccles.populations import Spread
from eccles.training.config import TrainConfig
from eccles.training.update_noise import by_projection, scales_of

Made = TypeVar("Made")


class Synapses(NamedTuple):
    """One matrix of weights.

    Attributes:
        weight: a parameter of the network.
        signs: +1 or -1, of a shape that spreads to the weight's.
        scales: initial scales in a shape that spreads to it, or None to take those of the weights.
    """

    weight: Tensor
    signs: Tensor
    scales: Tensor | None


class Devices:
    """All devices of a network: they take an optimizer's step for what it asks for.

    Args:
        config: names the device, and how many initial scales its bound is.
        network: its weights are held by devices from now on; their state is in its `state_dict`.

    Raises InputError for a network whose weights may have any sign.
    """

    def __init__(self, config: TrainConfig, network: nn.Module) -> None:
        model = find(str(config.device_model))
        self._bound = config.device_bound
        holder = Pair if model.one_sided else Crossbar
        self._held = [
            (each, holder(model, each.weight, each.signs, seed=config.seed, layer=layer))
            for layer, each in enumerate(synapses(network, config.device_model))
        ]
        self._before = [each.weight.detach().clone() for each, _ in self._held]
        network.add_module("devices", nn.ModuleList(bar for _, bar in self._held))

    def begin(self) -> None:
        """Write the first weights into the devices; not where a checkpoint goes on."""
        for each, bar in self._held:
            scales = each.scales
            if scales is None:
                scales = each.weight.detach().double().square().mean().sqrt().to(each.weight)
            # Of a scale of 0 there is no bound: weights that start at nothing stay there.
            bar.begin_(each.weight, (self._bound * scales).clamp_min(1e-12))

    def take(self, step: Callable[[], Made], key: int, batch: int) -> Made:
        """Call an optimizer's step, then let the devices make of its change what they can.

        Returns what the step returned.
        """
        for (each, _), old in zip(self._held, self._before, strict=True):
            old.copy_(each.weight.detach())
        made = step()
        for (each, bar), old in zip(self._held, self._before, strict=True):
            bar.update_(each.weight, old, key, batch)
        return made


def devices_of(config: TrainConfig, network: nn.Module) -> Devices | None:
    """Return the devices of a network, or None where its settings name none."""
    return None if config.device_model is None else Devices(config, network)


def descend(
    loss: Tensor,
    optimizer: torch.optim.Optimizer,
    devices: Devices | None = None,
    key: int = 0,
    batch: int = 0,
) -> None:
    """Take the step that the gradients of a loss ask for, by devices if any hold the weights.

    Args:
        loss: of a batch.
        optimizer: over the weights.
        devices: what holds them.
        key: 64 bits of the stream of the devices' noise.
        batch: number of the batch under that key, from 0.
    """
    optimizer.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    if devices is None:
        optimizer.step()
    else:
        devices.take(optimizer.step, key, batch)


def synapses(network: nn.Module, model: str | None = None) -> list[Synapses]:
    """Return a network's weights under Dale's principle, as devices hold them.

    Raises InputError for weights that may have any sign, with the `model` that can't hold them.
    """
    if isinstance(network, EINetwork):
        found = _of_one_layer(network) if network.dale else []
    elif isinstance(network, SpikingNetwork):
        bound = network.projections()
        found = _of_any_wiring(network) if set(bound) == set(network.scales) else []
    else:
        found = [
            Synapses(weight, torch.ones((), dtype=weight.dtype, device=weight.device), None)
            for part in network.modules()
            if isinstance(part, dale.Magnitudes)
            for weight in part.magnitudes().values()
            if weight.ndim > 1  # Gains are digital: one a unit.
        ]
    if not found:
        hint = "a device holds one conductance, whose sign Dale's principle gives"
        accepted = "left out where weights may have any sign"
        raise must("train", "device_model", accepted, model, hint)
    return found


def _of_one_layer(network: EINetwork) -> list[Synapses]:
    (w1, inputs), (w2, hidden) = network.projections().values()
    scales = torch.empty_like(w1[:1].detach())
    for kind, std in network.w1_stds.items():
        scales[:, network.groups[kind].neurons] = std
    return [
        Synapses(w1, inputs.signs().to(w1)[:, None], scales),
        Synapses(w2, hidden.signs().to(w2)[:, None], w2.new_tensor(network.w2_std)),
    ]


def _of_any_wiring(network: SpikingNetwork) -> list[Synapses]:
    signs = {
        of: pre.signs()[:, None] if isinstance(pre, Spread) else float(pre.signs()[0])
        for of, (_, pre) in network.projections().items()
    }
    scales = scales_of(network)
    return [
        Synapses(weight, by_projection(network, name, signs, 1.0),
                 by_projection(network, name, scales, 1.0))
        for name, weight in network.matrices.items()
    ]  # fmt: skip
