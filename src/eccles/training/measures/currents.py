"""The currents of a deep network's layers while it runs, and their histograms."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from eccles.functional.circuit import Currents
from eccles.measures.histogram import Histogram
from eccles.modes import evaluating
from eccles.nn.block import SpikingLayer
from eccles.nn.circuit import EICircuit

Rows = list[dict[str, Any]]

KINDS = ("excitatory", "subtractive", "integrated")
"""Currents that histograms are made of: I_EE, I_sub and I_int."""


class Seen(NamedTuple):
    """What the neurons of a layer are about to integrate in a batch; [N, ...] each.

    Attributes:
        integrated: I_int.
        given: the layer's input, where it is an E-I circuit.
        currents: those that I_int is made of, where it is one.
    """

    integrated: Tensor
    given: Tensor | None = None
    currents: Currents | None = None


@contextmanager
def watching(network: nn.Module, tell: Callable[[str, Seen], None]) -> Iterator[None]:
    """Tell, in every forward pass, of each spiking layer's currents, by the layer's name."""

    @torch.no_grad()
    def before(name: str, circuit: EICircuit, inputs: tuple[Any, ...]) -> None:
        x, _neuron, n_steps = (*inputs, None, None)[:3]
        # Not circuit(x), which would come here again.
        integrated = circuit.forward(x, None, n_steps).flatten(0, 1)
        tell(name, Seen(integrated, circuit.samples(x), circuit.currents(x, n_steps)))

    def after(name: str, _layer: nn.Module, _inputs: object, current: Tensor) -> None:
        tell(name, Seen(current.detach().flatten(0, 1)))

    hooks = []
    for name, module in network.named_modules():
        if isinstance(module, SpikingLayer) and isinstance(module.layer, EICircuit):
            hooks.append(module.layer.register_forward_pre_hook(partial(before, name)))
        elif isinstance(module, SpikingLayer):
            hooks.append(module.layer.register_forward_hook(partial(after, name)))
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()


@torch.no_grad()
def current_histograms(network: nn.Module, batches: Iterable[Tensor]) -> Rows:
    """Return a row a layer, current and bin: how often which current reached its neurons.

    Of a layer that is no E-I circuit there is I_int alone. The network is run as when not being
    trained, and left as it was.

    Args:
        network: takes inputs, returns scores.
        batches: inputs, as the network takes them.
    """
    found: dict[tuple[str, str], Histogram] = {}

    def tell(name: str, seen: Seen) -> None:
        known = {"integrated": seen.integrated}
        if seen.currents is not None:
            known |= seen.currents._asdict()
        for kind in KINDS:
            if kind in known:
                found.setdefault((name, kind), Histogram()).add(known[kind])

    device = next(network.parameters()).device
    with evaluating(network), watching(network, tell):
        for inputs in batches:
            network(inputs.to(device))
    return [
        {"layer": name, "current": kind, **each}
        for (name, kind), histogram in found.items()
        for each in histogram.rows()
    ]
