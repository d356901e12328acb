"""E-I circuits as layers: fully connected units, maps, and readouts.

Source: Liu et al. 2026, arXiv 2509.23253.
"""

from __future__ import annotations

from typing import Any

from torch import Tensor
from torch.nn import functional

from eccles.arguments import typed
from eccles.errors import must, whole
from eccles.nn.circuit import EICircuit
from eccles.nn.rules import CircuitRules


class EILinear(EICircuit):
    """An E-I circuit of fully connected units: [..., n_inputs] -> [..., n_units].

    Args:
        n_inputs: input units.
        n_units: excitatory units; a quarter as many inhibitory ones are added.
        rules: its switches; the published ones unless given.
    """

    @typed("EILinear")
    def __init__(
        self, n_inputs: int, n_units: int, rules: CircuitRules | None = None, **kept: Any
    ) -> None:
        super().__init__((n_inputs,), n_units, rules, **kept)

    def samples(self, x: Tensor) -> Tensor:
        """Return an input [..., n_inputs] as [N, n_inputs]."""
        if x.ndim < 2 or x.shape[-1] != self.fan_in:
            accepted = f"[..., {self.fan_in}]"
            raise must(type(self).__name__, "the input's shape", accepted, tuple(x.shape))
        return x.reshape(-1, self.fan_in)

    def drive(self, x: Tensor, weight: Tensor) -> Tensor:
        """Return x weight^T, [N, n]."""
        return x @ weight.T


class EIReadout(EILinear):
    """The last layer: excitation less subtractive inhibition, without division, gain or bias.

    Args:
        n_inputs: input units.
        n_classes: readouts.
        rules: its switches; the published ones unless given.
    """

    @typed("EIReadout")
    def __init__(self, n_inputs: int, n_classes: int, rules: CircuitRules | None = None) -> None:
        super().__init__(n_inputs, n_classes, rules, readout=True)


class EIConv2d(EICircuit):
    """An E-I circuit of maps: [..., n_inputs, H, W] -> [..., n_units, H', W'].

    Inhibition acts across the channels of one position.

    Args:
        n_inputs: input channels.
        n_units: excitatory channels; a quarter as many inhibitory ones are added.
        kernel_size, stride, padding: those of both convolutions, the same along both sides;
            padding is half the kernel unless given.
        rules: its switches; the published ones unless given.
    """

    @typed("EIConv2d")
    def __init__(
        self,
        n_inputs: int,
        n_units: int,
        kernel_size: int = 3,
        *,
        stride: int = 1,
        padding: int | None = None,
        rules: CircuitRules | None = None,
    ) -> None:
        whole("EIConv2d", "kernel_size", kernel_size)
        whole("EIConv2d", "stride", stride)
        super().__init__((n_inputs, kernel_size, kernel_size), n_units, rules)
        self.stride = stride
        self.padding = kernel_size // 2 if padding is None else padding
        whole("EIConv2d", "padding", self.padding, 0)

    def samples(self, x: Tensor) -> Tensor:
        """Return an input [..., n_inputs, H, W] as [N, n_inputs, H, W]."""
        n_inputs, kernel, _ = self.input_to_excitatory.shape[1:]
        if x.ndim < 4 or x.shape[-3] != n_inputs:
            accepted = f"[..., {n_inputs}, height, width]"
            raise must("EIConv2d", "the input's shape", accepted, tuple(x.shape))
        if min(x.shape[-2:]) + 2 * self.padding < kernel:
            accepted = f"{kernel - 2 * self.padding} or more"
            raise must("EIConv2d", "an image's sides", accepted, tuple(x.shape[-2:]))
        return x.flatten(0, -4)

    def drive(self, x: Tensor, weight: Tensor) -> Tensor:
        """Return the convolution of maps, [N, n, H', W']."""
        return functional.conv2d(x, weight, stride=self.stride, padding=self.padding)
