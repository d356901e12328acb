"""The max-over-time loss: a class scores by its readout's highest potential, or by its mean."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from eccles.arguments import typed


@typed("functional")
def peaks(potentials: Tensor, zero_start: bool = True) -> Tensor:
    """Return each readout's maximum over time, [B, C], from potentials [T + 1, B, C].

    The gradient goes to the first maximal sample alone. A readout starts at zero, so its peak is
    never negative, and one that stays at or below zero passes no gradient to the network.

    Without `zero_start` the maximum begins where the first spike of a sample reaches the readouts,
    which is the first step at which any of them isn't zero: then a peak may be negative, and
    passes its gradient. Where none arrives peaks are zero.
    """
    if zero_start:
        return potentials.max(dim=0).values
    begun = (potentials != 0).any(dim=2, keepdim=True).cumsum(dim=0) > 0
    highest = potentials.masked_fill(~begun, -torch.inf).max(dim=0).values
    return torch.where(begun[-1], highest, 0.0)


@typed("functional")
def means(potentials: Tensor) -> Tensor:
    """Return each readout's mean over the T steps, [B, C], from potentials [T + 1, B, C].

    The start at zero isn't counted as a step.
    """
    return potentials.sum(dim=0) / max(1, len(potentials) - 1)


@typed("functional")
def max_over_time_loss(potentials: Tensor, labels: Tensor, zero_start: bool = True) -> Tensor:
    """Return the mean over the batch of -log softmax(peaks)[label], a scalar.

    Args:
        potentials: readout potentials, [T + 1, B, C].
        labels: classes, int64 [B].
        zero_start: whether peaks include the readouts' start at zero.
    """
    return functional.cross_entropy(peaks(potentials, zero_start), labels)


@typed("functional")
def mean_over_time_loss(potentials: Tensor, labels: Tensor) -> Tensor:
    """Return the mean over the batch of -log softmax(means)[label], a scalar.

    Args:
        potentials: readout potentials, [T + 1, B, C].
        labels: classes, int64 [B].
    """
    return functional.cross_entropy(means(potentials), labels)


@typed("functional")
def predict(class_peaks: Tensor) -> Tensor:
    """Return the class with the highest peak, int64 [B]; of equal peaks the lowest class."""
    # argmax may return any of several equal maxima; the first one is the definition here.
    highest = class_peaks == class_peaks.max(dim=1, keepdim=True).values
    return highest.to(class_peaks.dtype).max(dim=1).indices
