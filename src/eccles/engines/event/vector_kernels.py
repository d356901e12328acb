"""The event kernel: one sample's trip through the network, forward and backward, in registers.

The equations are those of `eccles.functional`; the tests hold the two together. What differs is
the work that is left out. Input events are sparse, so the input current is a few hundred row
additions. The readout is linear, so its adjoint can run in hidden space, where it takes one
injection a class, at the step of that class's peak; nothing after the last peak or before the
first event needs a backward step. Where units have several events in a sample, the gradient of w1
is summed unit by unit (see `eccles.engines.event.gather_kernels`).

Hidden neurons are independent of each other until the readout. They are taken in blocks of a few
vectors (see `eccles.engines.simd`), whose state stays in registers for all T steps.

Flat layouts, W = block width, H = hidden width padded to whole blocks, C = classes padded to
whole vectors: w1 and its gradient [block][input][W]; w2 and its gradient [H][C]; w2t [class][H];
v [block][T][W]; bits [T][H / 16]. Padding is zero: a padded neuron never spikes.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from eccles.engines.event.gather_kernels import EVENTS_A_UNIT, gather, list_by_unit
from eccles.engines.event.update import GRADIENTS
from eccles.engines.event.update_kernels import update_share
from eccles.engines.lanes import LANES, scratch
from eccles.engines.sample_kernels import prefetch_events, softmax_loss, step_bounds
from eccles.engines.simd import (
    above,
    above_or_nan,
    add,
    any_of,
    load,
    lowest_bit,
    multiply_add,
    scale,
    scale_add,
    splat,
    store,
    store_bits,
    superspike,
    where,
    zeros,
)
from eccles.engines.thread_pool import orders
from eccles.jit import compiled


@compiled
def _hidden(
    shape: Any, w1: Any, base: int, width: int, units: Any, counts: Any, bounds: Any, start: int,
    alpha: Any, beta: Any, v_trace: Any, trace: int, bits: Any, word: int, n_words: int, fired: Any,
) -> None:
    """Run one block of hidden neurons; record membranes, spike bits and which steps had any."""
    one = shape[0]
    counted = len(counts) > 0
    rest = zeros(shape)
    v = rest
    i = rest
    for t in range(start, len(bounds) - 1):
        store(v_trace, trace + t * width, v)
        s = above(v, one)
        if any_of(s):
            store_bits(bits, t * n_words + word, s)
            fired[t] = True
        v = where(s, rest, scale_add(beta, v, i))
        i = scale(alpha, i)
        for p in range(bounds[t], bounds[t + 1]):
            row = load(shape, w1, base + np.int64(units[np.uint64(p)]) * width)
            i = scale_add(one * counts[np.uint64(p)], row, i) if counted else add(i, row)


@compiled
def _readout(
    shape: Any, w2: Any, start: int, n_steps: int, alpha: Any, beta: Any, bits: Any, n_words: int,
    fired: Any, spikes: Any, spike_bounds: Any, peak: Any, peak_step: Any, width: int,
    zero_start: bool,
) -> int:
    """Integrate the spikes; list them by step; leave each class's peak and its first step."""
    one = shape[0]
    n_spikes = 0
    rest = zeros(shape)
    j = rest
    o = rest
    best = rest if zero_start else splat(shape, one * -np.inf)
    best_step = rest
    begun = zero_start
    for t in range(start, n_steps):
        spike_bounds[t] = n_spikes
        old = j
        j = scale(alpha, j)
        if fired[t]:
            for k in range(n_words):
                word = bits[t * n_words + k]
                # Cleared for the next sample: a block writes its bits only where it fires.
                bits[t * n_words + k] = 0
                while word:
                    n = k * LANES + np.int64(lowest_bit(word))
                    word &= word - np.uint16(1)
                    spikes[n_spikes] = n
                    n_spikes += 1
                    j = add(j, load(shape, w2, n * width))
        o = scale_add(beta, o, old)
        if not begun:
            begun = any_of(above_or_nan(o, rest)) or any_of(above_or_nan(rest, o))
        if begun:
            higher = above_or_nan(o, best)
            best = where(higher, o, best)
            best_step = where(higher, splat(shape, one * (t + 1)), best_step)
    spike_bounds[n_steps] = n_spikes
    store(peak, 0, best if begun else rest)
    store(peak_step, 0, best_step)
    return n_spikes


