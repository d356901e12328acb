"""The devices' update in one pass over the weights: rules with a closed form, and exp.

Each operation is that of its twin of `crossbar` and `rules`, and rounds as that does.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from eccles.devices.rules import LOOKED
from eccles.jit import inlined, rounded

_AT_ONCE = 1024
"""Weights at a time: what is between two loops over them stays in the first cache level."""


@rounded
def update(
    weight: Any,
    before: Any,
    hidden: Any,
    scale: Any,
    low: Any,
    high: Any,
    up: Any,
    down: Any,
    reference: Any,
    stuck: Any,
    shape: Any,
    normals: Any,
    written: Any,
    uniform: Any,
    constants: Any,
    additive: bool,
) -> None:
    """Let devices take an update; all arrays lie flat, a value a weight.

    Args:
        weight: after the optimizer's step; after this, what is read of the devices.
        before: before that step.
        hidden: conductances, updated.
        scale: weights to one of conductance.
        low, high: bounds.
        up, down: [3, n], of steps in each direction: size, gamma, and the bound it goes to.
        reference: what is subtracted.
        stuck: which devices never move.
        shape: of exp, its a and b, then amplitude and gamma up and down; empty for other rules.
        normals, written: noise of pulses and of writing; empty for none.
        uniform: in [0, 1), to round pulses by; empty to take fractions as they are.
        constants: dw_min, cycle, decay, write, and most pulses, in the weights' type.
        additive: whether noise keeps its size where steps shrink.
    """
    dw_min, cycle, decay, write, most = constants
    zero, one = weight.dtype.type(0), weight.dtype.type(1)
    n, sign, step, kept, mean, noise, ahead = np.empty((7, _AT_ONCE), weight.dtype)
    for first in range(0, weight.size, _AT_ONCE):
        size = min(_AT_ONCE, weight.size - first)
        for j in range(size):
            k = first + j
            asked = (weight[k] - before[k]) / scale[k]
            pulses = abs(asked) / dw_min
            pulses = pulses if pulses == pulses else zero
            n[j] = pulses if pulses < most else most
            sign[j] = one if asked > zero else -one
        for j in range(size if uniform.size else 0):
            n[j] = np.floor(n[j] + uniform[first + j])
        for j in range(size):
            k = first + j
            rises = sign[j] > zero
            s = up[0, k] if rises else down[0, k]
            gamma = up[1, k] if rises else down[1, k]
            bound = up[2, k] if rises else down[2, k]
            share = one - gamma * (hidden[k] + reference[k]) / bound
            step[j] = s * (share if share > zero else zero)
            q = one - gamma * (s / abs(bound))
            kept[j] = q if q > zero else zero
            mean[j] = n[j]
            noise[j] = s if additive else step[j]
        for j in range(size):
            if n[j] >= one and kept[j] != one:
                mean[j] = _summed(kept[j], n[j])
        for j in range(size):
            ahead[j] = hidden[first + j] + sign[j] * (step[j] * mean[j])
        for j in range(size if normals.size else 0):
            spread, pulses = cycle * noise[j], n[j]
            if pulses >= one and not additive and kept[j] != one:
                pulses = _summed(kept[j] * kept[j], pulses)
            noise[j] = spread * spread * pulses
        for j in range(size if shape.size else 0):
            k = first + j
            ahead[j], noise[j] = _walked(
                hidden[k],
                n[j],
                sign[j],
                up[0, k] if sign[j] > zero else down[0, k],
                up[2, k] - down[2, k],
                low[k],
                high[k],
                shape,
                cycle,
            )
        for j in range(size):
            k = first + j
            g = _held(ahead[j], low[k], high[k])
            if normals.size:
                g = _held(g + np.sqrt(noise[j]) * normals[k], low[k], high[k])
            g = (hidden[k] if stuck[k] else g) * decay
            read = g
            if written.size:
                read = _held(g + write * written[k], low[k], high[k])
                read = read if n[j] > zero else before[k] / scale[k]
            hidden[k] = g
            weight[k] = scale[k] * read


@inlined
def _held(g: Any, low: Any, high: Any) -> Any:
    """Return what is within bounds, and what is no number as it is."""
    g = low if g < low else g
    return high if g > high else g


@rounded
def _walked(
    g: Any, n: Any, sign: Any, s: Any, width: Any, low: Any, high: Any, shape: Any, cycle: Any
) -> Any:
    """Return where pulses of exp lead that are looked at one by one, and the noise's variance."""
    zero, one = type(g)(0), type(g)(1)
    at = 2 if sign > zero else 4
    amplitude, gamma = shape[at], sign * shape[at + 1]
    stride = max(n / type(g)(LOOKED), one)
    variance = zero
    for k in range(LOOKED):
        part = min(n - type(g)(k) * stride, stride)
        if not part > zero:
            break
        z = shape[0] * g / width + shape[1]
        share = one - amplitude * math.exp(gamma * z)
        step = s * (share if share > zero else zero)
        variance += part * (cycle * step) * (cycle * step)
        g = _held(g + sign * (part * step), low, high)
    return g, variance


@rounded
def _summed(q: Any, n: Any) -> Any:
    """Return what `rules.summed` does."""
    one = type(q)(1)
    whole = np.floor(n)
    total, power, block, factor, left = one - one, one, one, q, np.int64(whole)
    while left:
        if left & 1:
            total += power * block
            power *= factor
        block *= one + factor
        factor *= factor
        left >>= 1
    return total + (n - whole) * power
