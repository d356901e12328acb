"""The event kernels once more, in plain loops: the readable twin of `vector_kernels`.

The same functions with the same arguments and layouts, for reading, for testing, and for a
machine on which the register vectors of `eccles.engines.simd` don't compile.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from eccles.engines.event.update import GRADIENTS
from eccles.engines.event.update_kernels import update_share
from eccles.engines.lanes import LANES
from eccles.engines.thread_pool import orders
from eccles.jit import compiled


@compiled
def _forward(
    b: int, begins: Any, ends: Any, steps: Any, units: Any, counts: Any, width: int, n_inputs: int,
    one: Any, alpha: Any, beta: Any, zero_start: bool, w1: Any, w2: Any, v: Any, s: Any, peak: Any,
    peak_step: Any,
) -> None:
    """Run sample b; leave v [T + 1, H], spikes s [T, H], peaks [C] and their first steps."""
    n_steps, n_hidden = s.shape
    n_classes = len(peak)
    rest = one - one
    i = np.zeros(n_hidden, w1.dtype)
    o = np.zeros(n_classes, w1.dtype)
    j = np.zeros(n_classes, w1.dtype)
    v[0] = 0
    peak[:] = 0 if zero_start else -np.inf
    peak_step[:] = 0
    begun = zero_start
    event = begins[b]
    for t in range(n_steps):
        for k in range(n_classes):
            o[k] = beta * o[k] + j[k]
            j[k] *= alpha
            begun = begun or o[k] != 0
        for k in range(n_classes):
            # So written, a potential that is no number shows in the loss.
            if begun and not o[k] <= peak[k]:
                peak[k] = o[k]
                peak_step[k] = t + 1
        following = v[t + 1]
        for n in range(n_hidden):
            fires = v[t, n] > one
            s[t, n] = fires
            following[n] = rest if fires else beta * v[t, n] + i[n]
            i[n] *= alpha
        for n in range(n_hidden):
            if s[t, n]:
                for k in range(n_classes):
                    j[k] += w2[n * n_classes + k]
        while event < ends[b] and steps[event] == t:
            count = one * counts[event] if len(counts) else one
            for block in range(n_hidden // width):
                row = w1[(block * n_inputs + units[event]) * width :]
                target = i[block * width :]
                for n in range(width):
                    target[n] += count * row[n]
            event += 1
    if not begun:
        peak[:] = 0


@compiled
def _softmax_slopes(peak: Any, label: int, n_classes: int, weight: Any, slopes: Any) -> Any:
    """Return -log softmax(peak)[label]; leave its slopes times `weight`."""
    highest = peak[:n_classes].max()
    total = np.exp(peak[:n_classes] - highest).sum()
    for k in range(n_classes):
        slopes[k] = math.exp(peak[k] - highest) / total * weight
    slopes[label] -= weight
    return math.log(total) - (peak[label] - highest)


@compiled
def _backward(
    b: int, begins: Any, ends: Any, steps: Any, units: Any, counts: Any, width: int, n_inputs: int,
    n_classes: int, one: Any, alpha: Any, beta: Any, steepness: Any, w2t: Any, v: Any, s: Any,
    slopes: Any, peak_step: Any, grad1: Any, grad2: Any,
) -> None:
    """Add sample b's gradients, from its last peak back to its first event.

    Adjoints in hidden space: a of the readouts' o and f of their j, both through w2; m of the
    membrane v and y of the synaptic current i. In class space: c of o and d of j.
    """
    rest = one - one
    n_hidden = v.shape[1]
    class_width = len(peak_step)
    a = np.zeros(n_hidden, v.dtype)
    f = np.zeros(n_hidden, v.dtype)
    m = np.zeros(n_hidden, v.dtype)
    y = np.zeros(n_hidden, v.dtype)
    c = np.zeros(class_width, v.dtype)
    d = np.zeros(class_width, v.dtype)
    event = ends[b] - 1
    last = np.int64(peak_step.max())
    for t in range(last, -1, -1):
        while event >= begins[b] and steps[event] >= t:
            if steps[event] == t and t < last:
                count = one * counts[event] if len(counts) else one
                for block in range(n_hidden // width):
                    row = grad1[(block * n_inputs + units[event]) * width :]
                    source = y[block * width :]
                    for n in range(width):
                        row[n] += count * source[n]
            event -= 1
        if t < last:
            for n in range(n_hidden):
                gated = rest if s[t, n] else m[n]
                distance = steepness * abs(v[t, n] - one) + one
                y[n] = alpha * y[n] + gated
                m[n] = f[n] / (distance * distance) + beta * gated
                f[n] = alpha * f[n] + a[n]
                a[n] *= beta
            for n in range(n_hidden):
                if s[t, n]:
                    for k in range(n_classes):
                        grad2[n * class_width + k] += d[k]
            for k in range(n_classes):
                d[k] = alpha * d[k] + c[k]
                c[k] *= beta
        for k in range(n_classes):
            if peak_step[k] == t:
                c[k] += slopes[k]
                row = w2t[k * n_hidden :]
                for n in range(n_hidden):
                    a[n] += slopes[k] * row[n]


@compiled
def train_samples(
    hidden_shape: Any, class_shape: Any, chosen: Any, begins: Any, ends: Any, steps: Any,
    units: Any, counts: Any, labels: Any, weight: Any, n_steps: int, n_inputs: int, n_blocks: int,
    n_classes: int, alpha: Any, beta: Any, steepness: Any, zero_start: bool, w1: Any, w2: Any,
    w2t: Any, grad1: Any, grad2: Any, losses: Any,
) -> None:
    """Write the losses of some samples and add their gradients; see the twin for the arguments."""
    width = LANES * len(hidden_shape)
    v = np.empty((n_steps + 1, n_blocks * width), w1.dtype)
    s = np.empty((n_steps, n_blocks * width), np.bool_)
    peak = np.empty(LANES * len(class_shape), w1.dtype)
    peak_step = np.empty(LANES * len(class_shape), w1.dtype)
    slopes = np.zeros(n_classes, w1.dtype)
    for b in range(chosen[0], chosen[1]):
        _forward(
            b, begins, ends, steps, units, counts, width, n_inputs, hidden_shape[0], alpha, beta,
            zero_start, w1, w2, v, s, peak, peak_step,
        )
        losses[b] = _softmax_slopes(peak, labels[b], n_classes, weight, slopes)
        _backward(
            b, begins, ends, steps, units, counts, width, n_inputs, n_classes, hidden_shape[0],
            alpha, beta, steepness, w2t, v, s, slopes, peak_step, grad1, grad2,
        )


@compiled
def train_parts(
    member: int, members: int, hidden_shape: Any, class_shape: Any, batch: Any, begins: Any,
    ends: Any, steps: Any, units: Any, counts: Any, labels: Any, weight: Any, n_steps: int,
    n_inputs: int, n_blocks: int, n_classes: int, alpha: Any, beta: Any, steepness: Any,
    zero_start: bool, w1: Any, w2: Any, w2t: Any, gradients: Any, losses: Any,
    update: Any,
) -> None:
    """Train one member's share of a batch; see the twin."""
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
    """Write the readouts' peaks and the spike counts of some samples; see the twin."""
    width = LANES * len(hidden_shape)
    v = np.empty((n_steps + 1, n_blocks * width), w1.dtype)
    s = np.empty((n_steps, n_blocks * width), np.bool_)
    peak = np.empty(LANES * len(class_shape), w1.dtype)
    peak_step = np.empty(LANES * len(class_shape), w1.dtype)
    for b in range(chosen[0], chosen[1]):
        _forward(
            b, begins, ends, steps, units, counts, width, n_inputs, hidden_shape[0], alpha, beta,
            zero_start, w1, w2, v, s, peak, peak_step,
        )
        peaks[b] = peak[: peaks.shape[1]]
        for n in range(spike_counts.shape[1]):
            spike_counts[b, n] = s[:, n].sum()


