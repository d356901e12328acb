"""One sample's trip through the network, from its input spikes to the readouts."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from eccles import functional
from eccles.training.moment import Moment

_EXCITATORY, _INHIBITORY = 3, 2
"""Neurons of each kind whose membranes are shown."""


@torch.no_grad()
def trip(moment: Moment, sample: int = 0) -> list[dict[str, Any]]:
    """Return all that a test sample causes, by the plain equations, a row a number.

    All input and hidden spikes (value 1, or the number of spikes of a unit in one step), the
    membrane potentials of the three excitatory and two inhibitory neurons that fire most, at the T
    steps, in units of the threshold, and the potential of every readout at the T + 1 steps.
    """
    network, test = moment.network, moment.samples.test
    events, labels = test.batch([sample])
    w1, w2 = network.weights
    inputs = events.to_dense(w1.dtype, w1.device)
    spikes, _, membranes = functional.lif(inputs @ w1, network.neuron)
    readouts = functional.readout(spikes @ w2, network.neuron)
    counts = spikes[:, 0].sum(dim=0).cpu().numpy()
    shown = [
        *_busiest(counts, network.hidden["E"], _EXCITATORY),
        *_busiest(counts, network.hidden["I"], _INHIBITORY),
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
        places = (
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
            for step, unit in places
        ]
    return rows


def _busiest(counts: NDArray[Any], neurons: slice, n: int) -> list[int]:
    """Return the n neurons of a kind that fire most, of equal ones the first."""
    own = np.arange(len(counts))[neurons]
    order = np.argsort(-counts[neurons], kind="stable")
    return sorted(own[order[:n]].tolist())
