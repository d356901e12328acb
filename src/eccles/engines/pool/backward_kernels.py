"""The way back of a block of samples: from the loss to the adjoints of all conductances."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from eccles.engines.lanes import LANES, scratch
from eccles.engines.pool.layout import (
    ADAPTIVE,
    ARCTAN,
    BLOCK,
    CONDUCTANCE,
    DELAY,
    OFFSET,
    POST,
    POST_END,
    PRE,
    PRE_END,
    RECEPTOR,
    SIGMOID,
    SUPERSPIKE,
    TRIANGLE,
)
from eccles.engines.simd import (
    above,
    absolute,
    add,
    divide,
    load,
    multiply,
    multiply_add,
    scale,
    scale_add,
    splat,
    store,
    subtract,
    superspike,
    where,
    zeros,
)
from eccles.jit import borrowing, compiled, inlined


@inlined
def _product_chunk(
    shape: Any, wt: Any, row: int, step: int, y: Any, first: int, last: int, width: int,
    target: Any, place: int,
) -> None:
    """Add W Y for one stretch of presynaptic neurons, of as many vectors as `shape` has."""
    a0 = load(shape, target, place)
    a1 = load(shape, target, width + place)
    a2 = load(shape, target, 2 * width + place)
    a3 = load(shape, target, 3 * width + place)
    for n in range(np.uint64(first), np.uint64(last)):
        w = load(shape, wt, row)
        a0 = scale_add(y[n], w, a0)
        a1 = scale_add(y[n + np.uint64(width)], w, a1)
        a2 = scale_add(y[n + np.uint64(2 * width)], w, a2)
        a3 = scale_add(y[n + np.uint64(3 * width)], w, a3)
        row += step
    store(target, place, a0)
    store(target, width + place, a1)
    store(target, 2 * width + place, a2)
    store(target, 3 * width + place, a3)


@borrowing
def _product(
    one: Any, wt: Any, offset: int, pre: int, n_pre: int, y: Any, first: int, last: int,
    width: int, target: Any,
) -> None:
    """Add W Y to the adjoints of a link's presynaptic spikes, for four samples.

    The weights come in stretches of `CHUNKS` vectors, largest first, each [post][stretch].
    """
    place, end, n_post = pre, pre + n_pre, last - first
    row = offset
    while place + 6 * LANES <= end:
        _product_chunk(
            (one, one, one, one, one, one), wt, row, 6 * LANES, y, first, last, width, target,
            place,
        )
        row += 6 * LANES * n_post
        place += 6 * LANES
    while place + 4 * LANES <= end:
        _product_chunk(
            (one, one, one, one), wt, row, 4 * LANES, y, first, last, width, target, place
        )
        row += 4 * LANES * n_post
        place += 4 * LANES
    while place + 2 * LANES <= end:
        _product_chunk((one, one), wt, row, 2 * LANES, y, first, last, width, target, place)
        row += 2 * LANES * n_post
        place += 2 * LANES
    while place < end:
        _product_chunk((one,), wt, row, LANES, y, first, last, width, target, place)
        row += LANES * n_post
        place += LANES


@borrowing
def _sigmoid_slopes(x: Any, first: int, n: int, k: Any, slopes: Any) -> None:
    """Write k p (1 - p) with p = 1 / (1 + exp(-k x)), from a trace; it keeps its digits."""
    for m in range(n):
        e = math.exp(-abs(k * x[first + m]))
        slopes[m] = k * e / ((1 + e) * (1 + e))


@borrowing
def _slope(shape: Any, kind: int, x: Any, one: Any, k: Any, slopes: Any, c: int) -> Any:
    """Return the surrogate's slope at x."""
    if kind == SUPERSPIKE:
        return superspike(x, one - one, k)
    if kind == TRIANGLE:
        height = subtract(splat(shape, one), scale(k, absolute(x)))
        return scale(k, where(above(height, one - one), height, zeros(shape)))
    if kind == ARCTAN:
        y = scale(one * 0.5 * np.pi * k, x)
        return divide(splat(shape, one * 0.5 * k), multiply_add(y, y, splat(shape, one)))
    return load(shape, slopes, c)


