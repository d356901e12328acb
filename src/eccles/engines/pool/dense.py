"""The plain equations of any network: on any device, of any neuron, with gradients by autograd."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import torch
from torch import Tensor

from eccles import functional
from eccles.engines.engine import Response, check_labels, reaching
from eccles.errors import must
from eccles.events import SpikeEvents, spike_events
from eccles.units import duration
from eccles.wiring import Wiring

PoolWeights = Mapping[str, Tensor]
"""The matrices of a network by name, signed, [n_pre, n_post] each."""


class DensePool:
    """Runs `eccles.functional` step by step on rasters [T, B, N]; the truth for other engines.

    Args:
        wiring: the network.
    """

    name = "dense"

    def __init__(self, wiring: Wiring) -> None:
        self.wiring = wiring

    def loss(self, weights: PoolWeights, events: SpikeEvents, labels: Tensor) -> Tensor:
        """Return the loss of a batch, by readouts' maxima or means; autograd can differentiate it.

        Args:
            weights: all matrices of the wiring, of one type, on one device.
            events: B samples.
            labels: classes, int64 [B].
        """
        n_samples = len(spike_events("engine", events))
        own = check_labels(labels, n_samples, self.wiring.n_classes)
        potentials, spikes = self._run(weights, events)
        classes = torch.tensor(own, dtype=torch.int64, device=potentials.device)
        readouts = self.wiring.readouts
        if readouts.mean:
            loss = functional.mean_over_time_loss(potentials, classes)
        else:
            loss = functional.max_over_time_loss(potentials, classes, readouts.zero_start)
        penalty = self.wiring.penalty
        if penalty is not None:
            groups = [group.neurons for group in self.wiring.groups]
            allowed = penalty.target * events.n_steps * self.wiring.dt
            loss = loss + functional.rate_penalty(spikes, groups, penalty.strength, allowed)
        return reaching(loss, weights.values())

    def respond(self, weights: PoolWeights, events: SpikeEvents) -> Response:
        """Return the response to a batch, without gradients."""
        with torch.no_grad():
            potentials, spikes = self._run(weights, events)
            readouts = self.wiring.readouts
            scores = (
                functional.means(potentials)
                if readouts.mean
                else functional.peaks(potentials, readouts.zero_start)
            )
            return Response(scores, spikes.sum(dim=0).int())

    def spikes(self, weights: PoolWeights, events: SpikeEvents) -> SpikeEvents:
        """Return the spikes of all neurons to B samples, sorted by step, then by neuron."""
        with torch.no_grad():
            return SpikeEvents.from_dense(self._run(weights, events)[1], events.dt)

    def _run(self, weights: PoolWeights, events: SpikeEvents) -> tuple[Tensor, Tensor]:
        check_matrices(self.wiring, weights, events)
        some = next(iter(weights.values()))
        return run(self.wiring, weights, events.to_dense(some.dtype, some.device))


class _Block(NamedTuple):
    """All links of one delay to one receptor, as one matrix [n_pre, N] of what they add."""

    matrix: Tensor
    delay: int
    receptor: int


def run(
    wiring: Wiring, weights: PoolWeights, inputs: Tensor, membranes: list[Tensor] | None = None
) -> tuple[Tensor, Tensor]:
    """Return readout potentials [T + 1, B, C] and spikes [T, B, N] to input spikes [T, B, n_in].

    A list of membranes gets the potentials [B, N] of each step, before its spikes are reset.
    """
    n_steps, n_samples, _ = inputs.shape
    blocks = _blocks(wiring, weights, from_input=False)
    drives = _drives(wiring, weights, inputs)
    rest = inputs.new_zeros(n_samples, wiring.n_neurons)
    conductances = [rest] * len(wiring.decays)
    decays = [each.to(rest) for each in wiring.decays]
    states = [neuron.start(rest[:, place]) for place, neuron in wiring.neurons]
    spikes: list[Tensor] = []
    for t in range(n_steps):
        excitatory = conductances[0]
        inhibitory = conductances[1] if len(conductances) > 1 else None
        if membranes is not None:
            membranes.append(
                torch.cat(
                    [
                        _membrane(state, rest[:, place])
                        for state, (place, _) in zip(states, wiring.neurons, strict=True)
                    ],
                    dim=1,
                )
            )
        parts = []
        for k, (place, neuron) in enumerate(wiring.neurons):
            held = None if inhibitory is None else inhibitory[:, place]
            s, states[k] = neuron.step(excitatory[:, place], held, states[k])
            parts.append(s)
        spikes.append(parts[0] if len(parts) == 1 else torch.cat(parts, dim=1))
        following = [a * g for a, g in zip(decays, conductances, strict=True)]
        for drive in drives:
            if t >= drive.delay - 1:
                following[drive.receptor] = (
                    following[drive.receptor] + drive.matrix[t - drive.delay + 1]
                )
        for block in blocks:
            if t >= block.delay - 1:
                arriving = spikes[t - block.delay + 1] @ block.matrix
                following[block.receptor] = following[block.receptor] + arriving
        conductances = following
    raster = torch.stack(spikes)
    return functional.readout(raster @ _readout_matrix(wiring, weights), wiring.readouts), raster


def _membrane(state: Any, like: Tensor) -> Tensor:
    """Return the potential of a neuron's state, which it is itself or has as `v`, else NaN."""
    found = state if isinstance(state, Tensor) else getattr(state, "v", None)
    return found if isinstance(found, Tensor) else torch.full_like(like, torch.nan)


