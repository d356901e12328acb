r"""Leaky integrate-and-fire neurons with conductances: synapses pull towards reversal potentials.

In units in which the membrane rests at 0 and fires above 1 (with -70 and -55 mV, excitation pulls
to 0 mV, which is 14/3, and inhibition to -80 mV, which is -2/3), one step of length dt is the exact
solution for conductances that are held over the step:

    s[t]   = 1 if v[t] > threshold (strictly) else 0
    G      = 1 + g_E[t] + g_I[t]
    v_inf  = (g_E[t] e_excitatory + g_I[t] e_inhibitory) / G
    v[t+1] = (v_inf + (v[t] - v_inf) exp(-dt G / tau_mem)) (1 - s[t])

The reset passes no gradient.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from eccles.arguments import Checked
from eccles.errors import InputError
from eccles.functional.neuron import Constant, like
from eccles.functional.surrogate import STEEP, Surrogate, spike


@dataclass(frozen=True, eq=False)
class ConductanceLIF(Checked):
    """A leaky integrate-and-fire neuron with reversal potentials; a `Neuron`.

    Attributes:
        tau_mem: membrane time constant at rest in seconds, one or [N].
        e_excitatory, e_inhibitory: reversal potentials; an inhibitory one of 0 only shunts.
        threshold: in units of the distance between rest (0) and the usual threshold (1).
        dt: length of a step in seconds.
        surrogate: what stands in for the derivative of a spike.
    """

    tau_mem: Constant = 10e-3
    e_excitatory: float = 14 / 3
    e_inhibitory: float = -2 / 3
    threshold: Constant = 1.0
    dt: float = 1e-3
    surrogate: Surrogate = STEEP

    def start(self, like: Tensor) -> Tensor:
        """Return membranes at rest."""
        return torch.zeros_like(like)

    def step(
        self, excitatory: Tensor, inhibitory: Tensor | None, state: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Advance one step; see `Neuron.step`. The state is the membrane potential [B, N].

        Raises InputError where the receptors aren't told apart: a conductance has no sign.
        """
        if inhibitory is None:
            raise InputError(
                "conductance: excitation and inhibition must come apart, got their sum; give "
                "every group a sign, excitatory or inhibitory"
            )
        v = state
        s = spike(v - like(self.threshold, v), self.surrogate)
        total = 1.0 + excitatory + inhibitory
        target = (excitatory * self.e_excitatory + inhibitory * self.e_inhibitory) / total
        left = torch.exp(total * like(-self.dt / self.tau_mem, v))
        return s, (target + (v - target) * left) * (1.0 - s.detach())
