"""The trace of one sample through a network, from its input spikes to the readouts."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from eccles import functional
from eccles.engines.pool.dense import run
from eccles.events import SpikeEvents
from eccles.nn.shallow import EINetwork
from eccles.nn.spiking import SpikingNetwork
from eccles.training.measures.snapshot import Snapshot

_EXCITATORY, _INHIBITORY = 3, 2
"""Neurons of a group whose membranes are shown, by what they do."""


@torch.no_grad()
def trace(snapshot: Snapshot, sample: int = 0) -> list[dict[str, Any]]:
    """Return the trace of a test sample, by the plain equations: a row a spike or potential.

    All input and hidden spikes (value 1, or the number of spikes of a unit in one step), the
    membrane potentials of the neurons that fire most, three of each group that excites and two of
    one that inhibits, at the T steps, and the potential of every readout at the T + 1 steps.
    """
    events, labels = snapshot.samples.test.batch([sample])
    inputs, spikes, membranes, readouts = _course(snapshot.network, events)
    counts = spikes[:, 0].sum(dim=0).cpu().numpy()
    shown = [
        unit
        for name, units in snapshot.groups.items()
        for unit in _busiest(
            counts, units, _INHIBITORY if snapshot.signs[name] < 0 else _EXCITATORY
        )
    ]
    rows = []
    for kind, values, units in (
        ("input", inputs, None),
        ("hidden", spikes, None),
        ("membrane", membranes, shown),
        ("readout", readouts, range(readouts.shape[2])),
    ):
        table = values[:, 0].cpu().numpy()
        # Of spikes those that there are, of potentials every step.
        cells = (
            np.argwhere(table).tolist()
            if units is None
            else [[step, unit] for unit in units for step in range(len(table))]
        )
        rows += [
            {
                "sample": sample,
                "label": int(labels[0]),
                "kind": kind,
                "unit": unit,
                "step": step,
                "value": float(table[step, unit]),
            }
            for step, unit in cells
        ]
    return rows


def _course(network: EINetwork | SpikingNetwork, events: SpikeEvents) -> tuple[Tensor, ...]:
    """Return input spikes, spikes and membranes of all neurons, and readouts, by the equations."""
    some = next(network.parameters())
    inputs = events.to_dense(some.dtype, some.device)
    if not isinstance(network, EINetwork):
        membranes: list[Tensor] = []
        readouts, spikes = run(network.wiring, network.weights, inputs, membranes)
        return inputs, spikes, torch.stack(membranes), readouts
    w1, w2 = network.weights
    spikes, _, potentials = functional.lif(inputs @ w1, network.neuron)
    return inputs, spikes, potentials, functional.readout(spikes @ w2, network.neuron)


def _busiest(counts: NDArray[Any], neurons: slice, n: int) -> list[int]:
    """Return the n neurons of a kind that fire most, of equal ones the first."""
    own = np.arange(len(counts))[neurons]
    order = np.argsort(-counts[neurons], kind="stable")
    return sorted(own[order[:n]].tolist())