@compiled
def _order_by_step(peak_step: Any, n_classes: int, order: Any) -> None:
    """Sort the classes by the step of their peak, latest first."""
    for k in range(n_classes):
        place = k
        while place > 0 and peak_step[order[place - 1]] < peak_step[k]:
            order[place] = order[place - 1]
            place -= 1
        order[place] = k


@compiled
def _hidden_backward(
    shape: Any, grad1: Any, base: int, width: int, units: Any, counts: Any, bounds: Any, start: int,
    alpha: Any, beta: Any, steepness: Any, v_trace: Any, trace: int, w2t: Any, column: int,
    n_hidden: int, slopes: Any, order: Any, n_classes: int, peak_step: Any, gathers: bool,
) -> None:
    """Add one block's share of dw1: the adjoint of `_hidden` and of the readout before it.

    If it is to be gathered, leave the current's adjoint in place of the membranes instead.
    """
    one = shape[0]
    counted = len(counts) > 0
    rest = zeros(shape)
    a = rest
    f = rest
    m = rest
    y = rest
    nxt = 0
    last = np.int64(peak_step[order[0]])
    while nxt < n_classes and np.int64(peak_step[order[nxt]]) == last:
        k = order[nxt]
        a = scale_add(slopes[k], load(shape, w2t, k * n_hidden + column), a)
        nxt += 1
    t = last - 1
    while t >= start:
        if not gathers and t < last - 3:
            for p in range(bounds[t], bounds[t + 1]):
                place = base + np.int64(units[np.uint64(p)]) * width
                row = load(shape, grad1, place)
                row = scale_add(one * counts[np.uint64(p)], y, row) if counted else add(row, y)
                store(grad1, place, row)
        v = load(shape, v_trace, trace + t * width)
        if gathers:
            store(v_trace, trace + t * width, y)
        gated = where(above(v, one), rest, m)
        y = scale_add(alpha, y, gated)
        m = multiply_add(f, superspike(v, one, steepness), scale(beta, gated))
        f = scale_add(alpha, f, a)
        a = scale(beta, a)
        while nxt < n_classes and np.int64(peak_step[order[nxt]]) == t:
            k = order[nxt]
            a = scale_add(slopes[k], load(shape, w2t, k * n_hidden + column), a)
            nxt += 1
        t -= 1


@compiled
def _readout_backward(
    shape: Any, grad2: Any, start: int, alpha: Any, beta: Any, spikes: Any, spike_bounds: Any,
    slopes: Any, peak_step: Any, last: int, width: int,
) -> None:
    """Add dw2: the adjoint of `_readout`, in class space."""
    one = shape[0]
    g = load(shape, slopes, 0)
    when = load(shape, peak_step, 0)
    rest = zeros(shape)
    a = rest
    f = rest
    t = last
    while t >= start:
        if t < last:
            for s in range(spike_bounds[t], spike_bounds[t + 1]):
                place = np.int64(spikes[s]) * width
                store(grad2, place, add(load(shape, grad2, place), f))
            f = scale_add(alpha, f, a)
            a = scale(beta, a)
        now = splat(shape, one * t)
        due = where(above(when, now), rest, g)
        due = where(above(now, when), rest, due)
        a = add(a, due)
        t -= 1


