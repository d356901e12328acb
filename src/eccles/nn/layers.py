"""The layers of a deep network by kind of circuit: E-I circuits and what they are compared with."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Any, Literal, get_args

import numpy as np
import torch
from torch import nn
from torch.nn.utils import skip_init

from eccles.arguments import typed
from eccles.errors import InputError, nearest
from eccles.nn.block import TimeDistributed
from eccles.nn.column import ColumnConv2d, ColumnLinear
from eccles.nn.ei_layers import EIConv2d, EILinear, EIReadout
from eccles.nn.rules import CircuitRules

Circuit = Literal["ei", "bn", "plain", "dann", "colei", "free", "balanced"]
"""E-I circuit; batch norm; neither; DANN's circuit; signs by column; E-I without projection; E-I
that keeps its balance."""


@dataclass(frozen=True)
class Layers:
    """Makes the layers of one network, each [T, B, ...] -> [T, B, ...].

    Attributes:
        circuit: the kind.
        rules: switches of the E-I circuit, where the kind has one.
        random: initial weights of the kinds that have no E-I circuit.
    """

    circuit: Circuit
    rules: CircuitRules
    random: np.random.Generator

    @property
    def is_circuit(self) -> bool:
        """Whether the layers are E-I circuits, to be initialised from a batch."""
        return self.circuit in _RULES

    def linear(self, n_inputs: int, n_units: int) -> nn.Module:
        """Return fully connected units."""
        if self.is_circuit:
            return EILinear(n_inputs, n_units, self.rules)
        if self.circuit == "colei":
            return TimeDistributed(ColumnLinear(n_inputs, n_units, self.random))
        made = _empty(nn.Linear, n_inputs, n_units)
        return self._normed(made, nn.BatchNorm1d, n_units)

    def conv(
        self, n_inputs: int, n_units: int, kernel_size: int = 3, *, stride: int = 1
    ) -> nn.Module:
        """Return a convolution that pads by half its kernel."""
        if self.is_circuit:
            return EIConv2d(n_inputs, n_units, kernel_size, stride=stride, rules=self.rules)
        if self.circuit == "colei":
            return TimeDistributed(
                ColumnConv2d(n_inputs, n_units, kernel_size, stride=stride, random=self.random)
            )
        padding = kernel_size // 2
        made = _empty(nn.Conv2d, n_inputs, n_units, kernel_size, stride=stride, padding=padding)
        return self._normed(made, nn.BatchNorm2d, n_units)

    def readout(self, n_inputs: int, n_classes: int) -> nn.Module:
        """Return readouts, which have no neurons after them."""
        if self.is_circuit:
            return EIReadout(n_inputs, n_classes, self.rules)
        if self.circuit == "colei":
            return TimeDistributed(ColumnLinear(n_inputs, n_classes, self.random))
        layer = _empty(nn.Linear, n_inputs, n_classes)
        self._draw(layer)
        return TimeDistributed(layer)

    def _normed(
        self, layer: nn.Linear | nn.Conv2d, norm: Callable[..., nn.Module], n_units: int
    ) -> nn.Module:
        self._draw(layer)
        if self.circuit == "plain":
            return TimeDistributed(layer)
        layer.bias = None
        return TimeDistributed(
            nn.Sequential(layer, norm(n_units, dtype=torch.float32, device="cpu"))
        )

    @torch.no_grad()
    def _draw(self, layer: nn.Linear | nn.Conv2d) -> None:
        """Draw a layer's weights from N(0, 2 / fan-in), biases zero (He et al. 2015)."""
        std = math.sqrt(2.0 / layer.weight[0].numel())
        normal = std * self.random.standard_normal(tuple(layer.weight.shape))
        layer.weight.copy_(torch.from_numpy(normal))
        assert layer.bias is not None
        layer.bias.zero_()


@typed("deep")
def circuit_layers(circuit: str, random: np.random.Generator, **switches: Any) -> Layers:
    """Return what makes the layers of a kind of circuit.

    Args:
        circuit: the kind.
        random: where weights come from that no batch decides.
        switches: fields of `CircuitRules` that differ from those of the kind.

    Raises InputError for an unknown kind, and for switches of a kind that has no E-I circuit.
    """
    known = get_args(Circuit)
    if circuit not in known:
        raise InputError(
            f"deep: there is no circuit {circuit!r}{nearest(circuit, known)}; there are "
            f"{', '.join(known)}"
        )
    if switches and circuit not in _RULES:
        raise InputError(
            f"deep: {', '.join(switches)} must be left alone with circuit {circuit}, which has no "
            f"inhibitory units; they are switches of {', '.join(_RULES)}"
        )
    switchable = [field.name for field in fields(CircuitRules)]
    for name in switches:
        if name not in switchable:
            raise InputError(
                f"deep: there is no switch {name!r}{nearest(name, switchable)}; there are "
                f"{', '.join(switchable)}"
            )
    rules = replace(_RULES.get(circuit, CircuitRules()), **switches)
    return Layers(circuit, rules, random)  # type: ignore[arg-type]


_RULES = {
    "ei": CircuitRules(),
    "dann": CircuitRules.of_dann(),
    "free": CircuitRules(dale=False),
    "balanced": CircuitRules.of_balance(),
}


def _empty(kind: type[nn.Module], *sizes: int, **options: Any) -> Any:
    """Return a layer whose weights aren't drawn, so that torch's own random stream isn't moved.

    It is on a CPU: `skip_init` takes that, and not torch's default, unless another is asked for.
    """
    make: Any = skip_init
    return make(kind, *sizes, **options, dtype=torch.float32)
