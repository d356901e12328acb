"""Surrogate gradients: what stands in for the derivative of a spike.

A spike is a step of the membrane's distance above threshold, x = v - threshold, and its true
derivative is zero almost everywhere. Each class here is a derivative to use in its place (Neftci,
Mostafa & Zenke 2019, doi 10.1109/MSP.2019.2931595); `spike` joins it to the step in autograd.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import torch
from torch import Tensor

from eccles.arguments import Checked, typed
from eccles.errors import InputError, nearest


@runtime_checkable
class Surrogate(Protocol):
    """A derivative of the spike with respect to x = v - threshold; it can be plotted as it is."""

    def __call__(self, x: Tensor) -> Tensor:
        """Return ds/dx, of the shape of x."""
        ...


@dataclass(frozen=True)
class SuperSpike(Checked):
    """ds/dx = 1 / (scale |x| + 1)^2; others call it the fast sigmoid.

    Source: Zenke & Ganguli 2018, doi 10.1162/neco_a_01086.
    """

    scale: float = 100.0

    def __call__(self, x: Tensor) -> Tensor:
        """Return ds/dx."""
        return 1.0 / (self.scale * x.abs() + 1.0) ** 2


STEEP = SuperSpike()
"""The surrogate of a membrane in units of its threshold, unless another is chosen."""


@dataclass(frozen=True)
class Sigmoid(Checked):
    """ds/dx = k p (1 - p) with p = 1 / (1 + exp(-k x)) and k = scale."""

    scale: float = 4.0

    def __call__(self, x: Tensor) -> Tensor:
        """Return ds/dx."""
        y = self.scale * x
        # As 1 - p, the second factor would lose its digits where p is near 1.
        return self.scale * torch.sigmoid(y) * torch.sigmoid(-y)


@dataclass(frozen=True)
class ArcTan(Checked):
    """ds/dx = scale / (2 (1 + (pi scale x / 2)^2)).

    Source: Fang et al. 2021, doi 10.1109/ICCV48922.2021.00266.
    """

    scale: float = 2.0

    def __call__(self, x: Tensor) -> Tensor:
        """Return ds/dx."""
        return self.scale / (2.0 * (1.0 + (0.5 * math.pi * self.scale * x) ** 2))


@dataclass(frozen=True)
class Triangle(Checked):
    """ds/dx = scale max(0, 1 - scale |x|), of area 1.

    Source: Bellec et al. 2018, arXiv 1803.09574 (there with a height below 1).
    """

    scale: float = 1.0

    def __call__(self, x: Tensor) -> Tensor:
        """Return ds/dx."""
        return self.scale * (1.0 - self.scale * x.abs()).clamp_min(0.0)


SURROGATES: dict[str, type[SuperSpike | Sigmoid | ArcTan | Triangle]] = {
    "superspike": SuperSpike,
    "sigmoid": Sigmoid,
    "arctan": ArcTan,
    "triangle": Triangle,
}


@typed("functional")
def surrogate(name: str, scale: float | None = None) -> SuperSpike | Sigmoid | ArcTan | Triangle:
    """Return the surrogate of that name, with its own scale unless one is given."""
    kind = SURROGATES.get(name)
    if kind is None:
        known = ", ".join(SURROGATES)
        raise InputError(
            f"surrogate: there is no {name!r}{nearest(name, SURROGATES)}; there are {known}"
        )
    return kind() if scale is None else kind(scale)


class _Spike(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, derivative: Surrogate, at_threshold: bool) -> Tensor:
        ctx.save_for_backward(x)
        ctx.derivative = derivative
        return (x >= 0 if at_threshold else x > 0).to(x.dtype)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, None, None]:
        (x,) = ctx.saved_tensors
        return grads[0] * ctx.derivative(x), None, None


@typed("functional")
def spike(x: Tensor, derivative: Surrogate) -> Tensor:
    """Return 1 where x > 0 (strictly), else 0; its gradient is `derivative(x)`."""
    apply: Any = _Spike.apply
    result: Tensor = apply(x, derivative, False)
    return result


@typed("functional")
def spike_from(x: Tensor, derivative: Surrogate) -> Tensor:
    """Return 1 where x >= 0, else 0: a spike at the threshold itself; the gradient of `spike`."""
    apply: Any = _Spike.apply
    result: Tensor = apply(x, derivative, True)
    return result
