"""Update noise on the weights of any network: absolute, or relative to projections' scales."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from eccles import noise
from eccles.nn.spiking import SpikingNetwork
from eccles.populations import Spread
from eccles.training.config import TrainConfig


class UpdateNoise:
    """What is added to every weight after an update: sigma N(0, 1), or sigma scale N(0, 1).

    Args:
        network: whose weights they are.
        config: the run's settings, with the noise's standard deviation, absolute or in units of
            each projection's initial scale.
    """

    def __init__(self, network: SpikingNetwork, config: TrainConfig) -> None:
        sigma = config.update_noise
        self._sigmas: dict[str, float | Tensor] = dict.fromkeys(network.matrices, sigma)
        if config.noise_scale == "relative":
            self._sigmas = _relative(network, sigma)

    @torch.no_grad()
    def add_(self, matrices: Mapping[str, Tensor], key: int, batch: int) -> None:
        """Add the noise of a batch to the weights, in place.

        The random numbers depend on a matrix's number in `matrices`, not on its name.
        """
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
    sigmas = {of: sigma * scale for of, scale in scales_of(network).items()}
    found: dict[str, float | Tensor] = {}
    for name in network.matrices:
        each = {sigmas[of] for of, link in network.links.items() if link.weights == name}
        one = each.pop() if len(each) == 1 else None
        found[name] = one if isinstance(one, float) else by_projection(network, name, sigmas, 0.0)
    return found


def scales_of(network: SpikingNetwork) -> dict[str, float | Tensor]:
    """Return the scale of each projection's initial weights; of mixed inputs, that of each."""
    found: dict[str, float | Tensor] = dict(network.scales)
    for of, (_, pre) in network.projections().items():
        if isinstance(pre, Spread):
            found[of] = network.scales[of] * pre.balanced().abs()[:, None]
    return found


def by_projection(
    network: SpikingNetwork, matrix: str, values: Mapping[str, float | Tensor], rest: float
) -> Tensor:
    """Return a tensor of a matrix's shape with the value of its projection for each weight.

    Args:
        network: whose matrix it is.
        matrix: its name.
        values: by the names of projections, numbers or tensors that spread to their weights.
        rest: the value where a matrix has no projection.
    """
    found = torch.full_like(network.matrices[matrix], rest, requires_grad=False)
    for of, link in network.links.items():
        if link.weights == matrix:
            value = torch.as_tensor(values[of], dtype=found.dtype, device=found.device)
            found[link.rows, link.columns] = value
    return found
