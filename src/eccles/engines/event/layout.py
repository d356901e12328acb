"""What the event kernels take: the network packed, events, what training asks, room for a sample.

Flat layouts, W = block width, H = hidden width padded to whole blocks, C = classes padded to
whole vectors: w1 and its gradient [block][input][W]; w2 and its gradient [H][C]; w2t [class][H];
v [block][T][W]; bits [T][H / 16]. Padding is zero: a padded neuron never spikes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from eccles.engines.lanes import LANES, scratch
from eccles.jit import compiled

if TYPE_CHECKING:
    from eccles.events import SpikeEvents

GRADIENTS, UPDATE = 0, 1
"""What an order asks of the members of a pool."""


class Network(NamedTuple):
    """A network's weights as the kernels want them, and its neurons' constants.

    Attributes:
        hidden_shape, class_shape: a one for each vector in a block of hidden neurons, and of
            classes, of the weights' type.
        n_inputs, n_blocks, n_classes: inputs, blocks of hidden neurons, classes.
        alpha, beta, steepness: decays, and the scale of the SuperSpike surrogate.
        zero_start: whether peaks include the readouts' start at zero.
        w1, w2, w2t: flat weights, and the second ones transposed.
    """

    hidden_shape: tuple[Any, ...]
    class_shape: tuple[Any, ...]
    n_inputs: int
    n_blocks: int
    n_classes: int
    alpha: Any
    beta: Any
    steepness: Any
    zero_start: bool
    w1: Any
    w2: Any
    w2t: Any


class Events(NamedTuple):
    """Samples: their events, and how many steps they last; counts is empty where all are one."""

    begins: Any
    ends: Any
    steps: Any
    units: Any
    counts: Any
    n_steps: int

    @classmethod
    def of(cls, events: SpikeEvents) -> Events:
        """Return the samples of a set, or of a part of one."""
        begins, ends, steps, units, counts = events.arrays
        return cls(begins, ends, steps, units, counts, events.n_steps)


class Objective(NamedTuple):
    """What training asks of a batch, and what it gets.

    Attributes:
        sizes: int64 [2], the numbers of samples and of parts.
        labels: int64 classes.
        weight: share of each sample in the loss, 1 / batch size, in an array.
        losses: float64, a sample each, written.
        gradients: [parts, w1 and w2], those of each part, written.
    """

    sizes: Any
    labels: Any
    weight: Any
    losses: Any
    gradients: Any


class Update(NamedTuple):
    """What follows the gradients; weights lie flat in torch's memory.

    Attributes:
        order: int64 [7]: `GRADIENTS` or `UPDATE`; whether there is noise, the number of the batch
            and the noise's two key words; excitatory rows of w1 and of w2, or -1 where weights of
            either sign are allowed.
        rate: learning rate, in an array.
        sigmas: float32 [2], the noise's standard deviation on w1 and w2.
        w1, w2: weights, updated.
    """

    order: Any
    rate: Any
    sigmas: Any
    w1: Any
    w2: Any


class ByUnit(NamedTuple):
    """A sample's events in order of units, then of steps.

    Attributes:
        places: int64 [units + 2]: unit c has the events places[c] up to places[c + 1].
        whens: uint16, at least one an event: their steps.
        times: the same of the weights' type: how often each counts.
    """

    places: Any
    whens: Any
    times: Any


class Room(NamedTuple):
    """What one sample's way through the network leaves behind, forward for backward.

    Attributes:
        bounds: the first event at or after each step, [T + 1].
        v_trace: membranes of all hidden neurons and steps, in place of which the adjoint of the
            current may come.
        bits, fired: hidden spikes as bits, zero before and after, and steps that have any.
        spikes, spike_bounds: the same spikes listed by step, and the first at or after each.
        peak, peak_step: of each class.
        slopes: of the loss by each class's peak.
        order: classes by the step of their peak, latest first.
        by_unit: events where the gradient of w1 is gathered.
    """

    bounds: Any
    v_trace: Any
    bits: Any
    fired: Any
    spikes: Any
    spike_bounds: Any
    peak: Any
    peak_step: Any
    slopes: Any
    order: Any
    by_unit: ByUnit


@compiled
def make_room(network: Any, events: Any, most: int) -> Any:
    """Return room for any sample of at most so many events."""
    n_steps, like = events.n_steps, network.w1
    n_hidden = network.n_blocks * LANES * len(network.hidden_shape)
    class_width = LANES * len(network.class_shape)
    slopes = scratch(class_width, like)
    slopes[:] = 0
    return Room(
        np.empty(n_steps + 1, np.int64),
        scratch(n_hidden * n_steps, like),
        np.zeros(n_steps * n_hidden // LANES, np.uint16),
        np.empty(n_steps, np.bool_),
        np.empty(n_steps * n_hidden, np.uint16),
        np.empty(n_steps + 1, np.int64),
        scratch(class_width, like),
        scratch(class_width, like),
        slopes,
        np.empty(network.n_classes, np.int64),
        ByUnit(
            np.empty(network.n_inputs + 2, np.int64),
            np.empty(most, np.uint16),
            np.empty(most, like.dtype),
        ),
    )
