"""What layers of E-I circuits share: weights and gains; `eccles.functional.circuit` has the maths.

Layers take inputs >= 0 with any leading dimensions, [T, B, ...] or [N, ...], and return the current
that the excitatory units integrate; a neuron comes after them. Before use they are initialised
from a batch, by `eccles.init.ei_init`. Source: Liu et al. 2026, arXiv 2509.23253.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import Tensor, nn

from eccles.arguments import typed
from eccles.engines.deep import engine as deep
from eccles.errors import InputError, must, whole
from eccles.functional import balance, circuit
from eccles.functional.bursts import bursts
from eccles.functional.circuit import Currents
from eccles.functional.gradient import scaled_gradient
from eccles.functional.soft_reset import SoftResetParameters
from eccles.init.moments import NOT_NEGATIVE
from eccles.modes import single_precision
from eccles.nn.rules import CircuitRules

if TYPE_CHECKING:
    import numpy as np

    from eccles.init.ei_init import Rule


_GONE = 1e-12
"""A weight that does nothing, and that a factor can still raise."""


def inhibitory_units(n_excitatory: int) -> int:
    """Return max(1, floor(n_E / 4)): 80:20 with the inhibitory units added."""
    return max(1, n_excitatory // 4)


class _Units(NamedTuple):
    """A layer's units, [N, n, ...] each, and the leading dimensions that N merges."""

    lead: torch.Size
    excitatory: Tensor
    inhibitory: Tensor


