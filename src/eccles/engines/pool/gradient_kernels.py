"""The gradients of the weights, from the adjoints of what each event and spike reached."""

from __future__ import annotations

from typing import Any

import numpy as np

from eccles.engines.lanes import LANES
from eccles.engines.pool.layout import BLOCK, DELAY, OFFSET, POST, POST_END, PRE, PRE_END, RECEPTOR
from eccles.engines.simd import above, add, load, scale, scale_add, splat, store, where, zeros
from eccles.jit import borrowing, inlined


@inlined
def _add_to_row(
    one: Any, grad: Any, offset: int, width: int, y: Any, place: int, count: Any
) -> None:
    """Add an adjoint to a row of a gradient."""
    four = (one, one, one, one)
    c = 0
    while c + 4 * LANES <= width:
        row = load(four, grad, offset + c)
        store(grad, offset + c, scale_add(count, load(four, y, place + c), row))
        c += 4 * LANES
    while c < width:
        part = load((one,), grad, offset + c)
        store(grad, offset + c, scale_add(count, load((one,), y, place + c), part))
        c += LANES


@borrowing
def _link_gradients(
    one: Any, width: int, delay: int, offset: int, pre: int, pre_end: int, n_post: int,
    y_trace: Any, place: int, bounds: Any, units: Any, base: int, counts: Any, start: int,
    last: int, grad: Any,
) -> None:
    """Add a sample's gradient of one link: for each event, the adjoint of what it reached."""
    counted = len(counts) > 0
    for t in range(start, last - delay + 1):
        y = place + (t + delay - 1) * BLOCK * width
        for q in range(np.uint64(base + bounds[t]), np.uint64(base + bounds[t + 1])):
            unit = np.int64(units[q])
            if pre <= unit < pre_end:
                count = one * counts[q] if counted else one
                _add_to_row(one, grad, offset + (unit - pre) * n_post, n_post, y_trace, y, count)


@borrowing
def _readout_gradients(
    one: Any, alpha: Any, beta: Any, class_width: int, start: int, last: int, spikes: Any,
    base: int, bounds: Any, slopes: Any, peak_step: Any, first: int, mean: bool, grad: Any,
) -> None:
    """Add a sample's gradient of the readouts' weights, in class space."""
    shape = (one,)
    rest = zeros(shape)
    for c in range(0, class_width, LANES):
        g, when = load(shape, slopes, c), load(shape, peak_step, first + c)
        a = rest
        f = rest
        for t in range(last, start - 1, -1):
            if t < last:
                for q in range(np.uint64(base + bounds[t]), np.uint64(base + bounds[t + 1])):
                    row = np.int64(spikes[q]) * class_width + c
                    store(grad, row, add(load(shape, grad, row), f))
                f = scale_add(alpha, f, a)
                a = scale(beta, a)
            now = splat(shape, one * t)
            due = where(above(when, now), rest, g)
            due = where(above(now, when), rest, due)
            a = add(a, g if mean else due)


@borrowing
def _weight_gradients(
    circuit: Any, events: Any, s: int, block: Any, start: int, last: int, slopes: Any,
    grad_in: Any, grad: Any, grad_out: Any,
) -> None:
    """Add a sample's gradients of all weights."""
    width, class_width, receptors = circuit.sizes[2], circuit.sizes[3], circuit.sizes[4]
    one, alpha, beta = circuit.constants[0], circuit.constants[1], circuit.constants[2]
    half = len(block.y_trace) // receptors
    none = events.counts[:0]
    room = s * events.n_steps * width
    for i in range(len(circuit.input_links)):
        link = circuit.input_links[i]
        place = link[RECEPTOR] * half + s * width + link[POST]
        _link_gradients(
            one, width, link[DELAY], link[OFFSET], link[PRE], link[PRE_END],
            link[POST_END] - link[POST], block.y_trace, place, block.bounds[s], events.units, 0,
            events.counts, start, last, grad_in,
        )
    for i in range(len(circuit.links)):
        link = circuit.links[i]
        place = link[RECEPTOR] * half + s * width + link[POST]
        _link_gradients(
            one, width, link[DELAY], link[OFFSET], link[PRE], link[PRE_END],
            link[POST_END] - link[POST], block.y_trace, place, block.spike_bounds[s],
            block.spikes, room, none, start, last, grad,
        )
    _readout_gradients(
        one, alpha, beta, class_width, start, last, block.spikes, room, block.spike_bounds[s],
        slopes, block.peak_step, s * class_width, circuit.mean, grad_out,
    )
