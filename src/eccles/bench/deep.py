"""Deep networks: neurons in one pass beside a loop over steps, E-I circuits beside batch norm.

Both networks of a comparison have the same neurons, in one pass, images held for all steps, and
channels last in memory, which is each one's quickest layout here. Images are noise, made up for
the clock alone: no operation is quicker for a spike less.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from eccles.bench.timing import interleaved, ratio
from eccles.engines import deep
from eccles.errors import RunError
from eccles.functional.soft_reset import SoftResetParameters, soft_reset
from eccles.init.ei_init import ei_init
from eccles.nn.circuit import EIConv2d

NEURONS = "4 steps, 32 samples of 64 x 32 x 32"
NETWORK = "VGG-8, batch 32, 4 steps"

_STEPS, _BATCH, _SIDE, _CLASSES = 4, 32, 32, 10
_WIDTHS = (64, 128, 256, 512, 512)
_SAME = 1e-4
_NEURON = SoftResetParameters()


class Ratios(NamedTuple):
    """What one run came to.

    Attributes:
        neurons: how many times longer the loop takes than one pass, both ways each.
        circuits: how many times longer a step with E-I circuits takes than one with batch norm.
    """

    neurons: float | None
    circuits: float | None


def measure(*, threads: int, rounds: int, turn: float, small: bool = False) -> Ratios:
    """Time both comparisons, in turns.

    Args:
        threads: torch's threads, which the kernels share.
        rounds, turn: as `eccles.bench.timing.interleaved` takes them.
        small: an eighth of all sizes, to see that it works.

    Raises RunError where one pass doesn't come to what the loop does.
    """
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(threads)
        neurons = interleaved(_neurons(8 if small else 64), rounds=rounds, turn=turn)
        steps = {"ei": _step(EIConv2d, small), "bn": _step(_Normalised, small)}
        circuits = interleaved(steps, rounds=rounds, turn=turn)
    finally:
        torch.set_num_threads(before)
    return Ratios(
        ratio(neurons["loop"], neurons["one pass"]), ratio(circuits["ei"], circuits["bn"])
    )


def _neurons(channels: int) -> dict[str, Callable[[], Tensor]]:
    """Return forward and backward passes of neurons, which return the currents' gradient."""
    random = torch.Generator().manual_seed(0)
    shape = (_STEPS, _BATCH, channels, _SIDE, _SIDE)
    currents = torch.randn(shape, generator=random).requires_grad_()
    upstream = torch.randn(shape, generator=random)

    def both_ways(spikes: Callable[[], Tensor]) -> Callable[[], Tensor]:
        return lambda: torch.autograd.grad(spikes(), currents, upstream)[0]

    loop = both_ways(lambda: soft_reset(currents, _NEURON)[0])
    one_pass = both_ways(lambda: deep.soft_reset(currents, _NEURON))
    wanted = loop()
    difference = float((one_pass() - wanted).abs().max() / wanted.abs().max())
    if not difference < _SAME:
        raise RunError(
            f"bench: neurons in one pass must come to what the loop does, got gradients "
            f"{difference:.2g} apart"
        )
    return {"loop": loop, "one pass": one_pass}


class _Normalised(nn.Module):
    """A convolution and batch norm, where the twin has an E-I circuit."""

    def __init__(self, n_inputs: int, n_units: int) -> None:
        super().__init__()
        self.weight = nn.Conv2d(n_inputs, n_units, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(n_units)

    def spikes(self, x: Tensor, neuron: SoftResetParameters, n_steps: int | None = None) -> Tensor:
        """Return spikes, as `EIConv2d.spikes` does."""
        current: Tensor = self.norm(self.weight(x.flatten(0, 1)))
        return deep.soft_reset(current.reshape(*x.shape[:2], *current.shape[1:]), neuron, n_steps)


class _Network(nn.Module):
    """VGG-8 of layers of one kind: each is followed by a pool; a dense readout ends it."""

    def __init__(self, layer: type[EIConv2d] | type[_Normalised], widths: tuple[int, ...]) -> None:
        super().__init__()
        pairs = zip((1, *widths), widths, strict=False)
        self.layers = nn.ModuleList(layer(n_inputs, n_units) for n_inputs, n_units in pairs)
        self.readout = nn.Linear(widths[-1], _CLASSES)

    def forward(self, x: Tensor) -> Tensor:
        """Return class scores [B, n_classes] of images [B, 1, 32, 32]."""
        x = x[None]
        for layer in self.layers:
            assert isinstance(layer, EIConv2d | _Normalised)
            spikes = layer.spikes(x, _NEURON, _STEPS)
            pooled = functional.avg_pool2d(spikes.flatten(0, 1), 2)
            x = pooled.reshape(_STEPS, -1, *pooled.shape[1:])
        scores: Tensor = self.readout(x.flatten(2)).mean(dim=0)
        return scores


def _step(layer: type[EIConv2d] | type[_Normalised], small: bool) -> Callable[[], object]:
    """Return a training step of a network of such layers."""
    random = torch.Generator().manual_seed(0)
    images = torch.rand(_BATCH, 1, _SIDE, _SIDE, generator=random)
    labels = torch.arange(_BATCH) % _CLASSES
    network = _Network(layer, tuple(width // 8 if small else width for width in _WIDTHS))
    if layer is EIConv2d:
        ei_init(network, images)
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    descent = torch.optim.SGD(network.parameters(), 1e-4, momentum=0.9, weight_decay=5e-4)

    def step() -> None:
        descent.zero_grad()
        torch.autograd.backward(functional.cross_entropy(network(images), labels))
        descent.step()

    return step
