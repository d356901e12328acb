"""How many spikes each layer of neurons of a deep network fires in a forward pass."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from eccles.nn.block import SpikingLayer


class Counted(NamedTuple):
    """What a layer of neurons did in a batch: `spikes` of each sample, int64 [B]."""

    spikes: NDArray[np.int64]
    neurons: int
    steps: int


@contextmanager
def hearing(network: nn.Module, hear: Callable[[Tensor], None]) -> Iterator[None]:
    """Call a function with the spikes of each layer of neurons, in order, in every forward pass."""

    def after(_layer: nn.Module, _inputs: object, spikes: Tensor) -> None:
        hear(spikes)

    layers = [module for module in network.modules() if isinstance(module, SpikingLayer)]
    hooks = [layer.register_forward_hook(after) for layer in layers]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()


@contextmanager
def counting(network: nn.Module) -> Iterator[list[Counted]]:
    """Give a list to which every forward pass adds what each layer of neurons did, in order."""
    counted: list[Counted] = []

    def count(spikes: Tensor) -> None:
        each = spikes.transpose(0, 1).flatten(1)
        # Float32 counts exactly up to 2^24 only.
        total = each.sum(dim=1, dtype=torch.float64).long().cpu().numpy()
        counted.append(Counted(total, each.shape[1] // len(spikes), len(spikes)))

    with hearing(network, count):
        yield counted
