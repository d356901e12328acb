"""Dale's principle by columns: every input unit excites or inhibits, W = W_pos D, D = +-1.

A baseline without separate inhibitory units or division. Every fifth input unit inhibits, which
is 80:20; a bias of either sign is added. At the start W_pos is exponential, with a mean of
0.5 / sqrt(d) for inputs that excite and four times that for those that inhibit: the two balance,
and a unit's weights have a mean square of 2 / d together.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from eccles.arguments import typed


class _Column(nn.Module):
    def __init__(self, n_units: int, shape: tuple[int, ...], random: np.random.Generator) -> None:
        super().__init__()
        signs = torch.ones(shape[0], *[1] * (len(shape) - 1), dtype=torch.float32, device="cpu")
        signs[4::5] = -1.0
        self.register_buffer("signs", signs, persistent=False)
        self.signs: Tensor
        scale = 0.5 / math.sqrt(math.prod(shape))
        weight = torch.from_numpy(scale * random.standard_exponential((n_units, *shape))).float()
        weight[:, 4::5] *= 4.0
        self.weight = nn.Parameter(weight)
        self.bias = nn.Parameter(torch.zeros(n_units, dtype=torch.float32, device="cpu"))

    def magnitudes(self) -> dict[str, Tensor]:
        """Return the weights, which Dale's principle keeps at 0 or above."""
        return {"weight": self.weight}


class ColumnLinear(_Column):
    """Fully connected units: [N, n_inputs] -> [N, n_units].

    Args:
        n_inputs: input units.
        n_units: units.
        random: where the weights come from.
    """

    @typed("ColumnLinear")
    def __init__(self, n_inputs: int, n_units: int, random: np.random.Generator) -> None:
        super().__init__(n_units, (n_inputs,), random)

    def forward(self, x: Tensor) -> Tensor:
        """Return x (W_pos D)^T + b."""
        return functional.linear(x, self.weight * self.signs, self.bias)


class ColumnConv2d(_Column):
    """Maps: [N, n_inputs, H, W] -> [N, n_units, H', W'].

    Args:
        n_inputs: input channels.
        n_units: channels.
        kernel_size, stride: those of the convolution, which pads by half its kernel.
        random: where the weights come from.
    """

    @typed("ColumnConv2d")
    def __init__(
        self,
        n_inputs: int,
        n_units: int,
        kernel_size: int = 3,
        *,
        stride: int = 1,
        random: np.random.Generator,
    ) -> None:
        super().__init__(n_units, (n_inputs, kernel_size, kernel_size), random)
        self.options: dict[str, Any] = {"stride": stride, "padding": kernel_size // 2}

    def forward(self, x: Tensor) -> Tensor:
        """Return the convolution with W_pos D, and b."""
        return functional.conv2d(x, self.weight * self.signs, self.bias, **self.options)