class EICircuit(nn.Module):
    """What `EILinear` and `EIConv2d` share: parameters, start, currents, and signs.

    Parameters are magnitudes: `input_to_excitatory` [n_E, ...], `input_to_inhibitory` [n_I, ...],
    `inhibitory_to_excitatory` [n_E, n_I], `divisive_gain` [n_I] (its logarithm under DANN's rule),
    `gain` [n_E], and `bias` [n_E], which alone may have either sign. A `readout` has neither
    division nor gain nor bias.

    Inhibitory units that spike (`CircuitRules.inhibitory_spikes`) have one `inhibitory_threshold`,
    which the mean of W_IE x at the start sets. A divisor with a part that doesn't depend on the
    input (`CircuitRules.tonic`) has one `tonic`, which is part of I_div.
    """

    @typed("EICircuit")
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
        whole(kind, "the number of inputs", shape[0])
        if readout:
            whole(kind, "the number of readouts", n_excitatory)
        else:
            accepted = "a whole number of 4 or more, for one inhibitory unit in five"
            whole(kind, "the number of excitatory units", n_excitatory, 4, accepted)
        n_inhibitory = inhibitory_units(n_excitatory)
        self.rules = rules or CircuitRules()
        self.readout = readout
        self.fan_in = math.prod(shape)
        self.initialised = False
        self.input_to_excitatory = nn.Parameter(_filled(0.0, n_excitatory, *shape))
        self.input_to_inhibitory = nn.Parameter(_filled(0.0, n_inhibitory, *shape))
        self.inhibitory_to_excitatory = nn.Parameter(_filled(0.0, n_excitatory, n_inhibitory))
        if self.rules.inhibitory_spikes:
            self.register_buffer("inhibitory_threshold", _filled(1.0))
        if not readout:
            self.divisive_gain = nn.Parameter(_filled(0.0, n_inhibitory))
            self.gain = nn.Parameter(_filled(1.0, n_excitatory))
            self.bias = nn.Parameter(_filled(0.0, n_excitatory))
            if self.rules.tonic:
                self.register_buffer("tonic", _filled(0.0))
        self._lost: balance.Lost | None = None
        if self.rules.balance is not None:
            for weight in self._inhibition():
                weight.requires_grad_(False)

    inhibitory_threshold: Tensor
    tonic: Tensor

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
        """Return the product, or convolution, of samples x with a weight [n, ...]: [N, n, ...]."""
        raise NotImplementedError

    def effective_fan_in(self, x: Tensor) -> float:
        """Return how many inputs of a unit aren't padding, in the mean over positions."""
        taps = self.drive(torch.ones_like(x[:1]), torch.ones_like(self.input_to_excitatory[:1]))
        return float(taps.mean())

    @torch.no_grad()
    def initialise(
        self,
        rule: Rule,
        random: np.random.Generator,
        x: Tensor,
        _neuron: SoftResetParameters | None = None,
        _n_steps: int | None = None,
    ) -> None:
        """Draw exponential weights of the rule's scale: those of E first, then those of I.

        Those of a layer with neurons have a mean of `CircuitRules.least_weight` at least.

        Args:
            rule: gives the scales.
            random: where weights come from.
            x: what `forward` is about to take, with what comes after it.
        """
        samples = self.samples(x)
        fan_in = self.effective_fan_in(samples) if self.rules.padding else self.fan_in
        sigma, gain = rule.scales(fan_in)
        if not self.readout:
            sigma = max(sigma, self.rules.least_weight)
        for weight in (self.input_to_excitatory, self.input_to_inhibitory):
            weight.copy_(torch.from_numpy(sigma * random.standard_exponential(weight.shape)))
        self.inhibitory_to_excitatory.fill_(1.0 / self.n_inhibitory)
        if not self.readout:
            self.divisive_gain.fill_(math.log(gain) if self.rules.dann else gain)
            self.gain.fill_(1.0)
            self.bias.fill_(0.0)
        self.initialised = True
        if self.rules.inhibitory_spikes:
            drive = self.drive(samples, self.input_to_inhibitory).mean()
            self.inhibitory_threshold.copy_(drive / self.rules.inhibitory_spikes)
        if self.rules.tonic and not self.readout:
            # Of the mean of I_div, which W_EI hands on as it is: its rows are the same, of sum 1.
            divisive = gain * self.drive(samples, self.input_to_inhibitory).relu().mean()
            self.tonic.copy_(self.rules.tonic * divisive)
            self.divisive_gain.mul_(1.0 - self.rules.tonic)

    def currents(self, x: Tensor, n_steps: int | None = None) -> Currents:
        """Return the currents that an input causes: [N, n_E, ...] each, N steps and samples."""
        units = self._units(x, n_steps)
        found = circuit.inhibit(
            units.excitatory, units.inhibitory, self._weight_ei(), self._gain_i()
        )
        return found._replace(divisive=self._with_tonic(found.divisive))

    def forward(
        self, x: Tensor, neuron: SoftResetParameters | None = None, n_steps: int | None = None
    ) -> Tensor:
        """Return I_int, of the shape of x but for the features; with a neuron, `spikes`.

        Raises InputError unless the layer is initialised and x fits.
        """
        lead, excitatory, inhibitory = self._units(x, n_steps)
        weight_ei = self._weight_ei()
        if self.readout:
            inhibition = single_precision(circuit.pointwise(weight_ei, inhibitory))
            result = single_precision(excitatory) - inhibition
            return result.reshape(*lead, *result.shape[1:])
        made = circuit.net_and_divisive(excitatory, inhibitory, weight_ei, self._gain_i())
        net, divisive = map(single_precision, made)
        divisive = self._with_tonic(divisive)
        if self.rules.balance is not None and self.training and torch.is_grad_enabled():
            self._lost = balance.lost(single_precision(excitatory), net, divisive)
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

        The same as `forward` and then the engine's `soft_reset`, with less to remember.

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

    @torch.no_grad()
    def regulate(self) -> None:
        """Mend a part of the balance that the last batch of training found lost, in place."""
        rate, found, self._lost = self.rules.balance, self._lost, None
        if rate is None or found is None:
            return
        weight, factor = self.input_to_excitatory, balance.mended(found.excitation, rate)
        weight.mul_(factor.reshape(-1, *[1] * (weight.ndim - 1)))
        division = balance.mended(found.division, rate)
        self.divisive_gain.mul_(division)
        if self.rules.tonic:
            self.tonic.mul_(division)
        by_input = balance.lost_by_input(
            weight, self.input_to_inhibitory, self.inhibitory_to_excitatory
        )
        # Inhibition of an input whose excitation is gone mustn't go too far to come back.
        self.input_to_inhibitory.mul_(balance.mended(by_input, rate)).clamp_min_(_GONE)

    def magnitudes(self) -> dict[str, Tensor]:
        """Return the parameters that Dale's principle keeps at 0 or above, by name."""
        if not self.rules.dale:
            return {}
        free = {"bias"} | ({"divisive_gain"} if self.rules.dann else set())
        return {name: value for name, value in self.named_parameters() if name not in free}

    def get_extra_state(self) -> Tensor:
        """Return whether the layer is initialised, and DANN's, to be saved with the weights."""
        state = [self.initialised, self.rules.dann]
        return torch.tensor(state, dtype=torch.bool, device="cpu")

    def set_extra_state(self, state: Tensor) -> None:
        """Take over whether the saved weights were initialised.

        Raises InputError for DANN's weights in another circuit, and the other way round: their
        gains are logarithms.
        """
        initialised, *dann = state.flatten().tolist()
        if dann and dann[0] != self.rules.dann:
            kinds = ("those of an E-I circuit", "those of DANN")
            hint = "load them into a layer with the same rules"
            wanted, got = kinds[self.rules.dann], kinds[dann[0]]
            raise must(type(self).__name__, "the saved weights", wanted, got, hint)
        self.initialised = bool(initialised)

    def _units(self, x: Tensor, n_steps: int | None) -> _Units:
        """Return I_EE and s_I for an input; those of all steps where inhibitory units spike.

        One product for both would take longer: it copies the weights, and their gradients.
        """
        lead, x = self._lead(x), self._accepted(self.samples(x))
        factor = 1.0 / math.sqrt(self.n_excitatory) if self.rules.dann else 1.0
        excitatory = self._excitation(x)
        inhibitory = self.drive(x, scaled_gradient(self.input_to_inhibitory, factor))
        if self.rules.inhibitory_spikes is None:
            return _Units(lead, excitatory, inhibitory.relu())
        if len(lead) != 2:
            raise must("circuit", "the input's shape", "[T, B, ...]", (*lead, *x.shape[1:]))

        def over_steps(drive: Tensor) -> Tensor:
            apart = single_precision(drive).reshape(*lead, *drive.shape[1:])
            return apart.expand(n_steps or lead[0], *[-1] * x.ndim)

        spiking = bursts(over_steps(inhibitory), self.inhibitory_threshold)
        held = over_steps(excitatory)
        return _Units(held.shape[:2], held.flatten(0, 1), spiking.flatten(0, 1))

    def _accepted(self, x: Tensor) -> Tensor:
        """Return samples [N, ...], or raise InputError where they aren't what a circuit takes."""
        kind = type(self).__name__
        if not self.initialised:
            raise InputError(
                f"{kind}: the layer must be initialised before use; call "
                "eccles.init.ei_init(model, batch), or load weights that were"
            )
        weight = self.input_to_excitatory
        if x.dtype != weight.dtype and not torch.is_autocast_enabled(x.device.type):
            accepted = f"{weight.dtype}, that of the weights"
            raise must(kind, "the input's type", accepted, x.dtype, "convert with x.to(...)")
        # Elsewhere than on a CPU the answer would have to be waited for.
        if x.device.type == "cpu" and not torch.compiler.is_compiling():
            lowest = float(x.detach().amin()) if x.numel() else 0.0
            if not lowest >= 0:
                raise must(kind, "the input", "0 or more", lowest, NOT_NEGATIVE)
        return x

    def _excitation(self, x: Tensor) -> Tensor:
        """Return I_EE, with the gradient that the rules give W_EE."""
        if self.rules.balance is None or self.readout or not torch.is_grad_enabled():
            return self.drive(x, self.input_to_excitatory)
        return balance.by_covariance(self.drive, x, self.input_to_excitatory)

    def _inhibition(self) -> list[nn.Parameter]:
        """Return the parameters of inhibition, which balanced layers don't learn."""
        known = ["input_to_inhibitory", "inhibitory_to_excitatory", "divisive_gain"]
        return [getattr(self, name) for name in known[: 2 if self.readout else 3]]

    def _with_tonic(self, divisive: Tensor) -> Tensor:
        return divisive + self.tonic if self.rules.tonic and not self.readout else divisive

    def _weight_ei(self) -> Tensor:
        """Return W_EI, with the gradient that the rules give it."""
        factor = self.fan_in**-self.rules.gradient_exponent
        return scaled_gradient(self.inhibitory_to_excitatory, factor)

    def _gain_i(self) -> Tensor:
        """Return g_I, with the gradient that the rules give it."""
        if not self.rules.dann:
            return self.divisive_gain
        factor = 1.0 / (math.sqrt(self.n_excitatory) * self.fan_in)
        return scaled_gradient(self.divisive_gain, factor).exp()

    def _lead(self, x: Tensor) -> torch.Size:
        return x.shape[: x.ndim - (self.input_to_excitatory.ndim - 1)]


def _filled(value: float, *shape: int) -> Tensor:
    return torch.full(shape, value, dtype=torch.float32, device="cpu")
