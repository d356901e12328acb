"""The cochlea's four stages in one loop over time, a block of channels at a time.

A block's state is one flat array that stays in the first cache level, a row for each variable,
with a width that the compiler knows: so the loops over its channels become vector instructions.
The readable equations are in `eccles.data.audio.cochlea_stages`, and a test holds this to them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from eccles import seeds
from eccles.data.audio.cochlea import Cochlea, Constants
from eccles.jit import compiled, inlined
from eccles.noise import philox

_f = np.float32
_ZERO, _ONE, _TWO, _THREE, _THIRD = _f(0), _f(1), _f(2), _f(3), _f(1 / 3)
WIDTH = 64
"""Channels of a block."""

# Rows of a block's state: the filter's four stages, real and imaginary, its pole and its gain;
# free transmitter, cleft and store; fibres that can't fire; the unit's current, potential and the
# steps that it stays at rest; chance of a spike, chance that the count is at most 3, and the count.
_RE, _IM, _POLE_RE, _POLE_IM, _FILTER_GAIN = 0, 4, 8, 9, 10
_FREE, _CLEFT, _STORE, _BUSY = 11, 12, 13, 14
_CURRENT, _POTENTIAL, _RESTING = 15, 16, 17
_CHANCE, _COUNT, _ROWS = 18, 19, 20


@inlined
def _uniform(word: Any) -> Any:
    """Return a float32 in (0, 1) from the upper 24 bits of a random word."""
    return (_f(word >> np.uint32(8)) + _f(0.5)) * _f(2.0**-24)


@compiled
def fill_uniforms(uniforms: Any, step: int, first: int, key0: Any, key1: Any) -> None:
    """Fill [4 * WIDTH] with the chances of steps `step` to `step` + 3, channels from `first` on."""
    group = np.uint32(step // 4)
    for j in range(WIDTH):
        words = philox(np.uint32(first + j), group, np.uint32(0), np.uint32(0), key0, key1)
        uniforms[j] = _uniform(words[0])
        uniforms[WIDTH + j] = _uniform(words[1])
        uniforms[2 * WIDTH + j] = _uniform(words[2])
        uniforms[3 * WIDTH + j] = _uniform(words[3])


@inlined
def _none_of(n: Any, q: Any) -> Any:
    """Return q^n for a whole n below 64, as code that vectorises."""
    bits = np.int32(n)
    power = q if bits & 1 else _ONE
    q = q * q
    power = power * (q if bits & 2 else _ONE)
    q = q * q
    power = power * (q if bits & 4 else _ONE)
    q = q * q
    power = power * (q if bits & 8 else _ONE)
    q = q * q
    power = power * (q if bits & 16 else _ONE)
    q = q * q
    return power * (q if bits & 32 else _ONE)


@compiled
def _count(n: Any, p: Any, u: Any) -> Any:
    """Return the least k for which a binomial of n and p is at most k with a chance above u."""
    # Near 1 a chance leaves (1 - p)^n no float32: there those that don't fire are counted.
    most = p > _f(0.75)
    if most:
        p, u = _ONE - p, _ONE - u
    ratio = p / (_ONE - p)
    term = _none_of(n, _ONE - p)
    total, k = term, _ZERO
    while u >= total and k < n:
        term *= ratio * (n - k) / (k + _ONE)
        total += term
        k += _ONE
    return n - k if most else k


@compiled
def _membrane(state: Any, sound: Any) -> None:
    """Take one step of the gammatone filters: four equal complex poles, one after another."""
    for j in range(WIDTH):
        re, im = state[_POLE_RE * WIDTH + j], state[_POLE_IM * WIDTH + j]
        x_re, x_im = sound * state[_FILTER_GAIN * WIDTH + j], _ZERO
        a, b = state[j], state[4 * WIDTH + j]
        x_re, x_im = x_re + re * a - im * b, x_im + re * b + im * a
        state[j], state[4 * WIDTH + j] = x_re, x_im
        a, b = state[WIDTH + j], state[5 * WIDTH + j]
        x_re, x_im = x_re + re * a - im * b, x_im + re * b + im * a
        state[WIDTH + j], state[5 * WIDTH + j] = x_re, x_im
        a, b = state[2 * WIDTH + j], state[6 * WIDTH + j]
        x_re, x_im = x_re + re * a - im * b, x_im + re * b + im * a
        state[2 * WIDTH + j], state[6 * WIDTH + j] = x_re, x_im
        a, b = state[3 * WIDTH + j], state[7 * WIDTH + j]
        x_re, x_im = x_re + re * a - im * b, x_im + re * b + im * a
        state[3 * WIDTH + j], state[7 * WIDTH + j] = x_re, x_im


@compiled
def _hair_cells(state: Any, c: Any) -> None:
    """Take one step of the transmitter; leave each fibre's chance to fire."""
    for j in range(WIDTH):
        opening = state[3 * WIDTH + j] + c.half_a
        opening = opening if opening > _ZERO else _ZERO
        free, cleft, store = (
            state[_FREE * WIDTH + j],
            state[_CLEFT * WIDTH + j],
            state[_STORE * WIDTH + j],
        )
        released = c.permeability * opening / (opening + c.half_b) * free
        lacking = _ONE - free
        lacking = lacking if lacking > _ZERO else _ZERO
        returned = c.recover * cleft
        restored = c.restore * store
        cleft = cleft + released - c.loss * cleft - returned
        state[_FREE * WIDTH + j] = free + c.y * lacking + restored - released
        state[_CLEFT * WIDTH + j] = cleft
        state[_STORE * WIDTH + j] = store + returned - restored
        chance = c.firing * cleft
        chance = chance if chance < _f(0.999) else _f(0.999)
        state[_CHANCE * WIDTH + j] = chance if chance > _ZERO else _ZERO


