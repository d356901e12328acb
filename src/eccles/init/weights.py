"""Initial weights, half-normal within Dale's signs or normal without."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch

from eccles.arguments import typed
from eccles.errors import must, whole
from eccles.populations import Populations

if TYPE_CHECKING:
    import numpy as np
    from torch import Tensor


_MOST = 2**32


@typed("init")
def signed_normal(n_pre: int, n_post: int, std: float, random: np.random.Generator) -> Tensor:
    """Return N(0, std^2) weights of either sign, float32 [n_pre, n_post]."""
    for name, number in (("n_pre", n_pre), ("n_post", n_post)):
        whole("init", name, number)
    if n_pre * n_post > _MOST:
        raise must("init", "n_pre times n_post", f"at most {_MOST:,} weights", n_pre * n_post)
    if not (math.isfinite(std) and std >= 0):
        raise must("init", "std", "a finite number, 0 or more", std)
    return torch.from_numpy(std * random.standard_normal((n_pre, n_post))).float()


@typed("init")
def half_normal(pre: Populations, n_post: int, std: float, random: np.random.Generator) -> Tensor:
    """Return sign |N(0, std^2)| weights, float32 [n_pre, n_post], signs by presynaptic neuron."""
    magnitudes = signed_normal(pre.n_neurons, n_post, std, random).abs()
    return magnitudes * pre.signs().unsqueeze(1)


@typed("init")
def exponential(pre: Populations, n_post: int, mean: float, random: np.random.Generator) -> Tensor:
    """Return sign Exp(mean) weights, float32 [n_pre, n_post], signs by presynaptic neuron."""
    whole("init", "n_post", n_post)
    drawn = magnitudes(1, (pre.n_neurons, n_post), mean, random)
    return drawn * pre.signs().unsqueeze(1)


def magnitudes(
    sign: int, shape: Sequence[int], scale: float, random: np.random.Generator
) -> Tensor:
    """Return exponential weights of one sign and a mean of `scale`, or with sign 0 normal ones."""
    draw = random.standard_exponential if sign else random.standard_normal
    return torch.from_numpy((sign or 1) * scale * draw(tuple(shape))).float()


@typed("init")
def fan_in_std(n_pre: float, beta: float) -> float:
    """Return 7 (1 - beta) / sqrt(n_pre), which keeps drive comparable across widths and decays.

    Args:
        n_pre: presynaptic neurons, on average where connections are missing.
        beta: the membrane's decay over one step.

    Source: Kilgore et al. 2025, doi 10.1038/s41598-025-03408-7.
    """
    if not n_pre > 0:
        raise must("init", "n_pre", "above 0", n_pre)
    return 7.0 * (1.0 - beta) / math.sqrt(n_pre)
