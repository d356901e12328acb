r"""The E-I circuit: excitation, and inhibition that subtracts and divides.

Excitatory units get the input x >= 0 directly, and through inhibitory units, which are local to
the layer, graded and without memory:

    I_EE  = W_EE x                         excitatory drive
    s_I   = max(0, W_IE x)                 inhibitory units
    I_sub = W_EI s_I                       subtractive inhibition
    I_div = W_EI (g_I s_I)                 divisive inhibition
    D     = stabilised I_div
    I_int = g_E (I_EE - I_sub) / D + b_E   what the excitatory units integrate

All weights and gains are magnitudes, >= 0; signs stand in the equations. Tensors are [N, channels,
...]: N samples (T steps times B members of a batch), then channels, then spatial positions, if any.
W_EI mixes the channels of one position. Source: Liu et al. 2026, arXiv 2509.23253; the rate model
is Cornford et al. 2021, "Learning to live with Dale's principle".
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from eccles.arguments import typed

Stabiliser = Literal["adaptive", "epsilon", "none"]
EPSILON = 1e-8
"""What "epsilon" adds to the divisor."""


class Currents(NamedTuple):
    """What reaches the excitatory units of a layer, [N, n_E, ...] each."""

    excitatory: Tensor
    subtractive: Tensor
    divisive: Tensor


def pointwise(weight: Tensor, x: Tensor) -> Tensor:
    """Return weight @ x over channels, at each spatial position alike: [N, n_post, ...].

    Args:
        weight: [n_post, n_pre].
        x: [N, n_pre, ...].
    """
    if x.ndim == 2:
        return x @ weight.T
    return functional.conv2d(x, weight[:, :, None, None])


@typed("functional")
def inhibit(excitatory: Tensor, inhibitory: Tensor, weight_ei: Tensor, gain_i: Tensor) -> Currents:
    """Return the currents I_EE, I_sub and I_div that reach a layer's excitatory units.

    Args:
        excitatory: I_EE, [N, n_E, ...].
        inhibitory: s_I, [N, n_I, ...], >= 0.
        weight_ei: W_EI, [n_E, n_I].
        gain_i: g_I, [n_I].
    """
    divided = inhibitory * spread(gain_i, inhibitory)
    return Currents(excitatory, pointwise(weight_ei, inhibitory), pointwise(weight_ei, divided))


@typed("functional")
def net_and_divisive(
    excitatory: Tensor, inhibitory: Tensor, weight_ei: Tensor, gain_i: Tensor
) -> tuple[Tensor, Tensor]:
    """Return I_EE - I_sub and I_div, [N, n_E, ...] each: all that neurons need of `inhibit`.

    The arguments are those of `inhibit`. W_EI (g_I s_I) is computed as (W_EI g_I) s_I, and -I_sub
    as (-W_EI) s_I, since weights are fewer than currents.
    """
    return excitatory + pointwise(-weight_ei, inhibitory), pointwise(weight_ei * gain_i, inhibitory)


@typed("functional")
def stabilise(
    divisive: Tensor, stabiliser: Stabiliser = "adaptive", straight_through: bool = True
) -> Tensor:
    """Return the divisor D that divisive inhibition I_div gives, [N, n_E, ...].

    "adaptive": where I_div is 0, the smallest I_div of that sample that isn't, over its channels
    and positions; it gets no gradient. A sample that is silent everywhere is divided by infinity,
    so that I_int = b_E with gradients of zero. "epsilon": I_div + 1e-8. "none": I_div as it is.

    Args:
        divisive: I_div, [N, n_E, ...], >= 0.
        stabiliser: what to do about zeros.
        straight_through: let dD/dI_div be 1 where I_div is 0 too (adaptive only).
    """
    if stabiliser == "none":
        return divisive
    if stabiliser == "epsilon":
        return divisive + EPSILON
    silent = divisive == 0
    known = divisive.detach().masked_fill(silent, torch.inf)
    smallest = known.flatten(1).amin(dim=1).reshape(-1, *[1] * (divisive.ndim - 1))
    if straight_through:
        return divisive + torch.where(silent, smallest, 0.0)
    return torch.where(silent, smallest, divisive)


@typed("functional")
def integrate(net: Tensor, divisor: Tensor, gain: Tensor, bias: Tensor) -> Tensor:
    """Return I_int = g_E net / D + b_E, [N, n_E, ...].

    Args:
        net: I_EE - I_sub, [N, n_E, ...].
        divisor: D, [N, n_E, ...].
        gain: g_E, [n_E].
        bias: b_E, [n_E].
    """
    return spread(gain, net) * (net / divisor) + spread(bias, net)


def spread(values: Tensor, like: Tensor) -> Tensor:
    """Return values [n], one a channel, in a shape that broadcasts against `like` [N, n, ...]."""
    return values.reshape(-1, *[1] * (like.ndim - 2))
