"""A recurrent layer of LIF neurons in other libraries, as well as each of them allows.

As in `eccles.bench.peers`, both compute the equations of Eccles, so that a step costs what it costs
there: x enters the current, and the layer's own spikes one step after they were fired,

    i[t + 1] = alpha i[t] + x[t] W + s[t] R
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

import torch
from torch import Tensor

from eccles import functional
from eccles.bench.peers import jax_update, snntorch_readout
from eccles.events import SpikeEvents
from eccles.functional.lif import LIF
from eccles.functional.surrogate import SuperSpike
from eccles.nn.spiking import SpikingNetwork

MATRICES = ("input->hidden", "hidden->hidden", "hidden->output")
"""The weights of a network of one recurrent layer, W, R and those of the readouts."""


def takes(network: SpikingNetwork) -> bool:
    """Return whether a network is one layer of LIF neurons alike, each tied to each other."""
    neurons, decays = network.wiring.neurons, network.wiring.decays
    return (
        tuple(network.matrices) == MATRICES
        and len(decays) == len(neurons) == 1
        and isinstance(neurons[0][1], LIF)
        and bool((decays[0] == decays[0][0]).all())
        and not network.masks()
        and all(link.delay == 1 for link in network.wiring.links)
    )


def snntorch_step(
    network: SpikingNetwork, events: SpikeEvents, labels: Tensor, learning_rate: float
) -> Callable[[], float]:
    """Return a training step in snntorch's neurons; raise ImportError where it isn't installed.

    Call k of `Synaptic` holds i[k + 1] and v[k + 2], given the input of step k, and returns the
    spikes of step k + 2 (see `eccles.bench.peers`); so call k takes the spikes of call k - 2.
    """
    snn: Any = import_module("snntorch")
    fast_sigmoid = import_module("snntorch.surrogate").fast_sigmoid
    alpha, beta, scale = _constants(network)
    readouts = network.wiring.readouts
    hidden = snn.Synaptic(alpha, beta, spike_grad=fast_sigmoid(scale), reset_mechanism="zero")
    readout = snn.Synaptic(readouts.alpha, readouts.beta, reset_mechanism="none")
    optimizer = torch.optim.SGD(network.parameters(), lr=learning_rate)

    def step() -> float:
        optimizer.zero_grad()
        w, r, out = (network.matrices[name] for name in MATRICES)
        currents = events.to_dense()[:-3] @ w
        syn, mem = torch.zeros_like(currents[0]), torch.zeros_like(currents[0])
        spikes: list[Tensor] = []
        for k, current in enumerate(currents.unbind(0)):
            driven = current if k < 2 else current + spikes[k - 2] @ r
            spike, syn, mem = hidden(driven, syn, mem)
            spikes.append(spike)
        potentials = snntorch_readout(readout, torch.stack(spikes) @ out)
        loss = functional.max_over_time_loss(potentials, labels)
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        network.project()
        return float(loss.detach())

    return step


def jax_step(
    network: SpikingNetwork, events: SpikeEvents, labels: Tensor, learning_rate: float
) -> Callable[[], float]:
    """Return a training step in JAX, which chooses its own number of threads.

    Raises ImportError without it.
    """
    jax: Any = import_module("jax")
    np_: Any = import_module("jax.numpy")
    alpha, beta, scale = _constants(network)
    ends = network.wiring.readouts
    update = jax_update(
        (alpha, beta), scale, _signs(network), learning_rate, (ends.alpha, ends.beta)
    )
    weights = tuple(np_.asarray(network.matrices[name].detach().numpy()) for name in MATRICES)

    def step() -> float:
        nonlocal weights
        raster = np_.from_dlpack(events.to_dense())
        value, weights = update(weights, raster, np_.asarray(labels.numpy()))
        # Reading the loss alone would leave the update running into the next task's turn.
        jax.block_until_ready(weights)
        return float(value)

    return step


def _constants(network: SpikingNetwork) -> tuple[float, float, float]:
    ((_, neuron),) = network.wiring.neurons
    assert isinstance(neuron, LIF)
    assert isinstance(neuron.surrogate, SuperSpike)
    return float(network.wiring.decays[0][0]), float(neuron.beta), neuron.surrogate.scale


def _signs(network: SpikingNetwork) -> Tensor:
    signs = torch.zeros(network.wiring.n_neurons)
    for group in network.wiring.groups:
        signs[group.neurons] = group.sign
    return signs
