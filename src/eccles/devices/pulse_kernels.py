"""The devices' update in one pass over the weights: rules with a closed form, and exp.

Each operation is that of its twin of `crossbar` and `rules`, and rounds as that does. Weights come
a block at a time, and a loop over a block touches few arrays, so that it takes several at once.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from eccles.devices.rules import LOOKED
from eccles.jit import inlined, rounded

_AT_ONCE = 1024
"""Weights of a block: what is between two loops over them stays in the first cache level."""


@rounded
def update(
    weight: Any,
    before: Any,
    hidden: Any,
    scale: Any,
    low: Any,
    high: Any,
    steps: Any,
    slopes: Any,
    reference: Any,
    stuck: Any,
    shape: Any,
    normals: Any,
    written: Any,
    uniform: Any,
    constants: Any,
    additive: bool,
) -> None:
    """Let devices take an update; all arrays lie flat, a value a weight, or are empty for none.

    Args:
        weight: after the optimizer's step; after this, what is read of the devices.
        before: before that step.
        hidden: conductances, updated.
        scale: weights to one of conductance.
        low, high: bounds of a weight's sign.
        steps: [2, n], sizes of steps up and down at zero.
        slopes: [2, n], share of its size that a step loses by conductance, up and down; of exp
            that of its exponent, the same for both.
        reference: what is added to a conductance that a rule looks at.
        stuck: which devices never move.
        shape: of exp, its b, then amplitude and gamma up and down.
        normals, written: noise of pulses and of writing.
        uniform: in [0, 1), to round pulses by.
        constants: step, cycle, decay, write, and most pulses, in the weights' type.
        additive: whether noise keeps its size where steps shrink.
    """
    buffers = np.empty((12, _AT_ONCE), weight.dtype)
    for first in range(0, weight.size, _AT_ONCE):
        last = min(first + _AT_ONCE, weight.size)
        _update_block(
            first,
            last,
            weight[first:last],
            before[first:last],
            hidden[first:last],
            scale[first:last],
            low[first:last],
            high[first:last],
            steps,
            slopes,
            reference[first:last],
            stuck[first:last],
            shape,
            normals[first:last],
            written[first:last],
            uniform[first:last],
            constants,
            additive,
            buffers,
        )


@rounded
def _update_block(
    first: int,
    last: int,
    weight: Any,
    before: Any,
    hidden: Any,
    scale: Any,
    low: Any,
    high: Any,
    steps: Any,
    slopes: Any,
    reference: Any,
    stuck: Any,
    shape: Any,
    normals: Any,
    written: Any,
    uniform: Any,
    constants: Any,
    additive: bool,
    buffers: Any,
) -> None:
    step, cycle, decay, write, most = constants
    zero, one = weight.dtype.type(0), weight.dtype.type(1)
    size = last - first
    sign, n, s, slope = buffers[0, :size], buffers[1, :size], buffers[2, :size], buffers[3, :size]
    block, mean, kept = buffers[4, :size], buffers[5, :size], buffers[6, :size]
    noise, odd, product = buffers[7, :size], buffers[8, :size], buffers[9, :size]
    g, squares = buffers[10, :size], buffers[11, :size]
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
        exponents = slopes[0, first:last]
        for j in range(size):
            g[j], noise[j] = _walked(
                hidden[j], n[j], sign[j], s[j], exponents[j], low[j], high[j], shape, cycle
            )
    else:
        for j in range(size):
            noise[j] = s[j]
        if slopes.size:
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
        shrinks = slopes.size > 0
        _summed(mean, squares, kept, n, shrinks, odd, product, block, slope)
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


@rounded
def _summed(
    found: Any,
    squares: Any,
    q: Any,
    n: Any,
    shrinks: bool,
    odd: Any,
    product: Any,
    block: Any,
    factor: Any,
) -> None:
    """Put what `rules.summed` returns into `found` and `squares`; the rest is room for it."""
    zero, one, half = found.dtype.type(0), found.dtype.type(1), found.dtype.type(0.5)
    size, most = len(found), zero
    if shrinks:
        for j in range(size):
            most = max(most, n[j])
    if most < one:
        for j in range(size):
            found[j] = n[j]
        for j in range(size):
            squares[j] = n[j]
        return
    for j in range(size):
        squares[j] = np.floor(n[j])  # The terms that are left, halved as bits are used up.
    for j in range(size):
        found[j] = zero
    for j in range(size):
        product[j] = one
    for j in range(size):
        block[j] = one
    for j in range(size):
        factor[j] = q[j]
    while most >= one:
        for j in range(size):
            rest = np.floor(squares[j] * half)
            odd[j] = squares[j] - (rest + rest)
            squares[j] = rest
        for j in range(size):
            more, further = found[j] + product[j] * block[j], product[j] * factor[j]
            found[j] = more if odd[j] > zero else found[j]
            product[j] = further if odd[j] > zero else product[j]
        for j in range(size):
            block[j] *= one + factor[j]
            factor[j] *= factor[j]
        most *= half
    for j in range(size):
        odd[j] = n[j] - np.floor(n[j])
    for j in range(size):
        value = found[j] * (one + product[j]) / (one + q[j])
        squares[j] = value + odd[j] * (product[j] * product[j])
    for j in range(size):
        found[j] += odd[j] * product[j]


@inlined
def _held(g: Any, low: Any, high: Any) -> Any:
    g = low if g < low else g
    return high if g > high else g


@rounded
def _walked(
    g: Any, n: Any, sign: Any, s: Any, exponent: Any, low: Any, high: Any, shape: Any, cycle: Any
) -> Any:
    """Return where pulses of exp lead that are looked at one by one, and the noise's variance."""
    zero, one = type(g)(0), type(g)(1)
    at = 1 if sign > zero else 3
    amplitude, gamma = shape[at], sign * shape[at + 1]
    stride = max(n / type(g)(LOOKED), one)
    variance = zero
    for k in range(LOOKED):
        part = min(n - type(g)(k) * stride, stride)
        if not part > zero:
            break
        share = one - amplitude * math.exp(gamma * (exponent * g + shape[0]))
        step = s * (share if share > zero else zero)
        variance += part * (cycle * step) * (cycle * step)
        g = _held(g + sign * (part * step), low, high)
    return g, variance
