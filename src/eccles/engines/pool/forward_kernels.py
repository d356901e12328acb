"""The way forward of a block of samples: spikes, traces, and the readouts' peaks."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from eccles.engines.lanes import LANES
from eccles.engines.pool.layout import (
    ADAPTIVE,
    BLOCK,
    CONDUCTANCE,
    DELAY,
    OFFSET,
    POST,
    POST_END,
    PRE,
    PRE_END,
    RECEPTOR,
)
from eccles.engines.sample_kernels import step_bounds
from eccles.engines.simd import (
    above,
    above_or_nan,
    add,
    any_of,
    divide,
    load,
    lowest_bit,
    multiply,
    multiply_add,
    scale,
    scale_add,
    splat,
    store,
    store_bits,
    subtract,
    where,
    zeros,
)
from eccles.jit import borrowing, inlined


@inlined
def _add_rows(
    one: Any, w: Any, offset: int, width: int, rows: Any, counts: Any, first: int, last: int,
    shift: int, target: Any, place: int,
) -> None:
    """Add rows[first:last] of a matrix to a target, each as often as it counts."""
    four = (one, one, one, one)
    counted = len(counts) > 0
    c = 0
    while c + 4 * LANES <= width and first < last:
        total = load(four, target, place + c)
        for p in range(np.uint64(first), np.uint64(last)):
            row = load(four, w, offset + (np.int64(rows[p]) - shift) * width + c)
            total = scale_add(one * counts[p], row, total) if counted else add(total, row)
        store(target, place + c, total)
        c += 4 * LANES
    while c < width and first < last:
        rest = load((one,), target, place + c)
        for p in range(np.uint64(first), np.uint64(last)):
            part = load((one,), w, offset + (np.int64(rows[p]) - shift) * width + c)
            rest = scale_add(one * counts[p], part, rest) if counted else add(rest, part)
        store(target, place + c, rest)
        c += LANES


@inlined
def _integrate(circuit: Any, block: Any, trace: int) -> None:
    """Fire, reset and integrate current-based membranes; let conductances decay."""
    width, receptors = circuit.sizes[2], circuit.sizes[4]
    one = circuit.constants[0]
    shape = (one,)
    rest, ones = zeros(shape), splat(shape, one)
    membrane, decays = circuit.membrane, circuit.decays
    v_all, a_all, g_all, x_trace, bits = block.v, block.a, block.g, block.x_trace, block.bits
    adapts = circuit.kinds[0] == ADAPTIVE
    for c in range(0, width, LANES):
        beta, threshold = load(shape, membrane, c), load(shape, membrane, width + c)
        strength, rho = load(shape, membrane, 2 * width + c), load(shape, membrane, 3 * width + c)
        alpha, alpha_i = load(shape, decays, c), load(shape, decays, (receptors - 1) * width + c)
        for s in range(BLOCK):
            own = s * width + c
            v = load(shape, v_all, own)
            x = subtract(v, threshold)
            if adapts:
                a = load(shape, a_all, own)
                x = subtract(x, multiply(strength, a))
            store(x_trace, trace + own, x)
            fires = above(x, one - one)
            store_bits(bits, (s * width + c) // LANES, fires)
            g = load(shape, g_all, own)
            following = multiply_add(beta, v, g)
            store(g_all, own, multiply(alpha, g))
            if receptors > 1:
                inhibiting = load(shape, g_all, BLOCK * width + own)
                following = subtract(following, inhibiting)
                store(g_all, BLOCK * width + own, multiply(alpha_i, inhibiting))
            store(v_all, own, where(fires, rest, following))
            if adapts:
                store(a_all, own, multiply_add(rho, a, where(fires, ones, rest)))


@inlined
def _integrate_conductances(circuit: Any, block: Any, trace: int, traced: bool) -> None:
    """Do the same for membranes that are pulled towards reversal potentials."""
    width = circuit.sizes[2]
    constants, membrane, decays = circuit.constants, circuit.membrane, circuit.decays
    v_all, g, x_trace, y_trace = block.v, block.g, block.x_trace, block.y_trace
    left_trace = block.left_trace
    one = constants[0]
    half = len(y_trace) // 2
    for s in range(BLOCK):
        for n in range(width):
            own = np.uint64(s * width + n)
            second = np.uint64((BLOCK + s) * width + n)
            v, excitatory, inhibitory = v_all[own], g[own], g[second]
            x = v - membrane[np.uint64(width + n)]
            x_trace[np.uint64(trace) + own] = x
            total = one + excitatory + inhibitory
            target = (excitatory * constants[4] + inhibitory * constants[5]) / total
            left = math.exp(-total * membrane[np.uint64(4 * width + n)])
            v_all[own] = one - one if x > 0 else target + (v - target) * left
            if traced:
                left_trace[np.uint64(trace) + own] = left
                y_trace[np.uint64(trace) + own] = excitatory
                y_trace[np.uint64(half + trace) + own] = inhibitory
            g[own] = excitatory * decays[np.uint64(n)]
            g[second] = inhibitory * decays[np.uint64(width + n)]
    for c in range(0, BLOCK * width, LANES):
        x = load((one,), x_trace, trace + c)
        store_bits(block.bits, c // LANES, above(x, one - one))


@borrowing
def _first_move(
    one: Any, alpha: Any, beta: Any, class_width: int, w_out: Any, start: int, n_steps: int,
    spikes: Any, base: int, bounds: Any,
) -> int:
    """Return the step in which a sample's spikes first move a readout's potential."""
    shape = (one,)
    rest = zeros(shape)
    first = n_steps
    for c in range(0, class_width, LANES):
        o = rest
        j = rest
        for t in range(start, first):
            o = scale_add(beta, o, j)
            if any_of(above_or_nan(o, rest)) or any_of(above_or_nan(rest, o)):
                first = t
                break
            j = scale(alpha, j)
            for q in range(np.uint64(base + bounds[t]), np.uint64(base + bounds[t + 1])):
                j = add(j, load(shape, w_out, np.int64(spikes[q]) * class_width + c))
    return first


@borrowing
def _read_out(
    one: Any, alpha: Any, beta: Any, class_width: int, w_out: Any, start: int, n_steps: int,
    spikes: Any, base: int, bounds: Any, zero_start: bool, mean: bool, peak: Any, peak_step: Any,
    place: int,
) -> None:
    """Integrate a sample's spikes; leave each class's peak and its step, or its mean.

    Nothing depends on the readouts, so they follow when all spikes are known, in registers: a
    processor waits long to read what a mask has just written.
    """
    shape = (one,)
    rest = zeros(shape)
    begin, lowest = start, 0.0
    if not (zero_start or mean):
        begin = _first_move(
            one, alpha, beta, class_width, w_out, start, n_steps, spikes, base, bounds
        )
        lowest = -np.inf if begin < n_steps else 0.0
    for c in range(0, class_width, LANES):
        o = rest
        j = rest
        best = splat(shape, one * lowest)
        best_step = rest
        for t in range(start, n_steps):
            o = scale_add(beta, o, j)
            j = scale(alpha, j)
            for q in range(np.uint64(base + bounds[t]), np.uint64(base + bounds[t + 1])):
                j = add(j, load(shape, w_out, np.int64(spikes[q]) * class_width + c))
            if mean:
                best = add(best, o)
            elif t >= begin:
                # So written, a potential that is no number shows in the loss.
                higher = above_or_nan(o, best)
                best = where(higher, o, best)
                best_step = where(higher, splat(shape, one * (t + 1)), best_step)
        store(peak, place + c, divide(best, splat(shape, one * n_steps)) if mean else best)
        store(peak_step, place + c, best_step)


@borrowing
def _forward(circuit: Any, events: Any, first: int, n: int, block: Any) -> Any:
    """Run n samples; leave traces, spikes by step, peaks and their steps; return the first step."""
    width, class_width = circuit.sizes[2], circuit.sizes[3]
    one = circuit.constants[0]
    n_steps, traced = events.n_steps, events.traced
    none = events.counts[:0]
    conductance = circuit.kinds[0] == CONDUCTANCE
    bits, bounds, all_spikes, spike_bounds = (
        block.bits, block.bounds, block.spikes, block.spike_bounds,
    )
    room = n_steps * width
    n_words = width // LANES
    for state in (block.v, block.a, block.g):
        state[:] = 0
    spike_bounds[:] = 0
    start = n_steps
    for s in range(n):
        begin, end = events.begins[first + s], events.ends[first + s]
        start = min(start, step_bounds(events.steps, begin, end, bounds[s]))
    for t in range(start, n_steps):
        trace = (t if traced else 0) * BLOCK * width
        if conductance:
            _integrate_conductances(circuit, block, trace, traced)
        else:
            _integrate(circuit, block, trace)
        for s in range(n):
            count = spike_bounds[s, t]
            place = s * room + count
            for c in range(n_words):
                word = bits[s * n_words + c]
                while word:
                    all_spikes[place] = c * LANES + np.int64(lowest_bit(word))
                    word &= word - np.uint16(1)
                    place += 1
            spike_bounds[s, t + 1] = place - s * room
            for k in range(len(circuit.input_links)):
                u = t - circuit.input_links[k, DELAY] + 1
                if u >= start:
                    post = circuit.input_links[k, POST]
                    _add_rows(
                        one, circuit.w_in, circuit.input_links[k, OFFSET],
                        circuit.input_links[k, POST_END] - post, events.units, events.counts,
                        bounds[s, u], bounds[s, u + 1], 0, block.g,
                        (circuit.input_links[k, RECEPTOR] * BLOCK + s) * width + post,
                    )
            for k in range(len(circuit.links)):
                u = t - circuit.links[k, DELAY] + 1
                if u >= start:
                    # The spikes of a step are in order: those of the link's own come together.
                    low, high = s * room + spike_bounds[s, u], s * room + spike_bounds[s, u + 1]
                    pre, post = circuit.links[k, PRE], circuit.links[k, POST]
                    while low < high and all_spikes[low] < pre:
                        low += 1
                    while low < high and all_spikes[high - 1] >= circuit.links[k, PRE_END]:
                        high -= 1
                    _add_rows(
                        one, circuit.w, circuit.links[k, OFFSET],
                        circuit.links[k, POST_END] - post, all_spikes, none, low, high, pre,
                        block.g, (circuit.links[k, RECEPTOR] * BLOCK + s) * width + post,
                    )
    for s in range(n):
        _read_out(
            one, circuit.constants[1], circuit.constants[2], class_width, circuit.w_out, start,
            n_steps, all_spikes, s * room, spike_bounds[s], circuit.zero_start, circuit.mean,
            block.peak, block.peak_step, s * class_width,
        )
    return start
