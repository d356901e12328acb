"""A layer and its neurons: what deep networks are stacked from.

Tensors are [T, B, ...]. Layers have no memory, so steps are merged into the batch for them; only
neurons see time.
"""

from __future__ import annotations

from torch import Tensor, nn

from eccles.arguments import typed
from eccles.engines.deep import engine as deep
from eccles.errors import whole
from eccles.functional.soft_reset import SoftResetParameters
from eccles.modes import single_precision
from eccles.nn.circuit import EICircuit


class TimeDistributed(nn.Module):
    """Any module of PyTorch's, applied to all steps at once: [T, B, ...] -> [T, B, ...].

    Args:
        module: what takes [N, ...], such as `nn.Conv2d` or a sequence with `nn.BatchNorm2d`.
    """

    @typed("TimeDistributed")
    def __init__(self, module: nn.Module) -> None:
        super().__init__()
        self.module = module

    def forward(self, x: Tensor) -> Tensor:
        """Return what the module makes of all steps."""
        result: Tensor = self.module(x.flatten(0, 1))
        return result.reshape(*x.shape[:2], *result.shape[1:])


class SpikingLayer(nn.Module):
    """A layer and the soft-reset neurons that integrate its currents.

    Args:
        layer: an E-I circuit, or any module [T, B, ...] -> [T, B, ...].
        neuron: the neurons' constants.
        n_repeats: steps for which an input of one step, [1, B, ...], is repeated: an image that
            doesn't change drives the same current at each step, which is then computed once.
        fused: whether division, integration and spikes take one pass over all steps where that
            fits (see `eccles.engines.deep.engine`), rather than the equations one after the other.
    """

    @typed("SpikingLayer")
    def __init__(
        self,
        layer: nn.Module,
        neuron: SoftResetParameters | None = None,
        *,
        n_repeats: int = 1,
        fused: bool = True,
    ) -> None:
        super().__init__()
        self.layer = layer
        self.neuron = neuron or SoftResetParameters()
        whole("SpikingLayer", "n_repeats", n_repeats)
        self.n_repeats = n_repeats
        self.fused = fused

    def forward(self, x: Tensor) -> Tensor:
        """Return spikes [T, B, ...]."""
        n_steps = self.n_repeats * len(x)
        if self.fused and isinstance(self.layer, EICircuit):
            return self.layer.spikes(x, self.neuron, n_steps)
        current = single_precision(self.layer(x))
        if self.fused:
            return deep.soft_reset(current, self.neuron, n_steps)
        return deep.step_by_step(current, self.neuron, n_steps)
