"""What one update does to the weights, stage by stage, tried on a copy of the network."""

from __future__ import annotations

from copy import deepcopy
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray

from eccles import noise, seeds
from eccles.training.build import noise_units
from eccles.training.moment import Moment
from eccles.training.samples import epoch_order

Stage = Literal["before", "gradient", "noise", "after"]
Stages = dict[Stage, tuple[NDArray[np.float64], ...]]


def first_update(moment: Moment) -> Stages:
    """Return both weights before and after the next update, and what it adds to them.

    The update is that of the first batch of the next epoch:

        after = projection(before + gradient + noise),   gradient = -lr dL/dw

    with the batch, the loss and the numbers of the noise that the run itself will have, in an
    epoch past the last one too. A plain gradient step, whatever the run's optimizer; noise is
    zero, and the projection left out, where the run has none. Nothing of the run is changed.

    Returns for each stage input->hidden [n_inputs, n_hidden] and hidden->output
    [n_hidden, n_classes].
    """
    config, data, epoch = moment.config.resolved(), moment.samples.train, moment.epoch + 1
    network = deepcopy(moment.network)
    events, labels = data.batch(epoch_order(config, data, epoch)[: config.batch()])
    before = _copies(network.weights)
    network.zero_grad()
    network.loss(events, labels).backward()  # type: ignore[no-untyped-call]
    torch.optim.SGD(network.parameters(), lr=config.lr or 0.0).step()
    stepped = _copies(network.weights)
    if config.update_noise:
        units = noise_units(config, network)
        key = seeds.key(config.seed, "noise", epoch)
        for layer, weight in enumerate(network.weights):
            noise.add_noise_(weight, config.update_noise * units[layer], key, 0, layer)
    noisy = _copies(network.weights)
    if config.projection:
        network.project()
    return {
        "before": before,
        "gradient": _differences(stepped, before),
        "noise": _differences(noisy, stepped),
        "after": _copies(network.weights),
    }


def _copies(weights: tuple[torch.Tensor, ...]) -> tuple[NDArray[np.float64], ...]:
    return tuple(weight.detach().cpu().double().numpy().copy() for weight in weights)


def _differences(
    later: tuple[NDArray[np.float64], ...], earlier: tuple[NDArray[np.float64], ...]
) -> tuple[NDArray[np.float64], ...]:
    return tuple(b - a for a, b in zip(earlier, later, strict=True))
