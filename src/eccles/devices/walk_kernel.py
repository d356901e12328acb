"""Pulses of exp, one after the other, of many devices side by side.

How many pulses a device gets differs much from one to the next. So devices are sorted by it, those
that go up before those that go down, and neighbours take their pulses together. A group's state is
one flat array, a row for each variable, with a width that the compiler knows: so loops over its
devices become vector instructions. A device's own arithmetic is that of `rules`, step by step.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from eccles.devices.rules import LOOKED
from eccles.jit import compiled, rounded

WIDTH = 64
"""Devices of a group."""

_G, _N, _S, _SLOPE, _BOUND, _VARIANCE, _STRIDE = (WIDTH * k for k in range(7))
_X, _EXP, _EXP_TOO = (WIDTH * k for k in range(7, 10))
ROWS = 10
"""Rows of a group's state: numbers that a device needs room for."""

_LISTS = LOOKED + 1
"""Devices of a direction are in a list for each number of steps, the most first, none last."""

_WHOLE = 1.5 * 2.0**52
"""Added to a float64 it rounds that to a whole number, which is in the lowest bits then."""

_DOUBT = 2.0**-32
"""Relative error up to which an exponential may be a library's: a 512th of float32's last bit."""


@rounded
def walk(
    hidden: Any,
    n: Any,
    sign: Any,
    s: Any,
    slope: Any,
    low: Any,
    high: Any,
    shape: Any,
    cycle: Any,
    found: Any,
    variance: Any,
    room: Any,
) -> None:
    """Put into `found` where n pulses lead, and into `variance` the noise's.

    Args:
        hidden, n, sign, s, slope, low, high, shape, cycle: as `pulse_kernels.update` has them.
        found, variance: filled, a value a device.
        room: `ROWS` numbers a device, and for a group more; zeros at first.
    """
    zero, one, most = hidden.dtype.type(0), hidden.dtype.type(1), hidden.dtype.type(LOOKED)
    places = np.empty(len(n), np.int32)
    next_of = np.zeros(2 * _LISTS, np.int64)
    for j in range(len(n)):
        steps = np.int32(min(np.ceil(n[j]), most))
        places[j] = np.int32(LOOKED) - steps + np.int32(0 if sign[j] > zero else _LISTS)
    for j in range(len(n)):
        next_of[places[j]] += 1
    walked_up, end = _begin_lists(next_of[:_LISTS], 0)
    # Those that go down have groups of their own.
    first_down = -(-end // WIDTH) * WIDTH
    walked_down, _ = _begin_lists(next_of[_LISTS:], first_down)
    for j in range(len(n)):
        place = next_of[places[j]]
        next_of[places[j]] = place + 1
        at = place // WIDTH * (ROWS * WIDTH) + place % WIDTH
        places[j] = at
        room[at + _G], room[at + _N], room[at + _S] = hidden[j], n[j], s[j]
        room[at + _SLOPE], room[at + _VARIANCE] = slope[j], zero
        room[at + _BOUND] = high[j] if sign[j] > zero else low[j]
    b, noise = shape[0], (cycle, shape[5], shape[6])
    for first in range(0, walked_up, WIDTH):
        group = room[first * ROWS : (first + WIDTH) * ROWS]
        _walk_group(group, one, shape[1], shape[2], b, noise)
    for first in range(first_down, walked_down, WIDTH):
        group = room[first * ROWS : (first + WIDTH) * ROWS]
        _walk_group(group, -one, shape[3], -shape[4], b, noise)
    for j in range(len(n)):
        found[j] = room[places[j] + _G]
    for j in range(len(n)):
        variance[j] = room[places[j] + _VARIANCE]


@rounded
def _begin_lists(sizes: Any, first: int) -> Any:
    """Put where lists begin in the place of their sizes; return where the last one does and ends.

    In that one are devices that take no step.
    """
    size, total = 0, first
    for k in range(len(sizes)):
        size = sizes[k]
        sizes[k] = total
        total += size
    return total - size, total


@rounded
def _walk_group(group: Any, sign: Any, amplitude: Any, gamma: Any, b: Any, noise: Any) -> None:
    """Let a group's devices take their pulses, as many steps as the first one, all at once."""
    zero, one, most = group.dtype.type(0), group.dtype.type(1), group.dtype.type(LOOKED)
    cycle, added, slope = noise
    for j in range(WIDTH):
        group[_STRIDE + j] = max(group[_N + j] / most, one)
    for k in range(int(min(np.ceil(group[_N]), most))):
        taken = group.dtype.type(k)
        for j in range(WIDTH):
            group[_X + j] = gamma * (group[_SLOPE + j] * group[_G + j] + b)
        _fill_exponentials(group)
        for j in range(WIDTH):
            stride = group[_STRIDE + j]
            part = min(group[_N + j] - taken * stride, stride)
            share = one - amplitude * group[_EXP + j]
            step = group[_S + j] * (share if share > zero else zero)
            g, bound = group[_G + j], group[_BOUND + j]
            spread = cycle * (step + added + slope * abs(g))
            variance = group[_VARIANCE + j] + part * spread * spread
            ahead = g + sign * (part * step)
            ahead = bound if sign * ahead > sign * bound else ahead
            # Neighbours may have had all of theirs.
            group[_VARIANCE + j] = variance if part > zero else group[_VARIANCE + j]
            group[_G + j] = ahead if part > zero else g


@compiled
def _fill_exponentials(group: Any) -> None:
    """Put exp of the row x beside it, with the bits that the machine's own library gives.

    A library rounds exp of a float32 all but right: to the nearest one, unless the value lies all
    but halfway between two. So a float64 that is far better gives the same bits wherever all that
    it may be rounds to one float32. Elsewhere, one in two hundred, the library is asked.

    With x = k log 2 + r, |r| <= log(2) / 2, exp(x) = 2^k exp(r), and Taylor's polynomial of exp(r)
    is good to 1e-11.
    """
    if group.itemsize == 8:
        for j in range(WIDTH):
            group[_EXP + j] = math.exp(group[_X + j])
        return
    doubts: Any = 0
    for j in range(WIDTH):
        # Beyond these, exp of a float32 is 0 or infinite.
        value: Any = np.float64(group[_X + j])
        value = 200.0 if value > 200.0 else value
        value = -200.0 if value < -200.0 else value
        shifted = value * (1.0 / math.log(2.0)) + _WHOLE
        r = value - (shifted - _WHOLE) * math.log(2.0)
        y = (((1 / 362880) * r + 1 / 40320) * r + 1 / 5040) * r + 1 / 720
        y = (((y * r + 1 / 120) * r + 1 / 24) * r + 1 / 6) * r + 1 / 2
        y = (y * r + 1.0) * r + 1.0
        power = np.float64(shifted).view(np.int64) << np.int64(52)
        y = np.int64(np.float64(y).view(np.int64) + power).view(np.float64)
        least, most = np.float32(y * (1.0 - _DOUBT)), np.float32(y * (1.0 + _DOUBT))
        group[_EXP + j], group[_EXP_TOO + j] = least, most
        doubts += np.int32(least != most)
    if doubts:
        for j in range(WIDTH):
            if group[_EXP + j] != group[_EXP_TOO + j]:
                group[_EXP + j] = math.exp(group[_X + j])