@compiled
def _fibres(state: Any, dead: Any, uniforms: Any, c: Any) -> None:
    """Draw how many fibres fire; `dead` holds the counts of the step whose dead time is over."""
    many = 0
    for j in range(WIDTH):
        busy = state[_BUSY * WIDTH + j] - dead[j]
        n, p, u = c.fibres - busy, state[_CHANCE * WIDTH + j], uniforms[j]
        ratio = p / (_ONE - p)
        none = _none_of(n, _ONE - p)
        one = none * ratio * n
        two = one * ratio * (n - _ONE) * _f(0.5)
        three = two * ratio * (n - _TWO) * _THIRD
        total = none
        count = _ONE if u >= total else _ZERO
        total += one
        count += _ONE if u >= total else _ZERO
        total += two
        count += _ONE if u >= total else _ZERO
        total += three
        many += 1 if u >= total else 0
        state[_COUNT * WIDTH + j] = count
        state[_BUSY * WIDTH + j] = busy
    if many:
        # More than three at once are rare but at an onset.
        for j in range(WIDTH):
            if state[_COUNT * WIDTH + j] == _THREE:
                n = c.fibres - state[_BUSY * WIDTH + j]
                state[_COUNT * WIDTH + j] = _count(n, state[_CHANCE * WIDTH + j], uniforms[j])
    for j in range(WIDTH):
        count = state[_COUNT * WIDTH + j]
        dead[j] = count
        state[_BUSY * WIDTH + j] += count


@compiled
def _units(state: Any, c: Any) -> int:
    """Take one step of the onset units; return how many reach their threshold, 1."""
    fired = 0
    for j in range(WIDTH):
        current = c.alpha * state[_CURRENT * WIDTH + j] + state[_COUNT * WIDTH + j]
        potential = c.beta * state[_POTENTIAL * WIDTH + j] + c.gain * current
        resting = state[_RESTING * WIDTH + j]
        potential = _ZERO if resting > _ZERO else potential
        resting = resting - _ONE if resting > _ZERO else _ZERO
        fires = potential >= _ONE
        fired += 1 if fires else 0
        state[_CURRENT * WIDTH + j] = current
        # One that fires is left at its threshold until `_block` has written it down.
        state[_POTENTIAL * WIDTH + j] = potential
        state[_RESTING * WIDTH + j] = c.refractory if fires else resting
    return fired


