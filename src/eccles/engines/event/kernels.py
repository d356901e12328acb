"""The event kernel: one sample's trip through the network, forward and backward, in registers.

The equations are those of `eccles.functional`; the tests hold the two together. What differs is
the work that is left out. Input events are sparse, so the input current is a few hundred row
additions. The readout is linear, so its adjoint can run in hidden space, where it takes one
injection a class, at the step of that class's peak; nothing after the last peak or before the
first event needs a backward step. Where units have several events in a sample, the gradient of w1
is summed unit by unit (see `eccles.engines.event.gather_kernels`).

Hidden neurons are independent of each other until the readout. They are taken in blocks of a few
vectors (see `eccles.engines.simd`), whose state stays in registers for all T steps. What lies where
is in `eccles.engines.event.layout`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from eccles.engines.event.backward_kernels import add_gradients
from eccles.engines.event.forward_kernels import fire, read_out
from eccles.engines.event.layout import GRADIENTS, make_room
from eccles.engines.event.update_kernels import update_share
from eccles.engines.lanes import LANES
from eccles.engines.sample_kernels import prefetch_events, softmax_loss
from eccles.engines.simd import lowest_bit
from eccles.engines.thread_pool import orders
from eccles.jit import borrowing, compiled


@borrowing
def _train_part(network: Any, events: Any, objective: Any, part: int, room: Any) -> None:
    """Write the losses of a part's samples, and the sum of their gradients."""
    n_samples, n_parts = objective.sizes
    first, last = n_samples * part // n_parts, n_samples * (part + 1) // n_parts
    gradient = objective.gradients[part]
    gradient[:] = 0
    grad1, grad2 = gradient[: len(network.w1)], gradient[len(network.w1) :]
    for b in range(first, last):
        if b + 1 < last:
            prefetch_events(events, b + 1)
        start = fire(network, events, b, room)
        read_out(network, start, room)
        objective.losses[b] = softmax_loss(
            room.peak, objective.labels[b], network.n_classes, objective.weight[0], room.slopes
        )
        add_gradients(network, events, start, room, grad1, grad2)


@compiled
def train_parts(
    member: int, members: int, network: Any, events: Any, objective: Any, update: Any
) -> None:
    """Train one member's share of a batch: every so many of its parts, each on its own gradients.

    The order may be for the update instead, once every member has its gradients.

    Args:
        member, members: which of how many threads this is.
        network, events, objective, update: see `eccles.engines.event.layout`.
    """
    if update.order[0] != GRADIENTS:
        update_share(member, members, network, objective, update)
        return
    n_samples, n_parts = objective.sizes
    most = 0
    for b in range(n_samples):
        most = max(most, events.ends[b] - events.begins[b])
    room = make_room(network, events, most)
    for part in range(member, n_parts, members):
        _train_part(network, events, objective, part, room)


@compiled
def serve(mailbox: Any, member: int, members: int, *work: Any) -> None:
    """Do this member's share of each order: of a batch's gradients, or of an update."""
    order = orders(mailbox, 0)
    while order > 0:
        train_parts(member, members, *work)
        order = orders(mailbox, order)


@compiled
def respond_samples(
    network: Any, events: Any, first: int, last: int, peaks: Any, spike_counts: Any
) -> None:
    """Write the readouts' peaks of samples first to last, and how often each hidden neuron fired.

    Args:
        network, events: see `eccles.engines.event.layout`.
        first, last: samples.
        peaks: [B, C] of the weights' type, written.
        spike_counts: int32 [B, hidden neurons], written.
    """
    _respond(network, events, first, last, make_room(network, events, 0), peaks, spike_counts)


@borrowing
def _respond(
    network: Any, events: Any, first: int, last: int, room: Any, peaks: Any, spike_counts: Any
) -> None:
    for b in range(first, last):
        if b + 1 < last:
            prefetch_events(events, b + 1)
        start = fire(network, events, b, room)
        n_spikes = read_out(network, start, room)
        for k in range(peaks.shape[1]):
            peaks[b, k] = room.peak[k]
        spike_counts[b] = 0
        for s in range(n_spikes):
            spike_counts[b, room.spikes[s]] += 1


@compiled
def spike_samples(network: Any, events: Any, spike_counts: Any) -> Any:
    """Return the steps and units of the hidden spikes, sorted by sample, step and unit.

    Args:
        network, events: see `eccles.engines.event.layout`.
        spike_counts: int64 [B], how many each sample has, written.
    """
    room = make_room(network, events, 0)
    most = len(room.spikes)
    steps, units = np.empty(most, np.uint16), np.empty(most, np.uint16)
    end = 0
    for b in range(len(spike_counts)):
        if end + most > len(steps):
            steps = np.concatenate((steps, np.empty_like(steps)))
            units = np.concatenate((units, np.empty_like(units)))
        spike_counts[b] = _list_spikes(network, events, b, room, steps[end:], units[end:])
        end += spike_counts[b]
    return steps[:end].copy(), units[:end].copy()


@borrowing
def _list_spikes(network: Any, events: Any, b: int, room: Any, steps: Any, units: Any) -> int:
    """Write the steps and units of sample b's hidden spikes; return how many there are."""
    n_words = network.n_blocks * len(network.hidden_shape)
    n = 0
    start = fire(network, events, b, room)
    for t in range(start, events.n_steps):
        if room.fired[t]:
            for k in range(n_words):
                word = room.bits[t * n_words + k]
                room.bits[t * n_words + k] = 0
                while word:
                    steps[n] = t
                    units[n] = k * LANES + np.int64(lowest_bit(word))
                    word &= word - np.uint16(1)
                    n += 1
    return n
