r"""Leaky integrate-and-fire neurons with an exponential synaptic current.

One step of length dt, with alpha = exp(-dt / tau_syn) and beta = exp(-dt / tau_mem):

    s      = 1 if v > threshold (strictly) else 0
    i_next = alpha i + input
    v_next = (v_rest + beta (v - v_rest) + i) (1 - s) + v_rest s

The membrane takes the old current, and the reset is hard: current that arrives in the spiking
step is lost to the membrane, while the synapse keeps it. So an input at step t causes a spike at
t + 2 at the earliest, and spikes of one neuron lie at least two steps apart. The reset passes no
gradient. Source: Kilgore et al. 2025, doi 10.1038/s41598-025-03408-7.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, overload

import torch
from torch import Tensor

from eccles.arguments import Checked, typed, unchecked
from eccles.errors import must
from eccles.functional.neuron import Constant, like, net
from eccles.functional.surrogate import STEEP, SuperSpike, Surrogate, spike


class LIFParameters(NamedTuple):
    """Constants of a layer: times in seconds, potentials in units of the threshold.

    `zero_start` concerns readouts: whether their maximum over time includes the start at zero.
    """

    tau_mem: float = 10e-3
    tau_syn: float = 5e-3
    dt: float = 1e-3
    v_rest: float = 0.0
    threshold: float = 1.0
    surrogate: Surrogate = SuperSpike()
    zero_start: bool = True

    @property
    def alpha(self) -> float:
        """Share of the synaptic current that one step leaves."""
        return decay(self.tau_syn, self.dt)

    @property
    def beta(self) -> float:
        """Share of the membrane potential that one step leaves."""
        return decay(self.tau_mem, self.dt)


class LIFState(NamedTuple):
    """Synaptic current and membrane potential, [B, N] each."""

    i: Tensor
    v: Tensor


@overload
def decay(tau: float, dt: float) -> float: ...
@overload
def decay(tau: Tensor, dt: float) -> Tensor: ...
@typed("functional")
def decay(tau: Constant, dt: float) -> Constant:
    """Return exp(-dt / tau), the exact decay over one step of length dt (both in seconds).

    Raises InputError unless both are above 0.
    """
    if isinstance(tau, Tensor):
        if not (bool((tau > 0).all()) and dt > 0):
            raise must("lif", "time constants and dt", "above 0 (seconds)", (tau.tolist(), dt))
        return torch.exp(-dt / tau.double())
    if not (tau > 0 and dt > 0):
        raise must("lif", "time constants and dt", "above 0 (seconds)", (tau, dt))
    return math.exp(-dt / tau)


_spike = unchecked(spike)


@dataclass(frozen=True, eq=False)
class LIF(Checked):
    """A membrane whose receptor currents g_E and g_I come from outside; a `Neuron`.

        s[t]   = 1 if v[t] > threshold (strictly) else 0
        v[t+1] = (beta v[t] + g_E[t] - g_I[t]) (1 - s[t])

    Attributes:
        tau_mem: membrane time constant in seconds, one or [N].
        threshold: in units of the distance between rest (0) and the usual threshold (1).
        dt: length of a step in seconds.
        surrogate: what stands in for the derivative of a spike.
    """

    tau_mem: Constant = 10e-3
    threshold: Constant = 1.0
    dt: float = 1e-3
    surrogate: Surrogate = STEEP

    @cached_property
    def beta(self) -> Constant:
        """Share of the potential that one step leaves."""
        return decay(self.tau_mem, self.dt)

    def start(self, like: Tensor) -> Tensor:
        """Return membranes at rest."""
        return torch.zeros_like(like)

    def step(
        self, excitatory: Tensor, inhibitory: Tensor | None, state: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Advance one step; see `Neuron.step`. The state is the membrane potential [B, N]."""
        v = state
        s = _spike(v - like(self.threshold, v), self.surrogate)
        return s, (like(self.beta, v) * v + net(excitatory, inhibitory)) * (1.0 - s.detach())


@typed("functional")
def lif_step(current: Tensor, state: LIFState, p: LIFParameters) -> tuple[Tensor, LIFState]:
    """Advance one step: return the spikes of this step [B, N] and the state of the next.

    Args:
        current: weighted input of this step, [B, N].
        state: state at the start of this step.
        p: the layer's constants.
    """
    return _advanced(current, state, p, p.alpha, p.beta)


def _advanced(
    current: Tensor, state: LIFState, p: LIFParameters, alpha: float, beta: float
) -> tuple[Tensor, LIFState]:
    s = _spike(state.v - p.threshold, p.surrogate)
    fired = s.detach()
    i = alpha * state.i + current
    v = (p.v_rest + beta * (state.v - p.v_rest) + state.i) * (1.0 - fired) + p.v_rest * fired
    return s, LIFState(i, v)


@typed("functional")
def lif(
    currents: Tensor, p: LIFParameters, state: LIFState | None = None
) -> tuple[Tensor, LIFState, Tensor]:
    """Run T steps: return spikes [T, B, N], the final state, and membranes [T, B, N].

    Args:
        currents: weighted input of each step, [T, B, N].
        p: the layer's constants.
        state: state at the start; no current and v_rest unless given.
    """
    if state is None:
        rest = currents.new_zeros(currents.shape[1:])
        state = LIFState(rest, rest + p.v_rest)
    spikes, membranes = [], []
    alpha, beta = p.alpha, p.beta
    for current in currents.unbind(0):
        membranes.append(state.v)
        s, state = _advanced(current, state, p, alpha, beta)
        spikes.append(s)
    return torch.stack(spikes), state, torch.stack(membranes)