class Adjoints(NamedTuple):
    """Adjoints of a block: of membranes, adaptation, conductances, spikes, readouts (o and j).

    `pressure` is what the rate penalty adds to the adjoint of every spike, `steady` what means add
    to that of the readouts' potentials at every step.
    """

    m: Any
    p: Any
    y: Any
    s: Any
    a: Any
    f: Any
    slopes: Any
    pressure: Any
    steady: Any


@compiled
def _adjoints(circuit: Any) -> Any:
    size, like = BLOCK * circuit.sizes[2], circuit.constants
    made = Adjoints(
        scratch(size, like), scratch(size, like), scratch(circuit.sizes[4] * size, like),
        scratch(size, like), scratch(size, like), scratch(size, like),
        scratch(circuit.sizes[2], like), scratch(size, like), scratch(size, like),
    )
    # Places that fill a vector up are no neuron's: nothing writes them, and all are added.
    made.pressure[:] = 0
    made.steady[:] = 0
    return made


@borrowing
def _press(circuit: Any, events: Any, block: Any, s: int, weight: Any, pressure: Any) -> float:
    """Return what a sample's spikes cost, and write what each of them adds to that, by neuron.

    The cost of `functional.rate_penalty`; its derivative is the same at every step.
    """
    width, groups = circuit.sizes[2], circuit.groups
    strength, allowed = circuit.penalty[0], circuit.penalty[1] * events.n_steps
    room = s * events.n_steps * width
    cost = 0.0
    for g in range(len(groups)):
        first, last = groups[g, 0], groups[g, 1]
        n = 0
        for q in range(block.spike_bounds[s, events.n_steps]):
            n += first <= block.spikes[room + q] < last
        beyond = max(0.0, n / (last - first) - allowed)
        cost += strength * beyond * beyond
        each = weight * (2.0 * strength * beyond / (last - first))
        pressure[s * width + first : s * width + last] = each
    return cost


@borrowing
def _steady(circuit: Any, n: int, slopes: Any, steady: Any) -> None:
    """Write what means let reach the readouts' potentials, the same at every step."""
    width, w_out_transposed = circuit.sizes[2], circuit.w_out_transposed
    one = circuit.constants[0]
    steady[:] = 0
    for s in range(n):
        for k in range(circuit.sizes[1]):
            for c in range(0, width, LANES):
                row = load((one,), w_out_transposed, k * width + c)
                own = load((one,), steady, s * width + c)
                store(steady, s * width + c, scale_add(slopes[s, k], row, own))


@inlined
def _inject(
    circuit: Any, block: Any, s: int, t: int, slopes: Any, steady: Any, a: Any
) -> None:
    """Let the loss reach the readouts' potentials, at the step of each class's peak or always."""
    if circuit.mean:
        width = circuit.sizes[2]
        shape = (circuit.constants[0],)
        for c in range(s * width, (s + 1) * width, LANES):
            store(a, c, add(load(shape, a, c), load(shape, steady, c)))
        return
    n_classes, width, class_width = circuit.sizes[1], circuit.sizes[2], circuit.sizes[3]
    one = circuit.constants[0]
    peak_step, w_out_transposed = block.peak_step, circuit.w_out_transposed
    for k in range(n_classes):
        if peak_step[s * class_width + k] == t:
            for c in range(0, width, LANES):
                row = load((one,), w_out_transposed, k * width + c)
                own = load((one,), a, s * width + c)
                store(a, s * width + c, scale_add(slopes[s, k], row, own))


