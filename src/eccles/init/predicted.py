"""Predict the firing rates of an untrained network from its weights and its input rates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import nn

from eccles.arguments import typed
from eccles.events import SpikeEvents
from eccles.init.driven import Driven, Synapses, startable
from eccles.init.membrane import Drive, Potential
from eccles.measures.activity import spike_counts

if TYPE_CHECKING:
    from numpy.typing import NDArray

_ROUNDS, _GUESS, _SAMPLES = 100, 5.0, 200
"""Iterations of the rates, the rate in Hz that they begin from, and samples to average over."""


@typed("init")
@torch.no_grad()
def predicted(network: nn.Module, events: SpikeEvents) -> dict[str, Potential]:
    """Return the predicted potential (mean and deviation over time) and rate of each group.

    Each input spikes at random, as often as it does in each of 200 samples, and no spike resets a
    membrane. Rates of neurons that drive each other are iterated until they agree. What is returned
    is the mean over neurons and samples. Groups whose neurons have no leaky membrane are missing,
    and are taken to fire at 5 Hz where they drive others. Paired inputs spike together, so what
    fluctuates is their sum; where their receptors or delays differ they count as independent.

    Args:
        network: an `EINetwork` or a `SpikingNetwork`.
        events: samples that say how often the inputs spike.
    """
    driven, inputs = startable(network, events).driven(), spikes_a_step(events[:_SAMPLES])
    weights = {
        each.name: each.weights.double().cpu().numpy()
        for own in driven.values()
        for each in own.synapses
    }
    rates = {
        name: np.full((len(inputs), own.neurons.stop - own.neurons.start), _GUESS * own.reached)
        for name, own in driven.items()
    }
    from_inputs = {name: _drives(own, inputs, weights) for name, own in driven.items()}
    found: dict[str, Potential] = {}
    for _ in range(_ROUNDS):
        for name, own in driven.items():
            if own.membrane is not None:
                drives = [
                    _drive(each, rates[each.source] * events.dt, weights[each.name])
                    for each in own.synapses
                    if each.source is not None
                ]
                found[name] = own.membrane.under([*from_inputs[name], *drives])
        if all(np.abs(rates[name] - own.rate).max() < 1e-3 for name, own in found.items()):
            break
        # Half of the way keeps excitation and inhibition from chasing each other.
        rates |= {name: (rates[name] + own.rate) / 2 for name, own in found.items()}
    return {
        name: Potential(
            float(np.mean(own.mean)), float(np.sqrt(np.mean(own.std**2))), float(np.mean(own.rate))
        )
        for name, own in found.items()
    }


def spikes_a_step(events: SpikeEvents) -> NDArray[np.float64]:
    """Return how many spikes each input of each sample has in a step, [B, N]."""
    return spike_counts(events) / events.n_steps


def arriving(synapses: Synapses, inputs: float, rates: Mapping[str, float], dt: float) -> float:
    """Return how many spikes arrive at a neuron in a step, by all connections of a projection.

    Args:
        synapses: the projection.
        inputs: spikes of an input in a step.
        rates: of groups, by name, in Hz.
        dt: length of a step in seconds.
    """
    spikes = inputs if synapses.source is None else rates[synapses.source] * dt
    connected = synapses.connected
    share = 1.0 if connected is None else float(connected.double().mean())
    return synapses.weights.shape[0] * share * spikes


def _drives(
    own: Driven, inputs: NDArray[np.float64], weights: Mapping[str, NDArray[np.float64]]
) -> list[Drive]:
    """Return what the inputs' spikes do to a group: one drive, or two by receptors of their own."""
    ties = own.from_inputs
    if own.sums_pairs:
        both = np.sum([weights[each.name] for each in ties], axis=0)
        return [Drive(False, inputs @ both, inputs @ both**2)]
    return [_drive(each, inputs, weights[each.name]) for each in ties]


def _drive(synapses: Synapses, spikes: NDArray[np.float64], weights: NDArray[np.float64]) -> Drive:
    """Return what spikes a step of all presynaptic neurons [B, n_pre] do to each neuron."""
    return Drive(synapses.sign < 0, spikes @ weights, spikes @ weights**2)
