"""The way forward of a sample: hidden spikes, and the readouts' peaks."""

from __future__ import annotations

from typing import Any

import numpy as np

from eccles.engines.lanes import LANES
from eccles.engines.sample_kernels import step_bounds
from eccles.engines.simd import (
    above,
    above_or_nan,
    add,
    any_of,
    load,
    lowest_bit,
    scale,
    scale_add,
    splat,
    store,
    store_bits,
    where,
    zeros,
)
from eccles.jit import inlined


@inlined
def fire(network: Any, events: Any, b: int, room: Any) -> Any:
    """Run the hidden neurons through sample b; return the step of its first event."""
    start = step_bounds(events.steps, events.begins[b], events.ends[b], room.bounds)
    room.fired[:] = False
    for block in range(network.n_blocks):
        _fire_block(network, events, block, start, room)
    return start


@inlined
def _fire_block(network: Any, events: Any, block: int, start: int, room: Any) -> None:
    """Run one block of hidden neurons; record membranes, spike bits and which steps had any."""
    shape, w1, alpha, beta = network.hidden_shape, network.w1, network.alpha, network.beta
    units, counts, bounds = events.units, events.counts, room.bounds
    v_trace, bits, fired = room.v_trace, room.bits, room.fired
    one = shape[0]
    width = LANES * len(shape)
    base, trace = block * network.n_inputs * width, block * events.n_steps * width
    word, n_words = block * len(shape), network.n_blocks * len(shape)
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


@inlined
def read_out(network: Any, start: int, room: Any) -> int:
    """Integrate the spikes; list them by step; leave each class's peak and its first step."""
    shape, w2, alpha, beta = network.class_shape, network.w2, network.alpha, network.beta
    bits, fired = room.bits, room.fired
    spikes, spike_bounds = room.spikes, room.spike_bounds
    one = shape[0]
    width = LANES * len(shape)
    n_words = network.n_blocks * len(network.hidden_shape)
    n_steps = len(fired)
    n_spikes = 0
    rest = zeros(shape)
    j = rest
    o = rest
    best = rest if network.zero_start else splat(shape, one * -np.inf)
    best_step = rest
    begun = network.zero_start
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
    store(room.peak, 0, best if begun else rest)
    store(room.peak_step, 0, best_step)
    return n_spikes