@borrowing
def _backward(circuit: Any, block: Any, adjoints: Any, n: int, start: int, slopes: Any) -> int:
    """Take the loss back to every conductance; leave their adjoints in place of the traces.

    Returns the last step that counts, that of the last peak, or the end: adjoints of that step and
    later ones are zero, and aren't written.
    """
    width, class_width, receptors = circuit.sizes[2], circuit.sizes[3], circuit.sizes[4]
    constants = circuit.constants
    one, alpha, beta, k = constants[0], constants[1], constants[2], constants[3]
    shape = (one,)
    rest, ones = zeros(shape), splat(shape, one)
    to_excitatory, to_inhibitory = splat(shape, constants[4]), splat(shape, constants[5])
    neuron, kind = circuit.kinds[0], circuit.kinds[1]
    membrane, decays = circuit.membrane, circuit.decays
    x_trace, y_trace, left_trace = block.x_trace, block.y_trace, block.left_trace
    m, p, y, spike, a, f = (
        adjoints.m, adjoints.p, adjoints.y, adjoints.s, adjoints.a, adjoints.f,
    )
    buffer, pressure = adjoints.slopes, adjoints.pressure
    for state in (m, p, y, a, f):
        state[:] = 0
    half = len(y_trace) // receptors
    # A penalty reaches the spikes of all steps, peaks those before them.
    pressed = circuit.penalty[0] > 0
    last = len(x_trace) // (BLOCK * width) if pressed or circuit.mean else 0
    for c in range(n * class_width):
        last = max(last, int(block.peak_step[c]))
    if circuit.mean:
        _steady(circuit, n, slopes, adjoints.steady)
    for s in range(n):
        _inject(circuit, block, s, last, slopes, adjoints.steady, a)
    for t in range(last - 1, start - 1, -1):
        for c in range(0, BLOCK * width, LANES):
            of_readouts = load(shape, f, c)
            if pressed:
                of_readouts = add(of_readouts, load(shape, pressure, c))
            store(spike, c, of_readouts)
        for i in range(len(circuit.links)):
            later = t + circuit.links[i, DELAY] - 1
            if later < last:
                # Of this step the adjoints are at hand, of later ones they are in the trace.
                now = later == t
                receptor = circuit.links[i, RECEPTOR]
                place = receptor * (BLOCK * width if now else half)
                place += 0 if now else later * BLOCK * width
                pre = circuit.links[i, PRE]
                _product(
                    one, circuit.w_transposed, circuit.links[i, OFFSET], pre,
                    circuit.links[i, PRE_END] - pre, y if now else y_trace,
                    place + circuit.links[i, POST], place + circuit.links[i, POST_END], width,
                    spike,
                )
        for s in range(n):
            trace = (t * BLOCK + s) * width
            if kind == SIGMOID:
                _sigmoid_slopes(x_trace, trace, width, k, buffer)
            for c in range(0, width, LANES):
                own, second = s * width + c, (BLOCK + s) * width + c
                x = load(shape, x_trace, trace + c)
                slope = _slope(shape, kind, x, one, k, buffer, c)
                gated = where(above(x, one - one), rest, load(shape, m, own))
                of_spike = load(shape, spike, own)
                if neuron == ADAPTIVE:
                    later_p = load(shape, p, own)
                    of_spike = add(of_spike, later_p)
                    taken = multiply(load(shape, membrane, 2 * width + c), slope)
                    kept = multiply(load(shape, membrane, 3 * width + c), later_p)
                    store(p, own, subtract(kept, multiply(taken, of_spike)))
                y_e = load(shape, y, own)
                if neuron == CONDUCTANCE:
                    g_e = load(shape, y_trace, trace + c)
                    g_i = load(shape, y_trace, half + trace + c)
                    left = load(shape, left_trace, trace + c)
                    v = add(x, load(shape, membrane, width + c))
                    rate = load(shape, membrane, 4 * width + c)
                    total = add(ones, add(g_e, g_i))
                    pulled = multiply_add(g_e, to_excitatory, multiply(g_i, to_inhibitory))
                    target = divide(pulled, total)
                    near = divide(subtract(ones, left), total)
                    far = multiply(multiply(subtract(v, target), rate), left)
                    pull_e = multiply(subtract(to_excitatory, target), near)
                    pull_i = multiply(subtract(to_inhibitory, target), near)
                    into_e = multiply(gated, subtract(pull_e, far))
                    into_i = multiply(gated, subtract(pull_i, far))
                    through = left
                else:
                    into_e = gated
                    into_i = subtract(rest, gated)
                    through = load(shape, membrane, c)
                store(y_trace, trace + c, y_e)
                store(y, own, multiply_add(load(shape, decays, c), y_e, into_e))
                if receptors > 1:
                    y_i = load(shape, y, second)
                    store(y_trace, half + trace + c, y_i)
                    fading = load(shape, decays, width + c)
                    store(y, second, multiply_add(fading, y_i, into_i))
                store(m, own, multiply_add(of_spike, slope, multiply(through, gated)))
                of_o = load(shape, a, own)
                store(f, own, scale_add(alpha, load(shape, f, own), of_o))
                store(a, own, scale(beta, of_o))
            _inject(circuit, block, s, t, slopes, adjoints.steady, a)
    return last