@compiled
def train_samples(
    hidden_shape: Any, class_shape: Any, chosen: Any, begins: Any, ends: Any, steps: Any,
    units: Any, counts: Any, labels: Any, weight: Any, n_steps: int, n_inputs: int, n_blocks: int,
    n_classes: int, alpha: Any, beta: Any, steepness: Any, zero_start: bool, w1: Any, w2: Any,
    w2t: Any, grad1: Any, grad2: Any, losses: Any,
) -> None:
    """Write the losses of some samples and add their gradients, each times `weight`.

    Args:
        hidden_shape, class_shape: vectors in a block of hidden neurons, and of classes.
        chosen: (first, last) sample of begins, ends, labels and losses to take.
        begins, ends, steps, units, counts: the events; counts is empty where all are one.
        labels: int64 classes.
        weight: share of each sample in the loss, 1 / batch size.
        alpha, beta, steepness: decays, and the scale of the SuperSpike surrogate.
        zero_start: whether peaks include the readouts' start at zero.
        w1, w2, w2t, grad1, grad2: flat arrays, laid out as the module says.
        losses: float64, written.
    """
    width = LANES * len(hidden_shape)
    n_hidden = n_blocks * width
    n_words = n_hidden // LANES
    class_width = LANES * len(class_shape)
    bounds = np.empty(n_steps + 1, np.int64)
    v_trace = scratch(n_hidden * n_steps, w1)
    bits = np.zeros(n_steps * n_words, np.uint16)
    fired = np.empty(n_steps, np.bool_)
    spikes = np.empty(n_steps * n_hidden, np.uint16)
    spike_bounds = np.empty(n_steps + 1, np.int64)
    peak = scratch(class_width, w1)
    peak_step = scratch(class_width, w1)
    slopes = scratch(class_width, w1)
    slopes[:] = 0
    order = np.empty(n_classes, np.int64)
    most = 0
    for b in range(chosen[0], chosen[1]):
        most = max(most, ends[b] - begins[b])
    places = np.empty(n_inputs + 2, np.int64)
    whens = np.empty(most, np.uint16)
    times = np.empty(most, w1.dtype)
    for b in range(chosen[0], chosen[1]):
        if b + 1 < chosen[1]:
            prefetch_events(steps, units, begins[b + 1], ends[b + 1])
        start = step_bounds(steps, begins[b], ends[b], bounds)
        fired[:] = False
        for block in range(n_blocks):
            _hidden(
                hidden_shape, w1, block * n_inputs * width, width, units, counts, bounds, start,
                alpha, beta, v_trace, block * n_steps * width, bits, block * len(hidden_shape),
                n_words, fired,
            )
        _readout(
            class_shape, w2, start, n_steps, alpha, beta, bits, n_words, fired, spikes,
            spike_bounds, peak, peak_step, class_width, zero_start,
        )
        losses[b] = softmax_loss(peak, labels[b], n_classes, weight, slopes)
        _order_by_step(peak_step, n_classes, order)
        last = np.int64(peak_step[order[0]])
        # An event later than that has no way to a peak.
        stop = max(start, last - 3)
        gathers = bounds[stop] - bounds[start] >= EVENTS_A_UNIT * n_inputs
        if gathers:
            list_by_unit(units, counts, bounds, start, stop, places, whens, times)
        for block in range(n_blocks):
            _hidden_backward(
                hidden_shape, grad1, block * n_inputs * width, width, units, counts, bounds, start,
                alpha, beta, steepness, v_trace, block * n_steps * width, w2t, block * width,
                n_hidden, slopes, order, n_classes, peak_step, gathers,
            )
            if gathers:
                gather(
                    hidden_shape, grad1, block * n_inputs * width, width, v_trace,
                    block * n_steps * width, places, whens, times,
                )
        _readout_backward(
            class_shape, grad2, start, alpha, beta, spikes, spike_bounds, slopes, peak_step, last,
            class_width,
        )


