"""The way back of a sample: from the slopes at the peaks to the gradients of both weights."""

from __future__ import annotations

from typing import Any

import numpy as np

from eccles.engines.event.gather_kernels import EVENTS_A_UNIT, gather, list_by_unit
from eccles.engines.lanes import LANES
from eccles.engines.simd import (
    above,
    add,
    load,
    multiply_add,
    scale,
    scale_add,
    splat,
    store,
    superspike,
    where,
    zeros,
)
from eccles.jit import borrowing, inlined


@inlined
def add_gradients(
    network: Any, events: Any, start: int, room: Any, grad1: Any, grad2: Any
) -> None:
    """Add the gradients of a sample whose first event has step `start`, from its slopes back."""
    _order_by_step(room.peak_step, room.order)
    last = np.int64(room.peak_step[room.order[0]])
    # An event later than that has no way to a peak.
    stop = max(start, last - 3)
    gathers = room.bounds[stop] - room.bounds[start] >= EVENTS_A_UNIT * network.n_inputs
    if gathers:
        list_by_unit(events, room.bounds, start, stop, room.by_unit)
    for block in range(network.n_blocks):
        _hidden_backward(network, events, block, start, room, grad1, gathers)
        if gathers:
            width = LANES * len(network.hidden_shape)
            base, trace = block * network.n_inputs * width, block * events.n_steps * width
            gather(network.hidden_shape, room.by_unit, room.v_trace[trace:], grad1[base:])
    _readout_backward(network, start, last, room, grad2)


@borrowing
def _order_by_step(peak_step: Any, order: Any) -> None:
    """Sort the classes by the step of their peak, latest first."""
    for k in range(len(order)):
        place = k
        while place > 0 and peak_step[order[place - 1]] < peak_step[k]:
            order[place] = order[place - 1]
            place -= 1
        order[place] = k


@inlined
def _hidden_backward(
    network: Any, events: Any, block: int, start: int, room: Any, grad1: Any, gathers: bool
) -> None:
    """Add one block's share of dw1: the adjoint of the hidden neurons and of the readout.

    If it is to be gathered, leave the current's adjoint in place of the membranes instead.
    """
    shape, w2t, alpha, beta = network.hidden_shape, network.w2t, network.alpha, network.beta
    units, counts, bounds, v_trace = events.units, events.counts, room.bounds, room.v_trace
    slopes, order, peak_step, n_classes = room.slopes, room.order, room.peak_step, len(room.order)
    one = shape[0]
    width = LANES * len(shape)
    base, trace = block * network.n_inputs * width, block * events.n_steps * width
    column, n_hidden = block * width, network.n_blocks * width
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
        m = multiply_add(f, superspike(v, one, network.steepness), scale(beta, gated))
        f = scale_add(alpha, f, a)
        a = scale(beta, a)
        while nxt < n_classes and np.int64(peak_step[order[nxt]]) == t:
            k = order[nxt]
            a = scale_add(slopes[k], load(shape, w2t, k * n_hidden + column), a)
            nxt += 1
        t -= 1


@inlined
def _readout_backward(network: Any, start: int, last: int, room: Any, grad2: Any) -> None:
    """Add dw2: the adjoint of the readout, in class space."""
    shape, alpha, beta = network.class_shape, network.alpha, network.beta
    spikes, spike_bounds = room.spikes, room.spike_bounds
    one = shape[0]
    width = LANES * len(shape)
    g = load(shape, room.slopes, 0)
    when = load(shape, room.peak_step, 0)
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
