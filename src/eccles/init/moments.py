"""What E-I Init needs to know of a layer's input, and the scales of weights that follow.

    sigma = sqrt(V / (d (m2 + V)))      the mean of the exponential W_EE and W_IE
    g_I   = sqrt((m2 + V) / d) / m1     the gain of divisive inhibition

with d the fan-in, m1 and m2 the means of x and x^2, and V the mean over features of the variance
over samples. Then subtractive inhibition balances excitation, E[I_sub] = E[I_EE]; the divisor is
the spread of the drive, E[I_div] = std(I_EE); and the drive keeps the input's spread,
Var(I_EE) = V. Source: Liu et al. 2026, arXiv 2509.23253.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from torch import Tensor

from eccles.arguments import typed
from eccles.errors import InputError, must

NOT_NEGATIVE = "give images in [0, 1], without subtracting their mean"
"""What to do about an input below 0."""


class Scales(NamedTuple):
    """Scales of a layer's initial weights: `sigma` of its input weights, `gain` of division."""

    sigma: float
    gain: float


class Moments(NamedTuple):
    """Moments of a layer's input: `mean`, `mean_square`, and `variance` (over samples)."""

    mean: float
    mean_square: float
    variance: float

    def scales(self, fan_in: float) -> Scales:
        """Return sigma and g_I for a fan-in d."""
        both = self.mean_square + self.variance
        sigma = math.sqrt(self.variance / (fan_in * both))
        return Scales(sigma, math.sqrt(both / fan_in) / self.mean)

    def expected_std(self, n_inhibitory: int) -> float:
        """Return sqrt((1 + 1/n_I) m2 / (m2 + V)), the std of I_int over weights at the start."""
        share = self.mean_square / (self.mean_square + self.variance)
        return math.sqrt((1.0 + 1.0 / n_inhibitory) * share)


def checked(x: Tensor, layer: str) -> Tensor:
    """Return an input that E-I Init can use, or raise InputError, naming the layer.

    It must be finite, 0 or more everywhere and above 0 somewhere.
    """
    if not x.numel():
        raise must("ei_init", f"the input of {layer}", "a batch of samples", "none")
    lowest, highest = (float(end) for end in x.detach().aminmax())
    if not math.isfinite(lowest) or not math.isfinite(highest):
        got = highest if math.isfinite(lowest) else lowest
        raise must("ei_init", f"the input of {layer}", "finite", got)
    if lowest < 0:
        raise InputError(
            f"ei_init: the input of {layer} must be 0 or more, got {lowest:.3g}; {NOT_NEGATIVE}"
        )
    if not highest:
        raise InputError(
            f"ei_init: the input of {layer} must have a spike or a bright pixel, got none in "
            f"{len(x)} samples; give wider layers before it, a larger batch, another seed, or, to "
            "inhibitory units that spike, more inhibitory_spikes"
        )
    return x


@typed("init")
def measured(x: Tensor, layer: str) -> Moments:
    """Return the moments of a `checked` input [N, features...].

    Raises InputError, naming the layer, where all samples are equal.

    Each feature (in a map each channel at each position) has its own variance over the N samples.
    """
    x = x.detach().double()
    mean, square = float(x.mean()), float(x.square().mean())
    variance = float(x.var(dim=0, correction=0).mean())
    if not variance:
        raise InputError(
            f"ei_init: the input of {layer} must differ between samples, got {len(x)} equal ones; "
            "give a batch of different samples"
        )
    return Moments(mean, square, variance)


@typed("init")
def bernoulli(rate: float) -> Moments:
    """Return the moments of spikes that are independent, with this chance in each step."""
    return Moments(rate, rate, rate * (1.0 - rate))


class Dann(NamedTuple):
    """The constants of DANN, which no input changes.

        sigma = sqrt(2 pi / (d (2 pi - 1))),   g_I = sqrt((2 pi - 1) / d)

    Source: Cornford et al. 2021, "Learning to live with Dale's principle".
    """

    def scales(self, fan_in: float) -> Scales:
        """Return sigma and g_I for a fan-in d."""
        c = 2.0 * math.pi - 1.0
        return Scales(math.sqrt((c + 1.0) / (fan_in * c)), math.sqrt(c / fan_in))
