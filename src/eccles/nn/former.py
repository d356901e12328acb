"""Former names of layers, which leave after this version."""

from __future__ import annotations

from typing import Any

from torch import nn

from eccles.arguments import typed
from eccles.former import warn
from eccles.functional.soft_reset import SoftResetParameters
from eccles.nn.block import SpikingLayer, TimeDistributed


class OverSteps(TimeDistributed):
    """Any module applied to all steps at once: say `TimeDistributed` instead."""

    def __init__(self, module: nn.Module) -> None:
        super().__init__(module)
        warn("eccles.nn.OverSteps", "eccles.nn.TimeDistributed(module)")


class Spiking(SpikingLayer):
    """A layer and its neurons: say `SpikingLayer` instead, whose `hold` is `n_repeats`."""

    @typed("Spiking")
    def __init__(
        self,
        layer: nn.Module,
        neuron: SoftResetParameters | None = None,
        *,
        hold: int = 1,
        **settings: Any,
    ) -> None:
        super().__init__(layer, neuron, n_repeats=hold, **settings)
        new = "eccles.nn.SpikingLayer(layer, neuron, n_repeats=...)"
        warn("eccles.nn.Spiking", new, stacklevel=4)