def _drives(wiring: Wiring, weights: PoolWeights, inputs: Tensor) -> list[_Block]:
    """Return what the inputs add at each step, [T, B, N], by delay and receptor."""
    blocks = _blocks(wiring, weights, from_input=True)
    return [block._replace(matrix=inputs @ block.matrix) for block in blocks]


def _blocks(wiring: Wiring, weights: PoolWeights, *, from_input: bool) -> list[_Block]:
    n_pre = wiring.n_inputs if from_input else wiring.n_neurons
    found: dict[tuple[int, int], Tensor] = {}
    for link in wiring.links:
        if link.to_output or link.from_input is not from_input:
            continue
        own = weights[link.weights][link.rows, link.columns]
        key = (link.delay, link.receptor)
        if key not in found:
            found[key] = own.new_zeros(n_pre, wiring.n_neurons)
        # Paired inputs have two links in one place.
        found[key][link.pre, link.post] += -own if link.receptor else own
    return [_Block(matrix, *key) for key, matrix in found.items()]


def _readout_matrix(wiring: Wiring, weights: PoolWeights) -> Tensor:
    some = next(iter(weights.values()))
    matrix = some.new_zeros(wiring.n_neurons, wiring.n_classes)
    for link in wiring.links:
        if link.to_output:
            matrix[link.pre, link.post] = weights[link.weights][link.rows, link.columns]
    return matrix


def by_name(weights: PoolWeights) -> PoolWeights:
    """Return weights that are tensors by name, or raise InputError."""
    if not isinstance(weights, Mapping):
        raise must("engine", "the weights", "tensors by name", type(weights).__name__)
    return weights


def check_matrices(wiring: Wiring, weights: PoolWeights, events: SpikeEvents) -> None:
    """Raise InputError unless weights and events are those of the wiring."""
    events = spike_events("engine", events)
    shapes = {name: tuple(weight.shape) for name, weight in by_name(weights).items()}
    if shapes != dict(wiring.shapes):
        raise must("engine", "the weights", f"of shapes {dict(wiring.shapes)}", shapes)
    kinds = {weight.dtype for weight in weights.values()}
    if len(kinds) != 1 or not kinds <= {torch.float32, torch.float64}:
        raise must("engine", "the weights", "all float32 or all float64", sorted(map(str, kinds)))
    if events.n_units != wiring.n_inputs:
        raise must("engine", "the events", f"of {wiring.n_inputs} units", events.n_units)
    if not math.isclose(events.dt, wiring.dt, rel_tol=1e-6):
        hint = "build the network with the events' dt"
        accepted = f"{duration(wiring.dt)}, as the network's"
        raise must("engine", "the events' dt", accepted, duration(events.dt), hint)