@compiled
def _block(
    sound: Any,
    poles: Any,
    c: Any,
    dead_steps: int,
    first: int,
    n_channels: int,
    key0: Any,
    key1: Any,
    steps: Any,
    units: Any,
    n: int,
) -> int:
    """Run one block through all of the sound; return how many spikes there are now."""
    state = np.zeros(_ROWS * WIDTH, np.float32)
    dead = np.zeros((dead_steps, WIDTH), np.float32)
    uniforms = np.empty(4 * WIDTH, np.float32)
    for j in range(WIDTH):
        # Channels beyond the last fill the block up; nobody listens to them.
        pole = poles[min(first + j, n_channels - 1)]
        state[_POLE_RE * WIDTH + j] = pole.real
        state[_POLE_IM * WIDTH + j] = pole.imag
        state[_FILTER_GAIN * WIDTH + j] = 2 * (1 - abs(pole)) ** 4
        state[_FREE * WIDTH + j] = c.rest_free
        state[_CLEFT * WIDTH + j] = c.rest_cleft
        state[_STORE * WIDTH + j] = c.rest_store
    for t in range(len(sound)):
        if t % 4 == 0:
            fill_uniforms(uniforms, t, first, key0, key1)
        _membrane(state, sound[t])
        _hair_cells(state, c)
        _fibres(state, dead[t % dead_steps], uniforms[t % 4 * WIDTH :], c)
        if _units(state, c):
            for j in range(WIDTH):
                if state[_POTENTIAL * WIDTH + j] >= _ONE:
                    state[_POTENTIAL * WIDTH + j] = _ZERO
                    if first + j < n_channels:
                        steps[n] = t
                        units[n] = first + j
                        n += 1
    return n


@compiled
def _fire(
    sound: Any, poles: Any, c: Any, dead_steps: int, key0: Any, key1: Any, steps: Any, units: Any
) -> int:
    n = 0
    for first in range(0, len(poles), WIDTH):
        n = _block(sound, poles, c, dead_steps, first, len(poles), key0, key1, steps, units, n)
    return n


def fire(
    sound: NDArray[np.float32], cochlea: Cochlea, key: int
) -> tuple[NDArray[np.uint32], NDArray[np.uint16]]:
    """Return steps and units of the spikes of sound that `prepare` prepared, in order of time.

    Args:
        sound: [T], at the cochlea's rate and level.
        cochlea: the parameters.
        key: 64 bits from `eccles.seeds.key`.
    """
    rest = max(1, round(cochlea.refractory * cochlea.rate))
    # No unit can fire more often; memory that nothing is written to costs nothing.
    most = cochlea.channels * (len(sound) // rest + 1)
    steps, units = np.empty(most, np.uint32), np.empty(most, np.uint16)
    n = _fire(
        sound,
        cochlea.poles.astype(np.complex64),
        Constants.of(cochlea),
        max(1, round(cochlea.dead_time * cochlea.rate)),
        *seeds.words(key),
        steps,
        units,
    )
    order = np.lexsort((units[:n], steps[:n]))
    return steps[order], units[order]


def uniforms(n_steps: int, channels: int, key: int) -> NDArray[np.float64]:
    """Return the chances [T, N] that `fire` draws the counts of fibres with."""
    groups, blocks = -(-n_steps // 4), -(-channels // WIDTH)
    drawn = np.empty((groups, 4, blocks, WIDTH))
    buffer = np.empty(4 * WIDTH, np.float32)
    for group in range(groups):
        for block in range(blocks):
            fill_uniforms(buffer, 4 * group, block * WIDTH, *seeds.words(key))
            drawn[group, :, block] = buffer.reshape(4, WIDTH)
    return drawn.reshape(4 * groups, blocks * WIDTH)[:n_steps, :channels]
