"""The modes that PyTorch's modules run in: training, evaluation, mixed precision."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn


@contextmanager
def evaluating(network: nn.Module) -> Iterator[None]:
    """Put a network into evaluation, and each of its modules back into what it was in."""
    modes = [(module, module.training) for module in network.modules()]
    network.eval()
    try:
        yield
    finally:
        for module, training in modes:
            module.training = training


def single_precision(current: Tensor) -> Tensor:
    """Return a current in float32 where mixed precision made it shorter, else as it is.

    A membrane, or a mean, adds up what bfloat16, with its eight bits, would round away.
    """
    shorter = current.dtype in (torch.bfloat16, torch.float16)
    mixed = shorter and torch.is_autocast_enabled(current.device.type)
    return current.float() if mixed else current
