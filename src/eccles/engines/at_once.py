"""A loss whose gradients come with it, for engines that compute both in one pass."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

Pass = Callable[..., tuple[Tensor, Sequence[Tensor]]]
"""Takes weights; returns the loss and its gradient with respect to each."""


def loss_at_once(compute: Pass, weights: Iterable[Tensor]) -> Tensor:
    """Return the loss that `compute` finds, with its gradients ready for autograd."""
    apply: Any = _AtOnce.apply
    result: Tensor = apply(compute, *weights)
    return result


class _AtOnce(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, compute: Pass, *weights: Tensor) -> Tensor:
        ctx.save_for_backward(*weights)
        ctx.compute = compute
        loss, ctx.gradients = compute(*weights)
        return loss

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        # Given away, they needn't be copied; a second backward pass computes them anew.
        gradients, ctx.gradients = ctx.gradients, None
        if gradients is None:
            _, gradients = ctx.compute(*ctx.saved_tensors)
        factor = grads[0].item()
        if factor != 1.0:
            gradients = [factor * gradient for gradient in gradients]
        return None, *gradients