@compiled
def train_parts(
    member: int, members: int, hidden_shape: Any, class_shape: Any, batch: Any, begins: Any,
    ends: Any, steps: Any, units: Any, counts: Any, labels: Any, weight: Any, n_steps: int,
    n_inputs: int, n_blocks: int, n_classes: int, alpha: Any, beta: Any, steepness: Any,
    zero_start: bool, w1: Any, w2: Any, w2t: Any, gradients: Any, losses: Any,
    update: Any,
) -> None:
    """Train one member's share of a batch: every so many of its parts, each on its own gradients.

    Args as for `train_samples`, and:
        member, members: which of how many threads this is.
        batch: int64 [2], the numbers of samples and of parts.
        weight: one number in an array.
        gradients: [parts, w1 and w2], set to zero and filled.
        update: the arrays of an `eccles.engines.event.update.Update`. They may ask for the update
            instead, once every member has its gradients.
    """
    n_samples, n_parts = batch
    if update[0][0] != GRADIENTS:
        update_share(
            member, members, n_parts, n_inputs, n_classes, LANES * len(hidden_shape),
            LANES * len(class_shape), w1, w2, w2t, gradients, update,
        )
        return
    for part in range(member, n_parts, members):
        gradients[part] = 0
        train_samples(
            hidden_shape, class_shape,
            (n_samples * part // n_parts, n_samples * (part + 1) // n_parts),
            begins, ends, steps, units, counts, labels, weight[0], n_steps, n_inputs, n_blocks,
            n_classes, alpha, beta, steepness, zero_start, w1, w2, w2t,
            gradients[part, : len(w1)], gradients[part, len(w1) :], losses,
        )


@compiled
def serve(mailbox: Any, member: int, members: int, *work: Any) -> None:
    """Do this member's share of each order: of a batch's gradients, or of an update."""
    order = orders(mailbox, 0)
    while order > 0:
        train_parts(member, members, *work)
        order = orders(mailbox, order)

@compiled
def respond_samples(
    hidden_shape: Any, class_shape: Any, chosen: Any, begins: Any, ends: Any, steps: Any,
    units: Any, counts: Any, n_steps: int, n_inputs: int, n_blocks: int, alpha: Any, beta: Any,
    zero_start: bool, w1: Any, w2: Any, peaks: Any, spike_counts: Any,
) -> None:
    """Write each sample's readout peaks and how often each hidden neuron fired.

    Args as for `train_samples`, and:
        peaks: [B, C] of the weights' type, written.
        spike_counts: int32 [B, hidden neurons], written.
    """
    width = LANES * len(hidden_shape)
    n_hidden = n_blocks * width
    n_words = n_hidden // LANES
    class_width = LANES * len(class_shape)
    bounds = np.empty(n_steps + 1, np.int64)
    v_trace = scratch(n_hidden * n_steps, w1)
    bits = np.zeros(n_steps * n_words, np.uint16)
    fired = np.empty(n_steps, np.bool_)
    spikes = np.empty(n_steps * n_hidden, np.uint16)
    spike_bounds = np.empty(n_steps + 1, np.int64)
    peak = scratch(class_width, w1)
    peak_step = scratch(class_width, w1)
    for b in range(chosen[0], chosen[1]):
        if b + 1 < chosen[1]:
            prefetch_events(steps, units, begins[b + 1], ends[b + 1])
        start = step_bounds(steps, begins[b], ends[b], bounds)
        fired[:] = False
        for block in range(n_blocks):
            _hidden(
                hidden_shape, w1, block * n_inputs * width, width, units, counts, bounds, start,
                alpha, beta, v_trace, block * n_steps * width, bits, block * len(hidden_shape),
                n_words, fired,
            )
        n_spikes = _readout(
            class_shape, w2, start, n_steps, alpha, beta, bits, n_words, fired, spikes,
            spike_bounds, peak, peak_step, class_width, zero_start,
        )
        peaks[b] = peak[: peaks.shape[1]]
        spike_counts[b] = 0
        for s in range(n_spikes):
            spike_counts[b, spikes[s]] += 1


@compiled
def spike_samples(
    hidden_shape: Any, chosen: Any, begins: Any, ends: Any, steps: Any, units: Any, counts: Any,
    n_steps: int, n_inputs: int, n_blocks: int, alpha: Any, beta: Any, w1: Any, spike_counts: Any,
) -> Any:
    """Return the steps and units of the hidden spikes, sorted by sample, step and unit.

    Args as for `train_samples`, and:
        spike_counts: int64, hidden spikes of each sample, written.
    """
    width = LANES * len(hidden_shape)
    n_words = n_blocks * len(hidden_shape)
    bounds = np.empty(n_steps + 1, np.int64)
    v_trace = scratch(n_blocks * width * n_steps, w1)
    bits = np.zeros(n_steps * n_words, np.uint16)
    fired = np.empty(n_steps, np.bool_)
    most = n_steps * n_words * LANES
    spike_steps = np.empty(most, np.uint16)
    spike_units = np.empty(most, np.uint16)
    n_spikes = 0
    for b in range(chosen[0], chosen[1]):
        if n_spikes + most > len(spike_steps):
            spike_steps = np.concatenate((spike_steps, np.empty_like(spike_steps)))
            spike_units = np.concatenate((spike_units, np.empty_like(spike_units)))
        begin = n_spikes
        start = step_bounds(steps, begins[b], ends[b], bounds)
        fired[:] = False
        for block in range(n_blocks):
            _hidden(
                hidden_shape, w1, block * n_inputs * width, width, units, counts, bounds, start,
                alpha, beta, v_trace, block * n_steps * width, bits, block * len(hidden_shape),
                n_words, fired,
            )
        for t in range(start, n_steps):
            if fired[t]:
                for k in range(n_words):
                    word = bits[t * n_words + k]
                    bits[t * n_words + k] = 0
                    while word:
                        spike_steps[n_spikes] = t
                        spike_units[n_spikes] = k * LANES + np.int64(lowest_bit(word))
                        word &= word - np.uint16(1)
                        n_spikes += 1
        spike_counts[b] = n_spikes - begin
    return spike_steps[:n_spikes].copy(), spike_units[:n_spikes].copy()
