"""Deep spiking networks without recurrence: MLPs, VGGs, and residual networks.

Each takes images [B, C, H, W], held for all steps, or frames [T, B, C, H, W], and returns the
readouts' mean over time, [B, n_classes]. Source: Liu et al. 2026, arXiv 2509.23253; residual
networks: Fang et al. 2021, "Deep residual learning in spiking neural networks" (SEW, added).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise

from torch import Tensor, nn

from eccles.arguments import typed
from eccles.errors import InputError, must, nearest, whole
from eccles.functional.soft_reset import SoftResetParameters
from eccles.modes import single_precision
from eccles.nn.block import SpikingLayer, TimeDistributed
from eccles.nn.layers import Layers

Shape = tuple[int, int, int]

_POOL = 0
_WIDEST = 1000
_VGG = {
    "vgg8": (64, _POOL, 128, _POOL, 256, _POOL, 512, _POOL, 512, _POOL),
    "vgg11": (64, _POOL, 128, _POOL, 256, 256, _POOL, *(512, 512, _POOL) * 2),
    "vgg16": (64, 64, _POOL, 128, 128, _POOL, *[256] * 3, _POOL, *(512, 512, 512, _POOL) * 2),
    "vgg19": (64, 64, _POOL, 128, 128, _POOL, *[256] * 4, _POOL, *([512] * 4 + [_POOL]) * 2),
}
_MLP = {
    "mlp2": (500,),
    "mlp4": (500, 500, 300),
    "mlp6": (500, 500, 300, 300, 300),
    "mlp8": (500, 500, 300, 300, 300, 100, 100),
    "mlp12": (*[500] * 4, *[300] * 4, *[100] * 3),
    "mlp16": (*[500] * 5, *[300] * 5, *[100] * 5),
}
_RESNET = {"resnet18": (2, 2, 2, 2), "resnet34": (3, 4, 6, 3)}
"""Blocks of two convolutions with 64, 128, 256 and 512 channels."""


class DeepNetwork(nn.Module):
    """Spiking layers in a row, and readouts.

    Args:
        layers: what makes spikes [T, B, ...] of [T, B, C, H, W].
        readout: what makes currents [T, B, n_classes] of the last layer's spikes.
        n_steps: steps of a sample.
        held: whether inputs are images, which the first layer holds for all steps.
    """

    @typed("deep")
    def __init__(
        self, layers: nn.Sequential, readout: nn.Module, n_steps: int, *, held: bool
    ) -> None:
        super().__init__()
        self.layers = layers
        self.readout = readout
        self.n_steps = n_steps
        self.held = held

    def forward(self, x: Tensor) -> Tensor:
        """Return class scores [B, n_classes] for images [B, C, H, W] or frames [T, B, C, H, W].

        Raises InputError for another number of dimensions, or of steps.
        """
        steps = [] if self.held else [self.n_steps]
        if x.ndim != len(steps) + 4 or list(x.shape[: len(steps)]) != steps:
            accepted = "[B, C, H, W]" if self.held else f"[{self.n_steps}, B, C, H, W]"
            raise must("deep", "the input's shape", accepted, tuple(x.shape))
        spikes = self.layers(x.unsqueeze(0) if self.held else x)
        return single_precision(self.readout(spikes)).mean(dim=0)


class Residual(nn.Module):
    """Two spiking convolutions, whose spikes are added to those of a shortcut.

    Args:
        layers: what makes the convolutions.
        n_inputs, n_units: channels before and after.
        stride: that of the first convolution, and of the shortcut.
        neuron: the neurons' constants.
    """

    def __init__(
        self,
        layers: Layers,
        n_inputs: int,
        n_units: int,
        stride: int,
        neuron: SoftResetParameters,
    ) -> None:
        super().__init__()
        self.first = SpikingLayer(layers.conv(n_inputs, n_units, stride=stride), neuron)
        self.second = SpikingLayer(layers.conv(n_units, n_units), neuron)
        same = stride == 1 and n_inputs == n_units
        self.shortcut: nn.Module = nn.Identity()
        if not same:
            self.shortcut = SpikingLayer(layers.conv(n_inputs, n_units, 1, stride=stride), neuron)

    def forward(self, x: Tensor) -> Tensor:
        """Return spike counts [T, B, n_units, H', W'], >= 0."""
        own: Tensor = self.second(self.first(x))
        added: Tensor = own + self.shortcut(x)
        return added


@typed("deep")
def deep_network(
    name: str,
    layers: Layers,
    shape: Shape,
    n_classes: int,
    *,
    n_steps: int = 4,
    held: bool = True,
    width: float = 1.0,
    neuron: SoftResetParameters | None = None,
    fused: bool = True,
) -> DeepNetwork:
    """Return a network by its name.

    Args:
        name: one of `MODELS`.
        layers: what makes its layers, from `circuit_layers`.
        shape: channels, height and width of an image or frame.
        n_classes: readouts.
        n_steps: steps of a sample.
        held: whether inputs are images, held for all steps, or frames, one a step.
        width: factor on the width of every layer but the readout.
        neuron: the neurons' constants.
        fused: whether layers take one pass over all steps where that fits; see `SpikingLayer`.

    Raises InputError for an unknown name, a width that leaves fewer than 4 units in a layer, and
    images that are too small for the network's pools.
    """
    build = MODELS.get(name)
    if build is None:
        raise InputError(
            f"deep: there is no model {name!r}{nearest(name, MODELS)}; there are "
            f"{', '.join(MODELS)}"
        )
    if len(shape) != 3:
        raise must("deep", "an image's shape", "channels, height and width", tuple(shape))
    whole("deep", "n_steps", n_steps)
    neuron = neuron or SoftResetParameters()
    made, features = build(layers, shape, width, neuron)
    if held:
        _first(made).n_repeats = n_steps
    readout = layers.readout(features, n_classes)
    network = DeepNetwork(nn.Sequential(*made), readout, n_steps, held=held)
    for module in network.modules():
        if isinstance(module, SpikingLayer):
            module.fused = fused
    return network


def _mlp(
    sizes: Sequence[int], layers: Layers, shape: Shape, width: float, neuron: SoftResetParameters
) -> tuple[list[nn.Module], int]:
    widths = [math.prod(shape), *_scaled(sizes, width)]
    units = [SpikingLayer(layers.linear(m, n), neuron) for m, n in pairwise(widths)]
    return [nn.Flatten(2), *units], widths[-1]


def _vgg(
    plan: Sequence[int], layers: Layers, shape: Shape, width: float, neuron: SoftResetParameters
) -> tuple[list[nn.Module], int]:
    channels, *sides = shape
    _check_sides(sides, 2 ** plan.count(_POOL))
    made: list[nn.Module] = []
    for units in _scaled(plan, width):
        if units == _POOL:
            made.append(TimeDistributed(nn.AvgPool2d(2)))
            sides = [side // 2 for side in sides]
        else:
            made.append(SpikingLayer(layers.conv(channels, units), neuron))
            channels = units
    return [*made, nn.Flatten(2)], channels * math.prod(sides)


def _resnet(
    blocks: Sequence[int], layers: Layers, shape: Shape, width: float, neuron: SoftResetParameters
) -> tuple[list[nn.Module], int]:
    channels, *sides = shape
    _check_sides(sides, 8)
    stem, *stages = _scaled((64, 64, 128, 256, 512), width)
    made: list[nn.Module] = [SpikingLayer(layers.conv(channels, stem), neuron)]
    channels = stem
    for k, (units, count) in enumerate(zip(stages, blocks, strict=True)):
        for stride in (1 if k == 0 else 2, *[1] * (count - 1)):
            made.append(Residual(layers, channels, units, stride, neuron))
            channels = units
    return [*made, TimeDistributed(nn.AdaptiveAvgPool2d(1)), nn.Flatten(2)], channels


def _scaled(sizes: Sequence[int], width: float) -> list[int]:
    """Return sizes times a factor; pools stay."""
    if not 0 < width <= _WIDEST:
        raise must("deep", "width", f"a number above 0 and at most {_WIDEST}", width)
    scaled = [round(size * width) for size in sizes]
    if any(units < 4 for units, size in zip(scaled, sizes, strict=True) if size != _POOL):
        least = 4 / min(size for size in sizes if size != _POOL)
        accepted = f"{least:.2g} or more, for 4 units in every layer"
        raise must("deep", "width", accepted, width)
    return scaled


def _check_sides(sides: Sequence[int], least: int) -> None:
    if min(sides) < least:
        accepted = f"{least} pixels or more for the network's pools"
        raise must("deep", "an image's sides", accepted, tuple(sides), "pad it, or a smaller model")


def _first(made: Sequence[nn.Module]) -> SpikingLayer:
    return next(module for module in made if isinstance(module, SpikingLayer))


Build = Callable[[Layers, Shape, float, SoftResetParameters], tuple[list[nn.Module], int]]

MODELS: dict[str, Build] = {
    **{name: partial(_mlp, sizes) for name, sizes in _MLP.items()},
    **{name: partial(_vgg, plan) for name, plan in _VGG.items()},
    **{name: partial(_resnet, blocks) for name, blocks in _RESNET.items()},
}
"""The networks by name: SEW-ResNet-18 is "resnet18"."""
