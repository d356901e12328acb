"""Update noise on the weights of any network: absolute, or relative to projections' scales."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from eccles import noise
from eccles.nn.spiking import SpikingNetwork


class UpdateNoise:
    """What is added to every weight after an update: sigma N(0, 1), or sigma scale N(0, 1).

    Args:
        network: whose weights they are.
        sigma: standard deviation, absolute or in units of each projection's initial scale.
        relative: which of the two.
    """

    def __init__(self, network: SpikingNetwork, sigma: float, *, relative: bool) -> None:
        self._sigmas: dict[str, float | Tensor] = dict.fromkeys(network.matrices, sigma)
        if relative:
            self._sigmas = _relative(network, sigma)

    @torch.no_grad()
    def add_(self, matrices: Mapping[str, Tensor], key: int, batch: int) -> None:
        """Add the noise of a batch; it is the same for each layer's place among the matrices."""
        for layer, (name, weight) in enumerate(matrices.items()):
            sigma = self._sigmas[name]
            if isinstance(sigma, Tensor):
                normals = torch.zeros_like(weight)
                noise.add_noise_(normals, 1.0, key, batch, layer)
                weight.add_(sigma * normals)
            else:
                noise.add_noise_(weight, sigma, key, batch, layer)


def _relative(network: SpikingNetwork, sigma: float) -> dict[str, float | Tensor]:
    """Return the standard deviation for each matrix; where projections differ, for each weight."""
    found: dict[str, float | Tensor] = {}
    ties = list(zip(network.network.projections, network.wiring.links, strict=True))
    for name, weight in network.matrices.items():
        own = {of: link for of, link in ties if link.weights == name}
        scales = {network.scales[of] for of in own}
        if len(scales) == 1:
            found[name] = sigma * scales.pop()
            continue
        each = torch.zeros_like(weight, requires_grad=False)
        for of, link in own.items():
            each[link.rows, link.columns] = sigma * network.scales[of]
        found[name] = each
    return found
