"""What one update does to the weights, stage by stage, tried on a copy of the network."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from eccles import noise, seeds
from eccles.nn.shallow import EINetwork
from eccles.nn.spiking import SpikingNetwork
from eccles.training.build import noise_units
from eccles.training.config import TrainConfig
from eccles.training.measures.snapshot import Snapshot
from eccles.training.samples import epoch_order
from eccles.training.update_noise import UpdateNoise

Stage = Literal["before", "gradient", "noise", "after"]
Matrices = dict[str, NDArray[np.float64]]


def first_update(snapshot: Snapshot) -> dict[Stage, Matrices]:
    """Return all weights before and after the next update, and what it adds to them.

    The update is that of the first batch of the next epoch:

        after = projection(before + gradient + noise),   gradient = -lr dL/dw

    with the batch, the loss and the numbers of the noise that the run itself will have, in an
    epoch past the last one too. A plain gradient step, whatever the run's optimizer; noise is
    zero, and the projection left out, where the run has none. Nothing of the run is changed.

    Returns for each stage the matrices by name, [n_pre, n_post] each: "input->hidden" and
    "hidden->output" of one layer, all of another network.
    """
    config, data, epoch = snapshot.config.resolved(), snapshot.samples.train, snapshot.epoch + 1
    network = deepcopy(snapshot.network)
    events, labels = data.batch(epoch_order(config, data, epoch)[: config.batch()])
    before = _copies(network)
    network.zero_grad()
    network.loss(events, labels).backward()
    torch.optim.SGD(network.parameters(), lr=config.lr or 0.0).step()
    stepped = _copies(network)
    if config.update_noise:
        _add_noise(network, config, seeds.key(config.seed, "noise", epoch))
    noisy = _copies(network)
    if config.projection is not False or not config.plain:
        network.project()
    return {
        "before": before,
        "gradient": _differences(stepped, before),
        "noise": _differences(noisy, stepped),
        "after": _copies(network),
    }


def _add_noise(network: EINetwork | SpikingNetwork, config: TrainConfig, key: int) -> None:
    """Add the noise of an epoch's first batch, as the run does."""
    if not isinstance(network, EINetwork):
        UpdateNoise(network, config).add_(network.matrices, key, 0)
        return
    units = noise_units(config, network)
    for layer, weight in enumerate(network.weights):
        noise.add_noise_(weight, config.update_noise * units[layer], key, 0, layer)


def _matrices(network: EINetwork | SpikingNetwork) -> Mapping[str, Tensor]:
    if isinstance(network, EINetwork):
        return dict(zip(("input->hidden", "hidden->output"), network.weights, strict=True))
    return network.matrices


def _copies(network: EINetwork | SpikingNetwork) -> Matrices:
    found = _matrices(network).items()
    return {name: weight.detach().cpu().double().numpy().copy() for name, weight in found}


def _differences(later: Matrices, earlier: Matrices) -> Matrices:
    return {name: later[name] - earlier[name] for name in later}
