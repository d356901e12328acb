"""Layers as a graph of NIR has them, in steps: what is compared with a network, or becomes one.

With the spikes x of what comes before and s of the layer itself, each neuron computes

    i[t] = alpha i[t-1] + sum of x[t-d] W + sum of s[t-1-d] W
    v[t] = beta v[t-1] (1 - s[t-1]) + gain i[t]
    s[t] = 1 if v[t] > threshold (strictly) else 0

which is what norse and snntorch make of a CubaLIF node: an input acts in its own step, and the
reset comes at once.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

Numbers = NDArray[np.float64]


class Layer(NamedTuple):
    """Constants of a layer's neurons, [N] each; readouts have no threshold."""

    name: str
    alpha: Numbers
    beta: Numbers
    gain: Numbers
    threshold: Numbers | None


class Tie(NamedTuple):
    """Weights [n_pre, n_post] from one layer, or the input, to another, or the output.

    Attributes:
        pre, post: names of layers; "input" and "output" are the ends.
        weight: as the graph has it, transposed.
        delay: steps of nodes that delay.
    """

    pre: str
    post: str
    weight: NDArray[np.floating]
    delay: int


class Chain(NamedTuple):
    """Layers one behind the other, from the input to the output, each with ties to itself.

    `readout` integrates what reaches the output, where the graph says so.
    """

    n_inputs: int
    layers: tuple[Layer, ...]
    ties: tuple[Tie, ...]
    readout: Layer | None

    @property
    def n_outputs(self) -> int:
        """Number of what comes out."""
        found = [each.weight.shape[1] for each in self.ties if each.post == "output"]
        return int(found[0]) if found else len(self.layers[-1].alpha)


class Activity(NamedTuple):
    """What a chain does: spikes of each layer [T, B, N], and what comes out, [T, B, C].

    The output is potentials where there is a readout, else currents, or the last layer's spikes.
    """

    spikes: list[Tensor]
    output: Tensor


def simulate(chain: Chain, inputs: Tensor) -> Activity:
    """Return what a chain does under input spikes [T, B, n_inputs], in their type."""
    known, found = {"input": inputs}, []
    for layer in chain.layers:
        drive = _drive(chain, layer.name, known)
        own = [each for each in chain.ties if each.pre == each.post == layer.name]
        spikes = _layer(layer, drive, [(_weight(each, inputs), each.delay) for each in own])
        known[layer.name] = spikes
        found.append(spikes)
    if not any(each.post == "output" for each in chain.ties):
        return Activity(found, found[-1])
    currents = _drive(chain, "output", known)
    return Activity(found, _integrated(chain.readout, currents) if chain.readout else currents)


def _drive(chain: Chain, post: str, known: dict[str, Tensor]) -> Tensor:
    """Return what comes to a layer from those before it, [T, B, N]."""
    total: Tensor | None = None
    for tie in chain.ties:
        if tie.post != post or tie.pre == post:
            continue
        arriving = _late(known[tie.pre] @ _weight(tie, known[tie.pre]), tie.delay)
        total = arriving if total is None else total + arriving
    assert total is not None, f"nothing comes to {post}"
    return total


def _layer(layer: Layer, drive: Tensor, own: list[tuple[Tensor, int]]) -> Tensor:
    assert layer.threshold is not None
    alpha, beta, gain, threshold = (
        torch.from_numpy(each).to(drive)
        for each in (layer.alpha, layer.beta, layer.gain, layer.threshold)
    )
    i = v = torch.zeros_like(drive[0])
    spikes: list[Tensor] = []
    for t, arriving in enumerate(drive):
        i = alpha * i + arriving
        for weight, delay in own:
            if t > delay:
                i = i + spikes[t - 1 - delay] @ weight
        v = beta * v + gain * i
        s = (v > threshold).to(drive)
        v = v * (1.0 - s)
        spikes.append(s)
    return torch.stack(spikes)


def _integrated(readout: Layer, currents: Tensor) -> Tensor:
    alpha, beta, gain = (
        torch.from_numpy(each).to(currents) for each in (readout.alpha, readout.beta, readout.gain)
    )
    i = v = torch.zeros_like(currents[0])
    potentials = []
    for arriving in currents:
        i = alpha * i + arriving
        v = beta * v + gain * i
        potentials.append(v)
    return torch.stack(potentials)


def _weight(tie: Tie, like: Tensor) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(tie.weight)).to(like)


def _late(values: Tensor, steps: int) -> Tensor:
    """Return values [T, ...] so many steps later, with silence before."""
    if steps == 0:
        return values
    silence = torch.zeros_like(values[: min(steps, len(values))])
    return torch.cat([silence, values[: len(values) - len(silence)]])
