r"""Balance that a layer of E-I circuits keeps while it learns, by rules that are local to it.

E-I Init sets E[I_sub] = E[I_EE] and E[D] = std(I_EE) once, and learning leaves both behind. Here
excitation alone is learnt, and after each update a layer mends a part of what it has lost:

    W_EE of unit i   *=  (E[I_sub,i] / E[I_EE,i])^rate                synaptic scaling
    g_I, tonic       *=  (mean_i std(I_EE,i - I_sub,i) / E[D])^rate   division follows the spread
    W_IE of input k  *=  (mean_i W_EE[i,k] / mean_i (W_EI W_IE)[i,k])^rate

where E and std are over the samples of a batch. By the third an input inhibits the layer's units as
much as it excites them, in their mean, so that the mean of I_EE - I_sub over units stays near 0
in each sample. Without it gradients grew towards the first layer until a long run fell to chance.
Nothing holds a layer's scale, for each side follows the other; the divisor makes up for it. Scaling
takes back what an update does by the mean of the input, so W_EE is given the rest: gradients with
x - E[x] in place of x, a covariance rule.

Synaptic scaling: Turrigiano et al. 1998, doi 10.1038/36103. Divisors with a constant part:
Carandini & Heeger 2012, doi 10.1038/nrn3136. The covariance rule: Sejnowski 1977, doi
10.1007/BF00275079. That they go together so is our own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from eccles.arguments import typed

_MOST = 2.0
"""The largest factor that an update takes a part of: batches in which a layer is all but silent
must not take it far away."""

_LEAST = 1e-12
"""Stands for currents that are nothing, so that nothing over nothing is 1."""


class Lost(NamedTuple):
    """What a layer has lost of its balance, each a factor that would restore it.

    Attributes:
        excitation: E[I_sub] / E[I_EE] of each excitatory unit, [n_E].
        division: the mean spread of I_EE - I_sub over E[D], one number.
    """

    excitation: Tensor
    division: Tensor


@typed("functional")
@torch.no_grad()
def lost(excitatory: Tensor, net: Tensor, divisor: Tensor) -> Lost:
    """Return what a layer has lost of its balance on a batch.

    Args:
        excitatory: I_EE, [N, n_E, ...].
        net: I_EE - I_sub, shaped the same.
        divisor: D, shaped the same.
    """
    over = [k for k in range(net.ndim) if k != 1]
    mean = excitatory.mean(over)
    spread = net.std(over, correction=0).mean()
    return Lost(_ratio(mean - net.mean(over), mean), _ratio(spread, divisor.mean()))


@typed("functional")
@torch.no_grad()
def lost_by_input(
    input_to_excitatory: Tensor, input_to_inhibitory: Tensor, inhibitory_to_excitatory: Tensor
) -> Tensor:
    """Return the factor on W_IE of each input with which it inhibits as much as it excites.

    It is mean_i W_EE[i,k] / mean_i (W_EI W_IE)[i,k] for input k, [...]. A convolution has an input
    a channel and tap.

    Args:
        input_to_excitatory: W_EE, [n_E, ...].
        input_to_inhibitory: W_IE, [n_I, ...].
        inhibitory_to_excitatory: W_EI, [n_E, n_I].
    """
    passed_on = torch.tensordot(inhibitory_to_excitatory.mean(0), input_to_inhibitory, dims=1)
    return _ratio(input_to_excitatory.mean(0), passed_on)


@typed("functional")
def mended(factor: Tensor, rate: float) -> Tensor:
    """Return factor^rate, with a factor of at most 2 and at least 1/2: what an update mends.

    Args:
        factor: what would restore balance at once, > 0.
        rate: the part of it, as an exponent, from 0 to 1.
    """
    return factor.clamp(1.0 / _MOST, _MOST).pow(rate)


@typed("functional")
def by_covariance(drive: Callable[[Tensor, Tensor], Tensor], x: Tensor, weight: Tensor) -> Tensor:
    """Return drive(x, weight), whose weight's gradient has x - E[x] in place of x.

    E is over samples and positions, so that it is one number an input channel. The gradient of x
    is as it would be.

    Args:
        drive: linear in x, [N, n_pre, ...] to [N, n_post, ...].
        x: [N, n_pre, ...].
        weight: what `drive` takes.
    """
    over = [k for k in range(x.ndim) if k != 1]
    mean = drive(x.detach().mean(over, keepdim=True).expand(1, *x.shape[1:]), weight)
    return drive(x, weight) + (mean.detach() - mean)


def _ratio(wanted: Tensor, found: Tensor) -> Tensor:
    return ((wanted + _LEAST) / (found + _LEAST)).clamp_min(_LEAST)
