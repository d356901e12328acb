"""What a run of a deep network may measure besides accuracy: a table for each measure."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from eccles.measures.circuits import COLUMNS, current_statistics
from eccles.measures.weights import COLUMNS as WEIGHT_COLUMNS
from eccles.measures.weights import weight_statistics
from eccles.nn.block import Spiking
from eccles.nn.circuit import EICircuit
from eccles.training.measures import Measure, Rows
from eccles.training.samples import Samples

_LOOKED_AT = 64
"""Training samples on which layers are looked at: the first ones."""


@dataclass(frozen=True, eq=False)
class DeepMoment:
    """What a measure may look at, and must leave as it is.

    Attributes:
        network: the network after the epoch.
        samples: what it is trained and tested on.
        epoch: -1 before training, then from 0.
    """

    network: nn.Module
    samples: Samples
    epoch: int

    @cached_property
    def layers(self) -> Rows:
        """What every layer did with the first training samples, in training."""
        inputs, labels = self.samples.train.batch(slice(0, _LOOKED_AT))
        return look(self.network, inputs, labels)


def look(network: nn.Module, inputs: Tensor, labels: Tensor) -> Rows:
    """Return a row a spiking layer: rate, gradient norm, and what its currents were like.

    The rate is in spikes a neuron and step. The gradient is that of the cross-entropy with respect
    to the weights from the layer's input, its norm over all of them. Layers that have no E-I
    circuit have no numbers of currents. The network is left as it was: a copy is trained on.

    Args:
        network: takes inputs, returns scores [B, C].
        inputs: a batch, as the network takes it.
        labels: classes, int64 [B].
    """
    copied = deepcopy(network)
    device = next(copied.parameters()).device
    layers = {name: m for name, m in copied.named_modules() if isinstance(m, Spiking)}
    rows: dict[str, dict[str, Any]] = {name: {"layer": name} for name in layers}

    @torch.no_grad()
    def before(row: dict[str, Any], circuit: EICircuit, given: tuple[Tensor, ...]) -> None:
        x = circuit.samples(given[0])
        # Not circuit(x), which would come here again.
        row |= current_statistics(circuit.currents(x), circuit.forward(x))

    def after(row: dict[str, Any], _module: nn.Module, _given: object, spikes: Tensor) -> None:
        row["spikes_per_step"] = float(spikes.detach().double().mean())

    for name, module in layers.items():
        module.register_forward_hook(partial(after, rows[name]))
        if isinstance(module.layer, EICircuit):
            module.layer.register_forward_pre_hook(partial(before, rows[name]))
    loss = cross_entropy(copied.train()(inputs.to(device)), labels.to(device))
    loss.backward()  # type: ignore[no-untyped-call]
    for name, module in layers.items():
        weight = next(p for p in module.parameters() if p.ndim > 1)
        grad = torch.zeros_like(weight) if weight.grad is None else weight.grad
        rows[name]["gradient_norm"] = float(grad.double().norm())
    none = dict.fromkeys(["spikes_per_step", "gradient_norm", *COLUMNS])
    return [{**none, **row} for row in rows.values()]


def _layers(moment: DeepMoment) -> Rows:
    return moment.layers


def _weights(moment: DeepMoment) -> Rows:
    """Return a row a parameter that is a matrix or a kernel: count, share of zeros, spread."""
    return [
        {"projection": name, **weight_statistics(weight.detach().cpu().numpy())}
        for name, weight in moment.network.named_parameters()
        if weight.ndim > 1
    ]


DEEP_MEASURES = {
    "layers": Measure(
        {
            "layer": "VARCHAR",
            "spikes_per_step": "DOUBLE",
            "gradient_norm": "DOUBLE",
            **COLUMNS,
        },
        _layers,
    ),
    "weights": Measure({"projection": "VARCHAR", **WEIGHT_COLUMNS}, _weights),
}
"""The measures that a run of a deep network can take, by name; "classes" is always taken."""
