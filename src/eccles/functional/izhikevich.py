r"""Izhikevich's simple model: a quadratic membrane with a recovery variable, in mV and ms.

One step of length dt (in ms in the equations, in seconds in the code), old values on the right:

    s[t]   = 1 if v[t] > v_peak (strictly) else 0
    v[t+1] = v + dt (k (v - v_rest) (v - v_threshold) - u + 1000 (g_E - g_I)) / C,  v_reset if s[t]
    u[t+1] = u + dt a (b (v - v_rest) - u) + d s[t]

The current is scaled by 1000, so that weights are of the size that other neurons here have. The
reset passes no gradient. Source: Izhikevich 2007, Dynamical Systems in Neuroscience, chapter 8.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

from eccles.arguments import Checked, typed
from eccles.errors import InputError, nearest
from eccles.functional.neuron import net
from eccles.functional.surrogate import SuperSpike, Surrogate, spike

IN_MILLIVOLTS = SuperSpike(0.05)
"""The surrogate of a membrane in mV."""

MILLISECONDS = 1e3
"""Milliseconds in a second."""


class IzhikevichState(NamedTuple):
    """Membrane potential in mV and recovery current in pA, [B, N] each."""

    v: Tensor
    u: Tensor


@dataclass(frozen=True, eq=False)
class Izhikevich(Checked):
    """Izhikevich's simple model; a `Neuron`. The defaults are those of a regular spiking neuron.

    Attributes:
        capacitance: C, in pF.
        k: slope of the quadratic, in nS / mV.
        v_rest, v_threshold: resting and instantaneous threshold potential, in mV.
        v_peak, v_reset: where a spike is cut, and where the membrane goes then, in mV.
        a: rate of the recovery, per ms.
        b: how the recovery follows the membrane, in nS.
        d: what a spike adds to the recovery, in pA.
        dt: length of a step in seconds; more than a millisecond is unstable.
        surrogate: what stands in for the derivative of a spike, of v - v_peak in mV.
    """

    capacitance: float = 100.0
    k: float = 0.7
    v_rest: float = -60.0
    v_threshold: float = -40.0
    v_peak: float = 35.0
    v_reset: float = -50.0
    a: float = 0.03
    b: float = -2.0
    d: float = 100.0
    dt: float = 1e-3
    surrogate: Surrogate = IN_MILLIVOLTS

    def start(self, like: Tensor) -> IzhikevichState:
        """Return membranes at rest without recovery."""
        return IzhikevichState(torch.full_like(like, self.v_rest), torch.zeros_like(like))

    def step(
        self, excitatory: Tensor, inhibitory: Tensor | None, state: IzhikevichState
    ) -> tuple[Tensor, IzhikevichState]:
        """Advance one step; see `Neuron.step`."""
        v, u = state
        s = spike(v - self.v_peak, self.surrogate)
        fired, dt = s.detach(), MILLISECONDS * self.dt
        current = 1000.0 * net(excitatory, inhibitory)
        slope = self.k * (v - self.v_rest) * (v - self.v_threshold) - u + current
        v_next = (v + dt * slope / self.capacitance) * (1.0 - fired) + self.v_reset * fired
        u_next = u + dt * self.a * (self.b * (v - self.v_rest) - u) + self.d * s
        return s, IzhikevichState(v_next, u_next)


PRESETS: dict[str, Izhikevich] = {
    "regular-spiking": Izhikevich(),
    "intrinsically-bursting": Izhikevich(150, 1.2, -75, -45, 50, -56, 0.01, 5, 130),
    "chattering": Izhikevich(50, 1.5, -60, -40, 25, -40, 0.03, 1, 150),
    "low-threshold-spiking": Izhikevich(100, 1, -56, -42, 40, -53, 0.03, 8, 20),
}
"""Cortical neurons of Izhikevich 2007, by name."""


@typed("functional")
def izhikevich(name: str) -> Izhikevich:
    """Return the neuron of that name, or raise InputError."""
    if name not in PRESETS:
        known = ", ".join(PRESETS)
        raise InputError(
            f"izhikevich: there is no {name!r}{nearest(name, PRESETS)}; there are {known}"
        )
    return PRESETS[name]
