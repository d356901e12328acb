"""The switches of an E-I circuit."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import get_args

from eccles.arguments import check_fields
from eccles.errors import InputError, must, nearest, shown
from eccles.functional.circuit import Stabiliser


@dataclass(frozen=True)
class CircuitRules:
    """Every switch of the E-I circuit and of E-I Prop; the defaults are the published choice.

    Attributes:
        stabiliser: what is done about a divisor of zero.
        straight_through: whether the stabilised divisor passes its gradient where it was zero.
        gradient_exponent: W_EI's gradient is scaled by d^-exponent, with d the fan-in.
        dale: whether weights are kept at 0 or above; off is the "free" circuit.
        dann: the learning rule of Cornford et al. 2021: the gain is learnt as its logarithm, and
            gradients are scaled by 1/sqrt(n_E) (W_IE), 1/d (W_EI), 1/(sqrt(n_E) d) (log gain).
        padding: whether a convolution's fan-in counts, at the start, only taps inside the map.
        inhibitory_spikes: how often a step inhibitory units spike at the start (an option of ours,
            see `eccles.functional.bursts`); None for graded ones, as published.
        tonic: the share of the divisor at the start that doesn't depend on the input.
        least_weight: the least mean of a layer's weights at the start. Weights of any scale give
            the same spikes, for currents are divided by their spread, but an optimizer's step is
            large beside small ones. Readouts have no divisor, and keep theirs.
        balance: the rate at which a layer mends its balance after each update (an option of ours,
            see `eccles.functional.balance`), and excitation alone is learnt; None for all weights
            by their gradients, as published.

    Raises InputError for a value that a switch can't have.
    """

    stabiliser: Stabiliser = "adaptive"
    straight_through: bool = True
    gradient_exponent: float = 1.0
    dale: bool = True
    dann: bool = False
    padding: bool = False
    inhibitory_spikes: float | None = None
    tonic: float = 0.0
    least_weight: float = 0.0
    balance: float | None = None

    def __post_init__(self) -> None:
        check_fields(self, "circuit")
        known = get_args(Stabiliser)
        if self.stabiliser not in known:
            raise InputError(
                f"circuit: there is no stabiliser {shown(self.stabiliser)}"
                f"{nearest(self.stabiliser, known)}; there are {', '.join(known)}"
            )
        if not 0 <= self.gradient_exponent < math.inf:
            raise must("circuit", "gradient_exponent", "0 or more", self.gradient_exponent)
        spikes = self.inhibitory_spikes
        if spikes is not None and not 0 < spikes < math.inf:
            raise must("circuit", "inhibitory_spikes", "above 0, or None", spikes)
        if not 0 <= self.tonic < 1:
            raise must("circuit", "tonic", "0 or more, and below 1", self.tonic)
        if not 0 <= self.least_weight < math.inf:
            raise must("circuit", "least_weight", "0 or more", self.least_weight)
        if self.balance is not None and not 0 <= self.balance <= 1:
            raise must("circuit", "balance", "from 0 to 1, or None", self.balance)
        if self.balance is not None and not self.dale:
            hint = "it scales by ratios of magnitudes; leave it out, or keep the signs"
            raise must("circuit", "balance", "None without Dale's principle", self.balance, hint)
        if self.dann and (self.tonic or self.least_weight or self.balance is not None):
            names = ("tonic", "least_weight", "balance")
            got = {name: getattr(self, name) for name in names}
            raise must("circuit", ", ".join(names), "left alone with DANN's rule", got)

    @classmethod
    def of_dann(cls) -> CircuitRules:
        """Return the rules of DANN, the rate model that the E-I circuit comes from."""
        return cls(stabiliser="epsilon", straight_through=False, dann=True)

    @classmethod
    def of_balance(cls) -> CircuitRules:
        """Return the rules of circuits that keep their balance, which we found to learn fastest."""
        return cls(tonic=0.75, least_weight=0.05, balance=0.2)