@compiled
def spike_samples(
    hidden_shape: Any, chosen: Any, begins: Any, ends: Any, steps: Any, units: Any, counts: Any,
    n_steps: int, n_inputs: int, n_blocks: int, alpha: Any, beta: Any, w1: Any, spike_counts: Any,
) -> Any:
    """Return the steps and units of the hidden spikes, sorted by sample, step and unit."""
    width = LANES * len(hidden_shape)
    n_hidden = n_blocks * width
    v = np.empty((n_steps + 1, n_hidden), w1.dtype)
    s = np.empty((n_steps, n_hidden), np.bool_)
    # The readouts take no part in this: one of no weight.
    w2 = np.zeros(n_hidden, w1.dtype)
    peak = np.empty(1, w1.dtype)
    peak_step = np.empty(1, w1.dtype)
    spike_steps = [np.uint16(0) for _ in range(0)]
    spike_units = [np.uint16(0) for _ in range(0)]
    for b in range(chosen[0], chosen[1]):
        _forward(
            b, begins, ends, steps, units, counts, width, n_inputs, hidden_shape[0], alpha, beta,
            True, w1, w2, v, s, peak, peak_step,
        )
        spike_counts[b] = 0
        for t in range(n_steps):
            for n in range(n_hidden):
                if s[t, n]:
                    spike_steps.append(np.uint16(t))
                    spike_units.append(np.uint16(n))
                    spike_counts[b] += 1
    return np.array(spike_steps, np.uint16), np.array(spike_units, np.uint16)
