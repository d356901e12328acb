"""What layers of E-I circuits share: weights and gains; `eccles.functional.circuit` has the maths.

Layers take inputs >= 0 with any leading dimensions, [T, B, ...] or [N, ...], and return the current
that the excitatory units integrate; a neuron comes after them. Before use they are initialised
from a batch, by `eccles.init.ei_init`. Source: Liu et al. 2026, arXiv 2509.23253.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from eccles.engines import deep
from eccles.errors import InputError, must
from eccles.functional import circuit
from eccles.functional.circuit import Currents
from eccles.functional.gradient import scaled_gradient
from eccles.functional.soft_reset import SoftResetParameters
from eccles.nn.rules import CircuitRules

if TYPE_CHECKING:
    import numpy as np

    from eccles.init.ei_init import Rule


def inhibitory_units(n_excitatory: int) -> int:
    """Return max(1, floor(n_E / 4)): 80:20 with the inhibitory units added."""
    return max(1, n_excitatory // 4)


class EICircuit(nn.Module):
    """What `EILinear` and `EIConv2d` share: parameters, start, currents, and signs.

    Parameters are magnitudes: `input_to_excitatory` [n_E, ...], `input_to_inhibitory` [n_I, ...],
    `inhibitory_to_excitatory` [n_E, n_I], `divisive_gain` [n_I] (its logarithm under DANN's rule),
    `gain` [n_E], and `bias` [n_E], which alone may have either sign. A `readout` has neither
    division nor gain nor bias.
    """

    def __init__(
        self,
        shape: tuple[int, ...],
        n_excitatory: int,
        rules: CircuitRules | None,
        *,
        readout: bool = False,
    ) -> None:
        super().__init__()
        kind = type(self).__name__
        if n_excitatory < 1 or (n_excitatory < 4 and not readout):
            accepted = "4 or more, for one inhibitory unit in five"
            raise must(kind, "the number of excitatory units", accepted, n_excitatory)
        n_inhibitory = inhibitory_units(n_excitatory)
        self.rules = rules or CircuitRules()
        self.readout = readout
        self.fan_in = math.prod(shape)
        self.initialised = False
        self.input_to_excitatory = nn.Parameter(torch.zeros(n_excitatory, *shape))
        self.input_to_inhibitory = nn.Parameter(torch.zeros(n_inhibitory, *shape))
        self.inhibitory_to_excitatory = nn.Parameter(torch.zeros(n_excitatory, n_inhibitory))
        if not readout:
            self.divisive_gain = nn.Parameter(torch.zeros(n_inhibitory))
            self.gain = nn.Parameter(torch.ones(n_excitatory))
            self.bias = nn.Parameter(torch.zeros(n_excitatory))

    @property
    def n_excitatory(self) -> int:
        """Excitatory units: the layer's width."""
        return len(self.input_to_excitatory)

    @property
    def n_inhibitory(self) -> int:
        """Inhibitory units, which are added to the width."""
        return len(self.input_to_inhibitory)

    def samples(self, x: Tensor) -> Tensor:
        """Return an input [..., features] as [N, features], or raise InputError for its shape."""
        raise NotImplementedError

    def drive(self, x: Tensor, weight: Tensor) -> Tensor:
        """Return what a weight [n, ...] makes of samples x: [N, n, ...]."""
        raise NotImplementedError

    def effective_fan_in(self, x: Tensor) -> float:
        """Return how many inputs a unit has that aren't padding, in the mean over places."""
        taps = self.drive(torch.ones_like(x[:1]), torch.ones_like(self.input_to_excitatory[:1]))
        return float(taps.mean())

    @torch.no_grad()
    def initialise(self, rule: Rule, x: Tensor, random: np.random.Generator) -> None:
        """Draw exponential weights of the rule's scale: those of E first, then those of I."""
        fan_in = self.effective_fan_in(x) if self.rules.padding else self.fan_in
        sigma, gain = rule.scales(fan_in)
        for weight in (self.input_to_excitatory, self.input_to_inhibitory):
            weight.copy_(torch.from_numpy(sigma * random.standard_exponential(weight.shape)))
        self.inhibitory_to_excitatory.fill_(1.0 / self.n_inhibitory)
        if not self.readout:
            self.divisive_gain.fill_(math.log(gain) if self.rules.dann else gain)
            self.gain.fill_(1.0)
            self.bias.fill_(0.0)
        self.initialised = True

    def currents(self, x: Tensor) -> Currents:
        """Return the currents that samples x, [N, ...], cause: [N, n_E, ...] each."""
        return circuit.inhibit(*self._units(x), self._weight_ei(), self._gain_i())

    def forward(
        self, x: Tensor, neuron: SoftResetParameters | None = None, n_steps: int | None = None
    ) -> Tensor:
        """Return I_int, of the shape of x but for the features; with a neuron, `spikes`.

        Raises InputError unless the layer is initialised and x fits.
        """
        lead, x = self._lead(x), self.samples(x)
        excitatory, inhibitory = self._units(x)
        weight_ei = self._weight_ei()
        if self.readout:
            result = excitatory - circuit.joined(weight_ei, inhibitory)
            return result.reshape(*lead, *result.shape[1:])
        net, divisive = circuit.net_and_divisive(excitatory, inhibitory, weight_ei, self._gain_i())
        rules, shape = self.rules, (*lead, *net.shape[1:])
        if neuron is not None:
            return deep.circuit_spikes(
                net.reshape(shape),
                divisive.reshape(shape),
                self.gain,
                self.bias,
                neuron,
                n_steps=n_steps,
                stabiliser=rules.stabiliser,
                straight_through=rules.straight_through,
            )
        divisor = circuit.stabilise(divisive, rules.stabiliser, rules.straight_through)
        return circuit.integrate(net, divisor, self.gain, self.bias).reshape(shape)

    def spikes(self, x: Tensor, neuron: SoftResetParameters, n_steps: int | None = None) -> Tensor:
        """Return the spikes of neurons that integrate I_int, [T, B, ...], in one pass.

        The same as `forward` and then `eccles.engines.deep.soft_reset`, with less to remember.

        Args:
            x: input [T, B, ...], or [1, B, ...], held for all T steps.
            neuron: the neurons' constants.
            n_steps: T; the input's unless given.

        Raises InputError as `forward` does, and for a readout, which has no neurons.
        """
        if self.readout:
            raise must("circuit", "a layer with neurons", "no readout", type(self).__name__)
        if len(self._lead(x)) != 2:
            raise must("circuit", "the input's shape", "[T, B, ...]", tuple(x.shape))
        # By way of `forward`, for the sake of hooks: E-I Init's, and a user's.
        result: Tensor = self(x, neuron, n_steps)
        return result

    def magnitudes(self) -> dict[str, Tensor]:
        """Return the parameters that Dale's principle keeps at 0 or above, by name."""
        if not self.rules.dale:
            return {}
        free = {"bias"} | ({"divisive_gain"} if self.rules.dann else set())
        return {name: value for name, value in self.named_parameters() if name not in free}

    def get_extra_state(self) -> Tensor:
        """Return whether the layer is initialised, to be saved with the weights."""
        return torch.tensor(self.initialised)

    def set_extra_state(self, state: Tensor) -> None:
        """Take over whether the saved weights were initialised."""
        self.initialised = bool(state)

    def _units(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return I_EE and s_I.

        One product for both would take longer: it copies the weights, and their gradients.
        """
        if not self.initialised:
            raise InputError(
                f"{type(self).__name__}: the layer must be initialised before use; call "
                "eccles.init.ei_init(model, batch), or load weights that were"
            )
        factor = 1.0 / math.sqrt(self.n_excitatory) if self.rules.dann else 1.0
        inhibitory = scaled_gradient(self.input_to_inhibitory, factor)
        return self.drive(x, self.input_to_excitatory), self.drive(x, inhibitory).relu()

    def _weight_ei(self) -> Tensor:
        """Return W_EI, with the gradient that the rules give it."""
        exponent = 1.0 if self.rules.dann else self.rules.gradient_exponent
        return scaled_gradient(self.inhibitory_to_excitatory, self.fan_in**-exponent)

    def _gain_i(self) -> Tensor:
        """Return g_I, with the gradient that the rules give it."""
        if not self.rules.dann:
            return self.divisive_gain
        factor = 1.0 / (math.sqrt(self.n_excitatory) * self.fan_in)
        return scaled_gradient(self.divisive_gain, factor).exp()

    def _lead(self, x: Tensor) -> torch.Size:
        return x.shape[: x.ndim - (self.input_to_excitatory.ndim - 1)]
