"""The devices' update in one pass over the weights: rules with a closed form, and exp.

Each operation is that of its twin of `crossbar` and `rules`, and rounds as that does. Weights come
a block at a time, and a loop over a block touches few arrays, so that it takes several at once.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from eccles.devices import sum_kernel, walk_kernel
from eccles.devices.sum_kernel import AT_ONCE, sum_terms
from eccles.devices.walk_kernel import walk
from eccles.jit import inlined, rounded

_AT_ONCE_EXP = 4096
"""Weights of a block of exp: the more are sorted, the more alike are neighbours."""

_ROWS = sum_kernel.ROWS + 5
_ROOM_ROWS, _GROUP = walk_kernel.ROWS, walk_kernel.WIDTH


class Asked(NamedTuple):
    """Weights and their state, which lie flat.

    Attributes:
        weight: after the optimizer's step; after an update, what is read of the devices.
        before: before that step.
        hidden: conductances, updated.
        scale: weights to one of conductance.
    """

    weight: Any
    before: Any
    hidden: Any
    scale: Any


class Held(NamedTuple):
    """The devices; arrays lie flat, a value a weight, or are empty for none.

    Attributes:
        low, high: bounds of a weight's sign.
        steps: [2, n], sizes of steps up and down at zero.
        slopes: [2, n], share of its size that a step loses by conductance, up and down; of exp
            that of its exponent, [1, n], the same for both.
        reference: what is added to a conductance that a rule looks at.
        stuck: which devices never move.
        shape: of exp, its b, amplitude and gamma up and down, and what noise adds to a step.
        constants: step, cycle, decay, write, and most pulses, in the weights' type.
        additive: whether noise keeps its size where steps shrink.
    """

    low: Any
    high: Any
    steps: Any
    slopes: Any
    reference: Any
    stuck: Any
    shape: Any
    constants: Any
    additive: bool


class Draws(NamedTuple):
    """Random numbers, one a weight, or empty for none.

    Attributes:
        normals, written: noise of pulses and of writing.
        uniform: in [0, 1), to round pulses by.
    """

    normals: Any
    written: Any
    uniform: Any


@rounded
def update(asked: Asked, held: Held, draws: Draws) -> None:
    """Let devices take an update."""
    kind = asked.weight.dtype
    at_once = _AT_ONCE_EXP if held.shape.size else AT_ONCE
    rows = np.zeros(_ROWS * at_once, kind)
    room = np.zeros(_ROOM_ROWS * (at_once + _GROUP) if held.shape.size else 0, kind)
    for first in range(0, asked.weight.size, at_once):
        last = min(first + at_once, asked.weight.size)
        _update_block(
            first,
            Asked(
                asked.weight[first:last],
                asked.before[first:last],
                asked.hidden[first:last],
                asked.scale[first:last],
            ),
            Held(
                held.low[first:last],
                held.high[first:last],
                held.steps,
                held.slopes,
                held.reference[first:last],
                held.stuck[first:last],
                held.shape,
                held.constants,
                held.additive,
            ),
            Draws(
                draws.normals[first:last],
                draws.written[first:last],
                draws.uniform[first:last],
            ),
            rows,
            room,
        )


@rounded
def _update_block(first: int, asked: Asked, held: Held, draws: Draws, rows: Any, room: Any) -> None:
    """Update a block from `first` on; steps and slopes are whole, for rows in one piece."""
    weight, before, hidden, scale = asked
    low, high, steps, slopes, reference, stuck, shape, constants, additive = held
    normals, written, uniform = draws
    step, cycle, decay, write, most = constants
    zero, one = weight.dtype.type(0), weight.dtype.type(1)
    size = len(weight)
    last = first + size
    each = rows.reshape(_ROWS, -1)
    mean, squares, kept, n = each[0, :size], each[1, :size], each[2, :size], each[3, :size]
    sign, s, slope, noise, g = (
        each[7, :size],
        each[8, :size],
        each[9, :size],
        each[10, :size],
        each[11, :size],
    )
    for j in range(size):
        sign[j] = (weight[j] - before[j]) / scale[j]
    for j in range(size):
        pulses = abs(sign[j]) / step
        pulses = pulses if pulses == pulses else zero
        n[j] = pulses if pulses < most else most
    for j in range(size):
        sign[j] = one if sign[j] > zero else -one
    for j in range(uniform.size):
        n[j] = np.floor(n[j] + uniform[j])
    _of_way(s, sign, steps[0, first:last], steps[1, first:last])
    if shape.size:
        walk(hidden, n, sign, s, slopes[0, first:last], low, high, shape, cycle, g, noise, room)
    else:
        for j in range(size):
            noise[j] = s[j]
        shrinks = slopes.size > 0
        if shrinks:
            _of_way(slope, sign, slopes[0, first:last], slopes[1, first:last])
            for j in range(size):
                q = one - s[j] * abs(slope[j])
                kept[j] = q if q > zero else zero
            for j in range(size):
                g[j] = hidden[j]
            for j in range(reference.size):
                g[j] += reference[j]
            for j in range(size):
                share = one - slope[j] * g[j]
                s[j] *= share if share > zero else zero
        sum_terms(rows, size, shrinks)
        for j in range(size):
            g[j] = hidden[j] + sign[j] * (s[j] * mean[j])
        if shrinks and not additive:
            for j in range(size):
                noise[j] = s[j]
        for j in range(normals.size):
            spread = cycle * noise[j]
            noise[j] = spread * spread * (n[j] if additive else squares[j])
    _hold(g, low, high)
    for j in range(normals.size):
        g[j] += np.sqrt(noise[j]) * normals[j]
    if normals.size:
        _hold(g, low, high)
    for j in range(stuck.size):
        g[j] = hidden[j] if stuck[j] else g[j]
    for j in range(size):
        g[j] *= decay
    for j in range(size):
        hidden[j] = g[j]
    for j in range(written.size):
        g[j] += write * written[j]
    if written.size:
        _hold(g, low, high)
        for j in range(size):
            g[j] = g[j] if n[j] > zero else before[j] / scale[j]
    for j in range(size):
        weight[j] = scale[j] * g[j]


@inlined
def _of_way(found: Any, sign: Any, up: Any, down: Any) -> None:
    """Choose by each weight's direction."""
    for j in range(up.size):
        rising, falling = up[j], down[j]
        found[j] = rising if sign[j] > found.dtype.type(0) else falling


@inlined
def _hold(g: Any, low: Any, high: Any) -> None:
    """Put what is beyond a bound at it, and leave what is no number as it is."""
    for j in range(low.size):
        value = low[j] if g[j] < low[j] else g[j]
        g[j] = high[j] if value > high[j] else value
