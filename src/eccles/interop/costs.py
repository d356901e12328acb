"""What a network's answers cost, in NeuroBench's counts (2.3), by projection, group and sign.

Operations are those of a sample. At every step each projection is a layer that is called once:

    dense      all pairs of a unit and a neuron, whether anything happens or not
    effective  pairs of a unit that isn't silent and a weight that isn't 0: accumulates (ACs) where
               the unit has one spike, multiplications with them (MACs) where it has several

A projection that isn't there isn't counted, nor is a weight that Dale's projection has set to 0.
NeuroBench decides between ACs and MACs for a whole batch at a step, so that one unit with two
spikes makes MACs of all: `as_neurobench` does so too. Source: Yik et al. 2025, doi
10.1038/s41467-025-56739-4.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor

from eccles.arguments import typed
from eccles.engines.pool.dense import run
from eccles.errors import whole
from eccles.events import SpikeEvents
from eccles.interop.model import check_samples, model_of
from eccles.network.summary import SIGNS
from eccles.nn.shallow import EINetwork
from eccles.nn.spiking import SpikingNetwork

Rows = list[dict[str, Any]]


@dataclass(frozen=True, eq=False)
class Cost:
    """Counts over some samples; of operations and updates the mean of a sample.

    Attributes:
        samples: how many.
        projections: a row a projection: its name, the sign of what it comes from ("input" for the
            input), events, dense, acs, macs, connection_sparsity.
        groups: a row a group: its name, sign, neurons, spikes, activation_sparsity,
            membrane_updates.
        parameters: number of weights of all projections.
        footprint: their bytes, and those of masks, which projections have that lack connections.
        zeros: weights that are 0.
    """

    samples: int
    projections: Rows
    groups: Rows
    parameters: int
    footprint: int
    zeros: int
    n_steps: int

    def total(self, column: str, sign: str | None = None) -> float:
        """Return the sum of a column over all projections, or those of a sign."""
        rows = (row for row in self.projections if sign is None or row["from"] == sign)
        return float(sum(row[column] for row in rows))

    @property
    def connection_sparsity(self) -> float:
        """Share of weights that are 0, over all projections."""
        return self.zeros / max(1, self.parameters)

    def activation_sparsity(self, sign: str | None = None) -> float:
        """Return 1 - spikes / (neurons x steps), of all neurons or those of a sign."""
        rows = [row for row in self.groups if sign is None or row["sign"] == sign]
        cells = sum(row["neurons"] for row in rows) * self.n_steps
        return 1.0 - sum(row["spikes"] for row in rows) / cells if cells else 1.0

    @property
    def signs(self) -> list[str]:
        """Where projections come from: "input", and the signs that groups have."""
        return list(dict.fromkeys(row["from"] for row in self.projections))


@typed("cost")
def cost(
    network: EINetwork | SpikingNetwork,
    events: SpikeEvents,
    *,
    as_neurobench: bool = False,
    batch_size: int = 100,
) -> Cost:
    """Count what a network's answers to samples cost, by the plain equations.

    Args:
        network: whose answers they are.
        events: samples, one or more.
        as_neurobench: count a step's operations as MACs where any unit of the batch has several
            spikes, as NeuroBench does.
        batch_size: samples at once, on which that depends.

    Raises InputError for no samples, and for those of another number of units or length of steps.
    """
    whole("cost", "batch_size", batch_size)
    if isinstance(network, EINetwork):
        network = model_of(network, "cost").module()
    wiring = network.wiring
    check_samples(events, wiring, "cost")
    links, n = network.links, len(events)
    weights = {name: each.detach() for name, each in network.weights.items()}
    fans = {
        name: (weights[link.weights][link.rows, link.columns] != 0) for name, link in links.items()
    }
    counted = {name: [0, 0, 0] for name in links}
    spiking = torch.zeros(wiring.n_neurons, dtype=torch.int64, device="cpu")
    updated = torch.zeros(wiring.n_neurons, dtype=torch.int64, device="cpu")
    device = next(iter(weights.values())).device
    with torch.no_grad():
        for first in range(0, n, batch_size):
            inputs = events[first : first + batch_size].to_dense(device=device)
            spikes, changes = _ran(network, weights, inputs)
            spiking += spikes.sum(dim=(0, 1)).long().cpu()
            updated += changes
            for name, link in links.items():
                pre = (inputs if link.from_input else spikes)[:, :, link.pre]
                found = _operations(pre, fans[name], as_neurobench)
                counted[name] = [a + b for a, b in zip(counted[name], found, strict=True)]
    projections = [
        {
            "projection": name,
            "from": "input" if link.from_input else SIGNS[network.network.sign(
                network.network.pair(name)[0])],
            "events": counted[name][0] / n,
            "dense": events.n_steps * fans[name].numel(),
            "acs": counted[name][1] / n,
            "macs": counted[name][2] / n,
            "connection_sparsity": 1.0 - float(fans[name].double().mean()),
        }
        for name, link in links.items()
    ]  # fmt: skip
    cells = events.n_steps * n
    groups = [
        {
            "group": name,
            "sign": SIGNS[group.sign],
            "neurons": (size := group.neurons.stop - group.neurons.start),
            "spikes": int(spiking[group.neurons].sum()) / n,
            "activation_sparsity": 1.0 - int(spiking[group.neurons].sum()) / (size * cells),
            "membrane_updates": int(updated[group.neurons].sum()) / n,
        }
        for name, group in network.groups.items()
    ]
    parameters = sum(each.numel() for each in fans.values())
    element = next(iter(weights.values())).element_size()
    return Cost(
        samples=n,
        projections=projections,
        groups=groups,
        parameters=parameters,
        footprint=element * parameters + _masked(network),
        zeros=sum(int((~each).sum()) for each in fans.values()),
        n_steps=events.n_steps,
    )


def _masked(network: SpikingNetwork) -> int:
    """Return the bytes of the masks of projections that lack connections."""
    masks = network.masks()
    found = (
        masks[link.weights][link.rows, link.columns]
        for link in network.links.values()
        if link.weights in masks
    )
    return sum(each.numel() for each in found if not each.all())


def _ran(
    network: SpikingNetwork, weights: dict[str, Tensor], inputs: Tensor
) -> tuple[Tensor, Tensor]:
    """Return spikes [T, B, N], and how often each neuron's membrane is written, int64 [N].

    The first step writes all, and a later one those whose potential it changes.
    """
    n_steps, n_samples = inputs.shape[:2]
    membranes: list[Tensor] = []
    # One step more, for what the last one has written.
    longer = torch.cat([inputs, torch.zeros_like(inputs[:1])])
    _, spikes = run(network.wiring, weights, longer, membranes)
    changes = torch.full((network.wiring.n_neurons,), n_samples, dtype=torch.int64, device="cpu")
    for before, after in pairwise(membranes[1:]):
        changes += (before != after).sum(dim=0).cpu()
    return spikes[:n_steps], changes


def _operations(pre: Tensor, fans: Tensor, as_neurobench: bool) -> tuple[int, int, int]:
    """Return events, ACs and MACs of units' spikes [T, B, n_pre] through weights that aren't 0."""
    reach = fans.sum(dim=1).double()
    several = pre > 1
    if as_neurobench:
        several = several.flatten(1).any(dim=1)[:, None, None].expand_as(pre)
    some = pre > 0
    macs = (some & several).sum(dim=(0, 1)).double() @ reach
    acs = (some & ~several).sum(dim=(0, 1)).double() @ reach
    return int(some.sum()), round(float(acs)), round(float(macs))
