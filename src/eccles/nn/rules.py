"""The switches of an E-I circuit."""

from __future__ import annotations

from dataclasses import dataclass

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
    """

    stabiliser: Stabiliser = "adaptive"
    straight_through: bool = True
    gradient_exponent: float = 1.0
    dale: bool = True
    dann: bool = False
    padding: bool = False

    @classmethod
    def of_dann(cls) -> CircuitRules:
        """Return the rules of DANN, the rate model that the E-I circuit comes from."""
        return cls(stabiliser="epsilon", straight_through=False, dann=True)
