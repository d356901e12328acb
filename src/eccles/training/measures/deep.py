"""What a run of a deep network may measure besides accuracy: a table for each measure."""

from __future__ import annotations

import math
from copy import deepcopy
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from eccles.init.moments import Moments
from eccles.measures.circuits import COLUMNS, current_statistics
from eccles.measures.histogram import COLUMNS as BIN_COLUMNS
from eccles.measures.weights import COLUMNS as WEIGHT_COLUMNS
from eccles.measures.weights import weight_statistics
from eccles.nn.block import SpikingLayer
from eccles.training.measures.currents import Seen, current_histograms, watching
from eccles.training.measures.groups import Measure, Rows
from eccles.training.measures.snapshot import Snapshot

_LOOKED_AT = 64
"""Training samples on which layers are looked at: the first ones."""

_AT_ONCE = 16
"""Of these, samples of which all currents are in memory at once."""


def look(network: nn.Module, inputs: Tensor, labels: Tensor) -> Rows:
    """Return a row a spiking layer: rate, gradient norm, and what its currents were like.

    The rate is in spikes a neuron and step. The gradient is that of the cross-entropy with respect
    to the weights from the layer's input, its norm over all of them. Layers that have no E-I
    circuit have numbers of I_int alone. `expected_std` is the spread of I_int that E-I Init would
    give the layer for the input that it gets, where inhibitory units are graded. The network is
    left as it was: a copy is trained on.

    Args:
        network: takes inputs, returns scores [B, C].
        inputs: a batch, as the network takes it.
        labels: classes, int64 [B].
    """
    copied = deepcopy(network)
    device = next(copied.parameters()).device
    layers = {name: m for name, m in copied.named_modules() if isinstance(m, SpikingLayer)}
    none = dict.fromkeys(["spikes_per_step", "gradient_norm", "expected_std", *COLUMNS])
    rows: dict[str, dict[str, Any]] = {name: {"layer": name, **none} for name in layers}

    def tell(name: str, seen: Seen) -> None:
        if seen.currents is None or seen.given is None:
            std, mean = torch.std_mean(seen.integrated.double(), correction=0)
            rows[name] |= {"integrated_mean": float(mean), "integrated_std": float(std)}
            return
        layer: Any = layers[name].layer
        rows[name] |= current_statistics(seen.currents, seen.integrated)
        if layer.rules.inhibitory_spikes is None:
            rows[name]["expected_std"] = _expected_std(seen.given, layer.n_inhibitory)

    def after(row: dict[str, Any], _module: nn.Module, _given: object, spikes: Tensor) -> None:
        row["spikes_per_step"] = float(spikes.detach().double().mean())

    for name, module in layers.items():
        module.register_forward_hook(partial(after, rows[name]))
    with watching(copied.train(), tell):
        loss = cross_entropy(copied(inputs.to(device)), labels.to(device))
    loss.backward()  # type: ignore[no-untyped-call]
    for name, module in layers.items():
        weight = next(p for p in module.parameters() if p.ndim > 1)
        grad = torch.zeros_like(weight) if weight.grad is None else weight.grad
        rows[name]["gradient_norm"] = float(grad.double().norm())
    return list(rows.values())


def _expected_std(x: Tensor, n_inhibitory: int) -> float:
    """Return sqrt((1 + 1/n_I) m2 / (m2 + V)) for an input [N, ...]; NaN where it is silent."""
    x = x.double()
    found = Moments(
        float(x.mean()), float(x.square().mean()), float(x.var(dim=0, correction=0).mean())
    )
    return found.expected_std(n_inhibitory) if found.mean_square else math.nan


def _layers(snapshot: Snapshot) -> Rows:
    """Return a row a spiking layer, on the first training samples."""
    inputs, labels = snapshot.samples.train.batch(slice(0, _LOOKED_AT))
    return look(snapshot.network, inputs, labels)


def _currents(snapshot: Snapshot) -> Rows:
    """Return a row a layer, current and bin, over the first training samples."""
    train = snapshot.samples.train
    n = min(_LOOKED_AT, len(train))
    parts = (slice(first, min(first + _AT_ONCE, n)) for first in range(0, n, _AT_ONCE))
    return current_histograms(snapshot.network, (train.batch(part)[0] for part in parts))


def _weights(snapshot: Snapshot) -> Rows:
    """Return a row a parameter that is a matrix or a kernel: count, share of zeros, spread."""
    return [
        {"projection": name, **weight_statistics(weight.detach().cpu().numpy())}
        for name, weight in snapshot.network.named_parameters()
        if weight.ndim > 1
    ]


DEEP_MEASURES = {
    "layers": Measure(
        {
            "layer": "VARCHAR",
            "spikes_per_step": "DOUBLE",
            "gradient_norm": "DOUBLE",
            "expected_std": "DOUBLE",
            **COLUMNS,
        },
        _layers,
    ),
    "currents": Measure({"layer": "VARCHAR", "current": "VARCHAR", **BIN_COLUMNS}, _currents),
    "weights": Measure({"projection": "VARCHAR", **WEIGHT_COLUMNS}, _weights),
}
"""The measures that a run of a deep network can take, by name; "classes" is always taken."""
