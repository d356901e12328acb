r"""Integrate-and-fire units that may fire several spikes in a step, which carry their drive.

They have no leak. One step, under the drive I of that step:

    v      = u + I
    n      = max(0, floor(v / threshold))
    u_next = v - threshold n

The output is threshold n. What isn't put out stays in the membrane, which starts at threshold / 2:
so over units and steps the output adds up to the drive. The gradient is straight-through, that of
the drive. An option of ours for the inhibitory units of E-I circuits, for fast-spiking interneurons
fire more than once in what is one step of a deep network.
"""

from __future__ import annotations

import torch
from torch import Tensor

from eccles.arguments import typed


@typed("functional")
def bursts(drive: Tensor, threshold: Tensor) -> Tensor:
    """Return the output of the units, [T, ...]: multiples of the threshold, >= 0.

    Args:
        drive: [T, ...].
        threshold: a spike's size, > 0, a number as a tensor.
    """
    membrane = (threshold / 2).expand(drive.shape[1:])
    given = []
    for current in drive.unbind(0):
        v = membrane + current.detach()
        spikes = threshold * (v / threshold).floor().relu()
        membrane = v - spikes
        given.append(current + (spikes - current.detach()))
    return torch.stack(given)
