"""What an engine is: something that runs the shallow network's equations on spike events."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Literal, NamedTuple, Protocol, runtime_checkable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from eccles.arguments import typed
from eccles.arrays import class_labels
from eccles.errors import must
from eccles.events import SpikeEvents, spike_events
from eccles.functional.lif import LIFParameters
from eccles.functional.surrogate import SuperSpike
from eccles.units import duration

EngineName = Literal["auto", "event", "dense"]


class Weights(NamedTuple):
    """Weights of the shallow network, signed.

    Attributes:
        input_to_hidden: [n_inputs, n_hidden].
        hidden_to_output: [n_hidden, n_classes].
    """

    input_to_hidden: Tensor
    hidden_to_output: Tensor


@typed("engine")
def fits_kernels(neuron: LIFParameters) -> bool:
    """Return whether the event kernels know this neuron: SuperSpike, rest 0, threshold 1."""
    standard = (neuron.v_rest, neuron.threshold) == (0.0, 1.0)
    return standard and isinstance(neuron.surrogate, SuperSpike)


def check_fit(weights: Weights, events: SpikeEvents, neuron: LIFParameters) -> None:
    """Raise InputError unless weights are of one type and fit the events, as does the neuron."""
    events = spike_events("engine", events)
    w1, w2 = both(weights)
    if not isinstance(neuron, LIFParameters):
        raise must("engine", "the neuron", "LIFParameters", type(neuron).__name__)
    if w1.dtype != w2.dtype or w1.dtype not in (torch.float32, torch.float64):
        raise must("engine", "the weights", "both float32 or both float64", (w1.dtype, w2.dtype))
    if len(w1) != events.n_units or w1.shape[1] != len(w2):
        accepted = f"[{events.n_units}, n_hidden] and [n_hidden, n_classes]"
        got = (tuple(w1.shape), tuple(w2.shape))
        raise must(
            "engine", "the weights", accepted, got, f"the events have {events.n_units} units"
        )
    if neuron.dt != events.dt and not math.isclose(neuron.dt, events.dt, rel_tol=1e-6):
        hint = f"make it with neuron=LIFParameters(dt={events.dt:g})"
        accepted = f"that of the events, {duration(events.dt)}"
        raise must("engine", "the network's dt", accepted, duration(neuron.dt), hint)


def both(weights: Weights) -> Weights:
    """Return the weights as they came; raise InputError for anything but `Weights`."""
    if not isinstance(weights, Weights):
        raise must("engine", "the weights", "Weights of two tensors", type(weights).__name__)
    return weights


def reaching(loss: Tensor, weights: Iterable[Tensor]) -> Tensor:
    """Return the same loss, from which autograd finds a way to every weight.

    Weights that the loss doesn't depend on get gradients of zero, as kernels give them, where
    autograd alone would raise an error: after a single step no readout has moved, for instance.
    """
    if not loss.requires_grad and torch.is_grad_enabled():
        for weight in weights:
            if weight.requires_grad:
                loss = loss + weight.flatten()[:0].sum()
    return loss


def check_labels(labels: object, n_samples: int, n_classes: int) -> NDArray[np.int64]:
    """Return one class from 0 to n_classes - 1 for each sample, or raise InputError."""
    return class_labels("engine", labels, n_samples, n_classes)


class Response(NamedTuple):
    """What the network answers to a batch.

    Attributes:
        peaks: highest potential of each readout, [B, n_classes].
        spike_counts: how often each hidden neuron fired, int32 [B, n_hidden].
    """

    peaks: Tensor
    spike_counts: Tensor


class Descent(NamedTuple):
    """A step of plain gradient descent: w - rate gradient, then noise, then Dale's principle.

    Attributes:
        rate: the learning rate.
        sigmas: standard deviation of the update noise on each weight, or None for no noise.
        key, batch: which random numbers the noise takes; see `eccles.noise.add_noise_`.
        excitatory: for each weight, how many presynaptic neurons excite: these come first, and
            their rows stay at 0 or above, all others at 0 or below. None for a weight that Dale's
            principle doesn't bind.
    """

    rate: float
    sigmas: tuple[float, float] | None
    key: int
    batch: int
    excitatory: tuple[int | None, int | None]


@runtime_checkable
class Engine(Protocol):
    """A way to compute; all engines agree with the plain equations of `eccles.functional`."""

    @property
    def name(self) -> str:
        """What the user calls the engine, and what a run stores."""
        ...

    def loss(
        self, weights: Weights, events: SpikeEvents, labels: Tensor, neuron: LIFParameters
    ) -> Tensor:
        """Return the max-over-time loss of a batch, a scalar that autograd can differentiate.

        Args:
            weights: float32 or float64; the loss has their type and device.
            events: B samples.
            labels: classes, [B], whole numbers of any type.
            neuron: constants of the hidden layer, whose decays the readout shares; their dt is
                that of the events.
        """
        ...

    def respond(self, weights: Weights, events: SpikeEvents, neuron: LIFParameters) -> Response:
        """Return the response to a batch, without gradients."""
        ...

    def spikes(self, weights: Weights, events: SpikeEvents, neuron: LIFParameters) -> SpikeEvents:
        """Return the hidden spikes of B samples, sorted by step, then by neuron."""
        ...


@runtime_checkable
class FusedUpdate(Protocol):
    """An engine that can update the weights by itself, which saves passes over them."""

    def descend(
        self,
        weights: Weights,
        events: SpikeEvents,
        labels: Tensor,
        neuron: LIFParameters,
        descent: Descent,
    ) -> float:
        """Change weights in place as `descent` says; return the loss that they had before.

        The new bits are those of `Engine.loss`, `torch.optim.SGD`, `eccles.noise.add_noise_` and
        `eccles.dale.project_` one after the other. No gradient is left behind.

        Args:
            weights: contiguous, on a CPU.
            events, labels, neuron: as for `Engine.loss`.
            descent: the update.
        """
        ...
