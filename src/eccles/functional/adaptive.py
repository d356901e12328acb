r"""Adaptive leaky integrate-and-fire neurons: each spike raises the threshold for a while.

One step of length dt, with beta = exp(-dt / tau_mem) and rho = exp(-dt / tau_adapt):

    s[t]   = 1 if v[t] > threshold + strength a[t] (strictly) else 0
    v[t+1] = (beta v[t] + g_E[t] - g_I[t]) (1 - s[t])
    a[t+1] = rho a[t] + s[t]

The reset passes no gradient; the adaptation does. Source: Bellec et al. 2018, arXiv 1803.09574.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import torch
from torch import Tensor

from eccles.arguments import Checked
from eccles.functional.lif import decay
from eccles.functional.neuron import Constant, like, net
from eccles.functional.surrogate import STEEP, Surrogate, spike


class AdaptiveState(NamedTuple):
    """Membrane potential and adaptation, [B, N] each."""

    v: Tensor
    a: Tensor


@dataclass(frozen=True, eq=False)
class AdaptiveLIF(Checked):
    """A leaky integrate-and-fire neuron whose threshold adapts; a `Neuron`.

    Attributes:
        tau_mem: membrane time constant in seconds, one or [N].
        tau_adapt: time constant of the adaptation in seconds, one or [N].
        strength: how far one spike raises the threshold, one or [N]; 0 or more.
        threshold: before any adaptation, in units of the usual threshold.
        dt: length of a step in seconds.
        surrogate: what stands in for the derivative of a spike.
    """

    tau_mem: Constant = 10e-3
    tau_adapt: Constant = 100e-3
    strength: Constant = 0.2
    threshold: Constant = 1.0
    dt: float = 1e-3
    surrogate: Surrogate = STEEP

    @cached_property
    def beta(self) -> Constant:
        """Share of the potential that one step leaves."""
        return decay(self.tau_mem, self.dt)

    @cached_property
    def rho(self) -> Constant:
        """Share of the adaptation that one step leaves."""
        return decay(self.tau_adapt, self.dt)

    def start(self, like: Tensor) -> AdaptiveState:
        """Return membranes at rest that haven't adapted."""
        return AdaptiveState(torch.zeros_like(like), torch.zeros_like(like))

    def step(
        self, excitatory: Tensor, inhibitory: Tensor | None, state: AdaptiveState
    ) -> tuple[Tensor, AdaptiveState]:
        """Advance one step; see `Neuron.step`."""
        v, a = state
        s = spike(v - like(self.threshold, v) - like(self.strength, v) * a, self.surrogate)
        following = (like(self.beta, v) * v + net(excitatory, inhibitory)) * (1.0 - s.detach())
        return s, AdaptiveState(following, like(self.rho, a) * a + s)
