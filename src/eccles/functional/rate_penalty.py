"""The rate penalty: what is added to a loss for groups of neurons that fire too much."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from eccles.arguments import typed


@typed("functional")
def rate_penalty(
    spikes: Tensor, groups: Sequence[slice], strength: float, allowed: float
) -> Tensor:
    """Return what spikes [T, B, N] cost, a scalar that is added to the loss:

        strength mean over samples of sum over groups of max(0, n_g - allowed)^2

    where n_g is the mean number of spikes of a neuron of group g in the sample. A group that fires
    less costs nothing and gets no gradient.

    Args:
        spikes: all neurons' spikes.
        groups: where the neurons of each group are among the N.
        strength: weight in the loss.
        allowed: spikes a neuron that cost nothing: a rate in Hz times T dt.

    Source: the upper bounds on population rates of Rossbroich, Gygax and Zenke 2022,
    doi 10.1088/2634-4386/ac97bb.
    """
    counts = spikes.sum(dim=0)
    beyond = [torch.relu(counts[:, neurons].mean(dim=1) - allowed) for neurons in groups]
    return strength * torch.stack(beyond).square().sum(dim=0).mean()
