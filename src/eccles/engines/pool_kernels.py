"""The event kernels of any network: time outermost, a few samples side by side.

Neurons that see each other must take every step together. So a block of four samples takes one step
after the other, with its membranes and conductances in the first cache level. Forward, spikes are
sparse: an event or a spike adds one row of weights. Backward, the adjoint of a spike is a sum over
all neurons that it reaches, a small matrix product each step, for the four samples at once, so that
a row of weights is read once for them all. What each step leaves behind (how far a membrane is from
its threshold, then in its place the adjoint of the conductance) stays in the second cache level.

Adjoints, with the step's spikes s, slopes h of the surrogate at x = v - threshold, and n = 1 - s:

    S[t] = F[t+1] + sum over links of W Y[t + delay]          of a spike
    Y[t] = alpha Y[t+1] + n M[t+1] du/dg                      of a conductance
    M[t] = S[t] h + n M[t+1] du/dv                            of a membrane

where u is the membrane before the reset, F the adjoint of the readouts' current, taken back through
their weights. Where the mean over time scores, its share comes in at every step, not at a peak's.
Adaptation a adds its adjoint P to S and takes -strength S h from it. A rate penalty adds to S what
`_press` says, at every step. The gradients of the weights add Y[t + delay] for each event or spike
at t.

Layouts, with N neurons padded to whole vectors, four samples a block: traces [T][4][N]; states
[4][N], conductances [receptor][4][N]; a link's weights are rows [pre][post], and transposed
for the product [post][pre] by stretches of `CHUNKS`, at the link's offset. Padding is zero.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from eccles.engines.packing import LANES
from eccles.engines.simd import (
    above,
    above_or_nan,
    absolute,
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
    superspike,
    where,
    zeros,
)
from eccles.engines.vector_kernels import _aligned, _softmax_loss, _step_bounds
from eccles.jit import borrowing, compiled, inlined

BLOCK = 4
"""Samples side by side: four, with four vectors each, leave the product registers to spare."""

LIF, ADAPTIVE, CONDUCTANCE = 0, 1, 2
SUPERSPIKE, TRIANGLE, ARCTAN, SIGMOID = 0, 1, 2, 3

CHUNKS = (6, 4, 2, 1)
"""Vectors that the product takes at once, the largest that fit first."""

DELAY, RECEPTOR, PRE, PRE_END, POST, POST_END, OFFSET = range(7)
"""What the columns of a link say; `PRE` to `POST_END` are places in the padded row."""


class Circuit(NamedTuple):
    """A network as the kernels want it; see the module for layouts.

    Attributes:
        sizes: int64, inputs, classes, padded neurons, padded classes, receptors.
        kinds: int64, the neuron's and the surrogate's.
        constants: one, the readouts' alpha and beta, the surrogate's scale, the excitatory and the
            inhibitory reversal potential.
        decays: of each receptor, [receptors * N].
        membrane: beta, threshold, strength, rho and dt / tau_mem, [5 * N].
        input_links, links: int64 [links, 7], of inputs and between neurons.
        w_in, w, w_transposed: weights of the input links, of the others, and those transposed.
        w_out, w_out_transposed: [N][C] and [C][N].
        zero_start: whether peaks include the readouts' start at zero.
        mean: whether a class scores by its mean over time: what is called peaks are means then.
        groups: int64 [groups, 2], where the neurons of each begin and end in the row.
        penalty: float64, strength of the rate penalty and the spikes a step that cost nothing.
    """

    sizes: Any
    kinds: Any
    constants: Any
    decays: Any
    membrane: Any
    input_links: Any
    links: Any
    w_in: Any
    w: Any
    w_transposed: Any
    w_out: Any
    w_out_transposed: Any
    zero_start: bool
    mean: bool
    groups: Any
    penalty: Any


class Events(NamedTuple):
    """The samples: their own events, how many steps they last, and whether traces are kept.

    Answers alone need no traces; a number here, rather than an argument, is compiled once.
    """

    begins: Any
    ends: Any
    steps: Any
    units: Any
    counts: Any
    n_steps: int
    traced: bool


class Block(NamedTuple):
    """What a block of samples needs: states, traces, spikes."""

    v: Any
    a: Any
    g: Any
    peak: Any
    peak_step: Any
    bits: Any
    bounds: Any
    spikes: Any
    spike_bounds: Any
    x_trace: Any
    y_trace: Any
    left_trace: Any


@compiled
def _block(circuit: Any, events: Any) -> Any:
    """Return room for a block; traces that aren't kept hold one step."""
    n_steps, traced = events.n_steps, events.traced
    width, class_width, receptors = circuit.sizes[2], circuit.sizes[3], circuit.sizes[4]
    like = circuit.constants
    conductance = circuit.kinds[0] == CONDUCTANCE
    trace = BLOCK * width * (n_steps if traced else 1)
    x_trace = _aligned(trace, like)
    # One receptor's adjoint can take the place of the membrane, which is read before it.
    alone = receptors == 1 and not conductance
    y_trace = x_trace if alone else _aligned(receptors * trace, like)
    return Block(
        _aligned(BLOCK * width, like), _aligned(BLOCK * width, like),
        _aligned(receptors * BLOCK * width, like),
        _aligned(BLOCK * class_width, like), _aligned(BLOCK * class_width, like),
        np.zeros(BLOCK * width // LANES, np.uint16), np.zeros((BLOCK, n_steps + 1), np.int64),
        np.empty(BLOCK * n_steps * width, np.uint16), np.zeros((BLOCK, n_steps + 1), np.int64),
        x_trace, y_trace, _aligned(trace if conductance else LANES, like),
    )


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
        start = min(start, _step_bounds(events.steps, begin, end, bounds[s]))
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
    return Adjoints(
        _aligned(size, like), _aligned(size, like), _aligned(circuit.sizes[4] * size, like),
        _aligned(size, like), _aligned(size, like), _aligned(size, like),
        _aligned(circuit.sizes[2], like), _aligned(size, like), _aligned(size, like),
    )


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


@compiled
def run_samples(
    circuit: Any, events: Any, first: int, last: int, labels: Any, weight: Any, grad_in: Any,
    grad: Any, grad_out: Any, losses: Any, peaks: Any, spike_counts: Any,
) -> None:
    """Run samples first to last.

    Where traces are kept, write losses and add gradients, each times `weight`; else write the
    readouts' peaks and the spike counts.
    """
    n_classes, class_width = circuit.sizes[1], circuit.sizes[3]
    room = events.n_steps * circuit.sizes[2]
    block, adjoints = _block(circuit, events), _adjoints(circuit)
    slopes = np.zeros((BLOCK, class_width), circuit.constants.dtype)
    for b in range(first, last, BLOCK):
        n = min(BLOCK, last - b)
        start = _forward(circuit, events, b, n, block)
        if not events.traced:
            for s in range(n):
                for k in range(n_classes):
                    peaks[b + s, k] = block.peak[s * class_width + k]
                for m in range(spike_counts.shape[1]):
                    spike_counts[b + s, m] = 0
                for q in range(block.spike_bounds[s, events.n_steps]):
                    spike_counts[b + s, block.spikes[s * room + q]] += 1
            continue
        for s in range(n):
            peak = block.peak[s * class_width : (s + 1) * class_width]
            losses[b + s] = _softmax_loss(peak, labels[b + s], n_classes, weight, slopes[s])
            if circuit.mean:
                slopes[s] /= circuit.constants[0] * events.n_steps
            if circuit.penalty[0] > 0:
                losses[b + s] += _press(circuit, events, block, s, weight, adjoints.pressure)
        end = _backward(circuit, block, adjoints, n, start, slopes)
        for s in range(n):
            _weight_gradients(
                circuit, events, s, block, start, end, slopes[s], grad_in, grad, grad_out
            )


@compiled
def list_spikes(circuit: Any, events: Any, begins: Any, steps: Any, units: Any) -> None:
    """Write the steps and units of all spikes, each sample's from its place in `begins` on."""
    room = events.n_steps * circuit.sizes[2]
    block = _block(circuit, events)
    for b in range(0, len(begins), BLOCK):
        n = min(BLOCK, len(begins) - b)
        _forward(circuit, events, b, n, block)
        for s in range(n):
            for t in range(events.n_steps):
                for q in range(block.spike_bounds[s, t], block.spike_bounds[s, t + 1]):
                    steps[begins[b + s] + q] = t
                    units[begins[b + s] + q] = block.spikes[s * room + q]
