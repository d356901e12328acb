r"""Leaky integrate-and-fire neurons with a soft reset and no synaptic current, for deep networks.

One step, under the input I of that step:

    v      = (1 - 1 / tau) u + I
    s      = 1 if v >= threshold else 0
    u_next = v - threshold s

The input acts in its own step, so a spike passes through any number of layers in one step. What
exceeds the threshold stays in the membrane. The reset passes no gradient; the leak passes all of
it. Time is counted in steps: a step of a deep network has no length in seconds. Source: Liu et
al. 2026, arXiv 2509.23253.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from eccles.arguments import typed, unchecked
from eccles.errors import must
from eccles.functional.surrogate import Sigmoid, Surrogate, spike_from


class SoftResetParameters(NamedTuple):
    """Constants of a layer: `tau` in steps, potentials in the units of the input."""

    tau: float = 2.0
    threshold: float = 1.0
    surrogate: Surrogate = Sigmoid(4.0)

    @property
    def leak(self) -> float:
        """Share of the membrane potential that one step leaves.

        Raises InputError unless tau is 1 step or more.
        """
        if not self.tau >= 1:
            raise must("soft reset", "tau", "1 step or more", self.tau)
        return 1.0 - 1.0 / self.tau


_spike = unchecked(spike_from)


@typed("functional")
def soft_reset_step(
    current: Tensor, membrane: Tensor, p: SoftResetParameters
) -> tuple[Tensor, Tensor]:
    """Advance one step: return its spikes and the membrane after the reset, shaped as `current`.

    Args:
        current: input of this step, [B, ...].
        membrane: potential after the step before, [B, ...].
        p: the layer's constants.
    """
    v = p.leak * membrane + current
    s = _spike(v - p.threshold, p.surrogate)
    return s, v - p.threshold * s.detach()


_step = unchecked(soft_reset_step)


@typed("functional")
def soft_reset(
    currents: Tensor, p: SoftResetParameters, membrane: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    """Run T steps: return spikes [T, B, ...] and the membrane after the last one [B, ...].

    Args:
        currents: input of each step, [T, B, ...].
        p: the layer's constants.
        membrane: potential at the start, [B, ...]; zero unless given.
    """
    if membrane is None:
        membrane = torch.zeros_like(currents[0])
    spikes = []
    for current in currents.unbind(0):
        s, membrane = _step(current, membrane, p)
        spikes.append(s)
    return torch.stack(spikes), membrane
