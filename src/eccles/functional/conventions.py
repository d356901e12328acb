r"""Leaky integrate-and-fire neurons as snntorch and norse step them, for networks from there.

With i[t] the receptor's current at the membrane's step, v[t] the potential that decides about its
spike and theta the threshold, both fire by s[t] = 1 if v[t] > theta (strictly) else 0, and

    snntorch   v[t] = (beta v[t-1] + i[t]) (1 - s[t-1])             beta = exp(-dt / tau_mem)
    norse      v[t] = beta v[t-1] (1 - s[t-1]) + i[t] dt / tau_mem   beta = 1 - dt / tau_mem

`snntorch.Synaptic` with `reset_mechanism="zero"` resets in the step after a spike, and loses that
step's current; `norse.LIFCell` resets at once and loses nothing, and takes Euler's decays for its
current too (alpha = 1 - dt / tau_syn). `LIF` is snntorch's seen two steps later.

In both libraries an input of step t acts at step t. Here a receptor takes it at t and the membrane
at t + 1, so spikes come one step later a layer, and are the same otherwise; recurrence, which takes
a step in both, agrees exactly. The reset passes no gradient. Norse's SuperSpike leaves its `alpha`
out and is `SuperSpike(1.0)` here. Sources: snntorch 1.0, norse 1.1.
"""

from __future__ import annotations

from functools import cached_property

from torch import Tensor

from eccles.arguments import typed
from eccles.errors import must
from eccles.functional.lif import LIF
from eccles.functional.neuron import Constant, like, net
from eccles.functional.surrogate import spike
from eccles.units import duration


@typed("functional")
def euler_decay(tau: Constant, dt: float) -> Constant:
    """Return 1 - dt / tau, what a step of Euler's leaves; tau and dt in seconds.

    Raises InputError for a tau below dt, since Euler's steps then overshoot instead of decaying.
    """
    shortest = float(tau.min()) if isinstance(tau, Tensor) else tau
    if not shortest >= dt:
        hint = "smaller steps, or another convention, go with so short a time"
        accepted = f"a step or more, {duration(dt)}"
        raise must("lif", "time constants of norse", accepted, duration(shortest), hint)
    return 1.0 - dt / tau


class SnntorchLIF(LIF):
    """A neuron that steps as `snntorch.Synaptic` with reset to zero; constants are those of `LIF`.

    Its state is the potential that last decided about a spike.
    """

    def step(
        self, excitatory: Tensor, inhibitory: Tensor | None, state: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Advance one step; see `Neuron.step`."""
        threshold = like(self.threshold, state)
        kept = (state <= threshold).to(state)
        v = (like(self.beta, state) * state + net(excitatory, inhibitory)) * kept
        return spike(v - threshold, self.surrogate), v


class NorseLIF(LIF):
    """A neuron that steps as `norse.torch.LIFCell`; constants are those of `LIF`.

    A `tau_mem` is a step or more. Its state is the potential after the reset.
    """

    @cached_property
    def beta(self) -> Constant:
        """Share of the potential that one step leaves."""
        return euler_decay(self.tau_mem, self.dt)

    def step(
        self, excitatory: Tensor, inhibitory: Tensor | None, state: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Advance one step; see `Neuron.step`."""
        beta = like(self.beta, state)
        v = beta * state + (1.0 - beta) * net(excitatory, inhibitory)
        s = spike(v - like(self.threshold, v), self.surrogate)
        return s, v * (1.0 - s.detach())
