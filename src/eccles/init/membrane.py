"""What random spikes do to a membrane: its mean, its standard deviation, and the rate that follows.

A spike that arrives moves the potential by its weight times k[n], where sum k = 1 / ((1 - alpha)
(1 - beta)) and sum k^2 = (1 + alpha beta) / ((1 - alpha beta) (1 - alpha^2) (1 - beta^2)). Spikes
that are independent, p_j a step from input j, give by Campbell's theorem

    mu = sum_j p_j E[w] sum k        sigma^2 = sum_j p_j E[w^2] sum k^2

and a membrane that nothing resets crosses its threshold upwards, by Rice's formula, at the rate
exp(-(threshold - mu)^2 / (2 sigma^2)) / (2 pi sqrt(tau_mem tau_syn)). Sources: Rice 1945;
Rossbroich et al. 2022, doi 10.1088/2634-4386/ac97bb.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from eccles.arguments import typed
from eccles.functional.conventions import euler_decay
from eccles.functional.lif import decay
from eccles.network.constants import of_group
from eccles.network.neurons import ConductanceSettings, IzhikevichSettings, of_norse

if TYPE_CHECKING:
    from eccles.network.names import End
    from eccles.network.network import Network

_GONE = 1e-12
"""The least that a step leaves here: a decay of 0, Euler's of one step, has no time constant."""


class Drive(NamedTuple):
    """Synapses onto a neuron.

    Attributes:
        inhibits: whether they act by the inhibitory receptor.
        weight: sum of their signed weights, each times its spikes a step.
        square: sum of the squares of their weights, each times its spikes a step.
    """

    inhibits: bool
    weight: Any
    square: Any


class Potential(NamedTuple):
    """What membranes do: mean and standard deviation, and the rate of crossings in Hz."""

    mean: Any
    std: Any
    rate: Any


class Membrane(NamedTuple):
    """Constants of a neuron, pairs for its excitatory and inhibitory receptor.

    `gain` is how far a unit of current moves the potential in a step: 1 of LIF neurons.
    """

    tau_mem: float
    tau_syn: tuple[float, float]
    dt: float
    threshold: float = 1.0
    gain: tuple[float, float] = (1.0, 1.0)

    def kernel(self, *, inhibits: bool) -> tuple[float, float]:
        """Return the sums of what a spike of weight 1 does, and of its square."""
        alpha, beta = decay(self.tau_syn[inhibits], self.dt), decay(self.tau_mem, self.dt)
        both, gain = alpha * beta, self.gain[inhibits]
        squares = (1 + both) / ((1 - both) * (1 - alpha**2) * (1 - beta**2))
        return gain / ((1 - alpha) * (1 - beta)), gain**2 * squares

    @typed("init")
    def under(self, drives: Sequence[Drive]) -> Potential:
        """Return what the potential does under random spikes, for numbers or arrays of neurons.

        Where the mean is above the threshold, Rice's formula doesn't hold; the rate returned is
        that for a mean at the threshold.
        """
        mean = variance = quick = np.float64(0.0)
        for each in drives:
            total, squares = self.kernel(inhibits=each.inhibits)
            own = each.square * squares
            mean = mean + each.weight * total
            variance = variance + own
            quick = quick + own / (self.tau_mem * self.tau_syn[each.inhibits])
        below = np.maximum(0.0, self.threshold - mean)
        some = np.maximum(variance, 1e-300)
        rate = np.sqrt(quick / some) / (2 * math.pi) * np.exp(-(below**2) / (2 * some))
        return Potential(mean, np.sqrt(variance), rate)


def membrane_of(network: Network, end: End, dt: float) -> Membrane | None:
    """Return the constants of a group's membrane; None for Izhikevich's neurons.

    Synapses with conductances count as currents, of the size they have halfway to the threshold.
    """
    population = network.populations[end.population]
    own, threshold = population.neuron, of_group(population.threshold, end.group)
    if isinstance(own, IzhikevichSettings):
        return None
    tau_mem = of_group(population.tau_mem, end.group)
    tau_syn = (population.tau_of("excitatory"), population.tau_of("inhibitory"))
    if of_norse(own):
        # Euler's decays are those of other time constants, and its step takes a share of a current.
        left = (max(euler_decay(tau, dt), _GONE) for tau in (tau_mem, *tau_syn))
        exact = [-dt / math.log(share) for share in left]
        moved = dt / tau_mem
        return Membrane(exact[0], (exact[1], exact[2]), dt, threshold, (moved, moved))
    if not isinstance(own, ConductanceSettings):
        return Membrane(tau_mem, tau_syn, dt, threshold)
    moved = 1 - decay(tau_mem, dt)
    far = (abs(each - threshold / 2) for each in (own.e_excitatory, own.e_inhibitory))
    excitatory, inhibitory = (moved * max(each, 0.1) for each in far)
    return Membrane(tau_mem, tau_syn, dt, threshold, (excitatory, inhibitory))
