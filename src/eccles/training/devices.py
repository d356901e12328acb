"""The devices that hold a network's weights, where its settings name a model of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Tensor, nn

from eccles import dale
from eccles.devices import Crossbar, find
from eccles.errors import must
from eccles.nn.shallow import EINetwork
from eccles.nn.spiking import SpikingNetwork
from eccles.training.run_config import RunConfig


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

    def __init__(self, config: RunConfig, network: nn.Module) -> None:
        model = find(str(config.device_model))
        self._network = network
        self._bound = config.device_bound
        self._before: list[Tensor] = []
        bars = [
            Crossbar(model, each.weight, each.signs, seed=config.seed, layer=layer)
            for layer, each in enumerate(synapses(network))
        ]
        self._bars = nn.ModuleList(bars)
        network.add_module("devices", self._bars)

    def begin(self) -> None:
        """Write the first weights into the devices; not where a checkpoint goes on."""
        for bar, each in zip(self._crossbars(), synapses(self._network), strict=True):
            scales = each.scales
            if scales is None:
                scales = each.weight.detach().double().square().mean().sqrt().to(each.weight)
            # Of a scale of 0 there is no bound: weights that start at nothing stay there.
            bar.begin_(each.weight, (self._bound * scales).clamp_min(1e-12))

    def remember(self) -> None:
        """Keep the weights as they are before an optimizer's step."""
        self._before = [each.weight.detach().clone() for each in synapses(self._network)]

    def take(self, key: int, batch: int) -> None:
        """Let the devices take the step that was made since."""
        own = zip(self._crossbars(), synapses(self._network), self._before, strict=True)
        for bar, each, before in own:
            bar.update_(each.weight, before, key, batch)

    def _crossbars(self) -> Iterator[Crossbar]:
        for bar in self._bars:
            assert isinstance(bar, Crossbar)
            yield bar


def devices_of(config: RunConfig, network: nn.Module) -> Devices | None:
    """Return the devices of a network, or None where its settings name none."""
    return None if config.device_model is None else Devices(config, network)


def synapses(network: nn.Module) -> list[Synapses]:
    """Return a network's weights under Dale's principle, as devices hold them.

    Raises InputError for weights that may have any sign.
    """
    if isinstance(network, EINetwork):
        return _of_one_layer(network)
    if isinstance(network, SpikingNetwork):
        return _of_any_wiring(network)
    found = [
        Synapses(weight, torch.ones((), dtype=weight.dtype, device=weight.device), None)
        for part in network.modules()
        if isinstance(part, dale.Magnitudes)
        for weight in part.magnitudes().values()
        if weight.ndim > 1  # Gains are digital: one a unit.
    ]
    if not found:
        raise _free()
    return found


def _of_one_layer(network: EINetwork) -> list[Synapses]:
    if network.unbounded:
        raise _free()
    found = []
    for (weight, pre), scale in zip(
        network.projections().values(), network.initial_std, strict=True
    ):
        signs = pre.signs().to(weight)[:, None]
        scales = None if scale is None else torch.full_like(weight.detach(), scale)
        found.append(Synapses(weight, signs, scales))
    return found


def _of_any_wiring(network: SpikingNetwork) -> list[Synapses]:
    found = []
    wiring = network.wiring
    ties = list(zip(network.network.projections, wiring.links, strict=True))
    for name, weight in network.matrices.items():
        signs, scales = torch.ones_like(weight), torch.ones_like(weight)
        for of, link in ties:
            if link.weights == name:
                sign = 1 if link.from_input else _sign_of(network, link.pre)
                if not sign or (link.from_input and network.network.inputs == "free"):
                    raise _free()
                signs[link.rows, link.columns] = sign
                scales[link.rows, link.columns] = network.scales[of]
        found.append(Synapses(weight, signs.detach(), scales.detach()))
    return found


def _sign_of(network: SpikingNetwork, pre: slice) -> int:
    (group,) = [each for each in network.wiring.groups if each.neurons == pre]
    return group.sign


def _free() -> Exception:
    hint = "a device holds one conductance, whose sign Dale's principle gives"
    return must("train", "device_model", "left out where weights may have any sign", "one", hint)
