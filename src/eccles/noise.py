"""Update noise: every weight update of a device lands a little beside its target.

After each optimizer step, w += sigma N(0, 1), fresh for every weight and batch, before Dale's
projection. The normals come from Philox4x32-10 (Salmon et al. 2011, doi 10.1145/2063384.2063405),
a generator without state: the numbers of a batch are a function of (key, batch, weight), so they
are the same, to rounding, on every device, and a run resumes without storing any. Box and Muller's
transform makes them normal.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from eccles import seeds
from eccles.arguments import typed
from eccles.errors import must
from eccles.jit import compiled, inlined

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["add_noise_"]

_f = np.float32

COUNTERS = 2048
"""Counters taken at a time: their 8,192 normals stay in the first two cache levels."""


@inlined
def philox(c0: Any, c1: Any, c2: Any, c3: Any, k0: Any, k1: Any) -> Any:
    """Return the four random 32-bit words of a counter (c0 .. c3) under a key (k0, k1)."""
    for _ in range(10):
        a = np.uint64(0xD2511F53) * np.uint64(c0)
        b = np.uint64(0xCD9E8D57) * np.uint64(c2)
        c0 = np.uint32(b >> np.uint64(32)) ^ c1 ^ k0
        c1 = np.uint32(b)
        c2 = np.uint32(a >> np.uint64(32)) ^ c3 ^ k1
        c3 = np.uint32(a)
        k0 = np.uint32(k0 + np.uint32(0x9E3779B9))
        k1 = np.uint32(k1 + np.uint32(0xBB67AE85))
    return c0, c1, c2, c3


@inlined
def _logarithm(x: Any) -> Any:
    """Natural logarithm of a float32 in (0, 1], to about 1e-7, as code that vectorises.

    With x = 2^e m and m in [sqrt(1/2), sqrt(2)), log m = 2 artanh((m - 1) / (m + 1)).
    """
    bits = _f(x).view(np.int32)
    exponent = (bits - np.int32(0x3F3504F3)) >> np.int32(23)
    m = np.int32(bits - (exponent << np.int32(23))).view(np.float32)
    s = (m - _f(1)) / (m + _f(1))
    q = s * s
    p = ((((_f(1 / 9) * q + _f(1 / 7)) * q + _f(1 / 5)) * q) + _f(1 / 3)) * q + _f(1)
    return _f(exponent) * _f(math.log(2)) + _f(2) * s * p


@inlined
def _normal_pair(u: Any, angle: Any) -> Any:
    """Return two independent normals from two uniform 32-bit words."""
    # The upper 24 bits, made odd: in (0, 1), never 0, exact in float32.
    uniform = (_f(u >> np.uint32(8)) + _f(0.5)) * _f(2.0**-24)
    radius = math.sqrt(_f(-2) * _logarithm(uniform))
    # The angle in quarter turns around 0: x in [-1/2, 1/2) turns by x pi.
    x = _f(np.int32(angle)) * _f(2.0**-32 * math.pi)
    q = x * x
    # Taylor polynomials of sin x and cos x for |x| <= pi / 2, good to float32's last bits.
    # Written out, since numba doesn't unroll a loop over coefficients and then can't vectorise.
    sine = (_f(-1 / 39916800) * q + _f(1 / 362880)) * q + _f(-1 / 5040)
    sine = x * (((sine * q + _f(1 / 120)) * q + _f(-1 / 6)) * q + _f(1))
    cosine = (_f(1 / 479001600) * q + _f(-1 / 3628800)) * q + _f(1 / 40320)
    cosine = (((cosine * q + _f(-1 / 720)) * q + _f(1 / 24)) * q + _f(-1 / 2)) * q + _f(1)
    # Doubling the angle covers the whole turn: (cos 2x, sin 2x).
    return radius * (_f(2) * cosine * cosine - _f(1)), radius * (_f(2) * sine * cosine)


@compiled
def fill_normals(normals: Any, first: int, key0: Any, key1: Any, batch: Any, layer: Any) -> None:
    """Write the normals of n consecutive counters from `first` on into an array [4 n].

    A counter gives four normals. Entries 0 to n - 1 are the first of each counter, the next n the
    second of each, and so on.
    """
    n = normals.size // 4
    one, two, three, four = (
        normals[:n],
        normals[n : 2 * n],
        normals[2 * n : 3 * n],
        normals[3 * n :],
    )
    for g in range(n):
        counter = np.uint32(first + g)
        r0, r1, r2, r3 = philox(counter, np.uint32(0), batch, layer, key0, key1)
        one[g], two[g] = _normal_pair(r0, r1)
        three[g], four[g] = _normal_pair(r2, r3)


@compiled
def stretch(k: int, first: int, last: int, size: int) -> Any:
    """Return the k-th run of values that take their noise from counters `first` to `last` - 1.

    Of `size` values, counter g < size // 4 serves value g of each quarter, in all four values. One
    more counter, size // 4, serves the up to three values after the last quarter. So a block of
    counters serves seven runs of consecutive values, k = 0 to 3 in the quarters and k = 4 to 6
    behind them, of which some are empty.

    Returns the run's first value, its end, and the entry of `fill_normals`' array for its first
    value.
    """
    n = size // 4
    if k < 4:
        return k * n + first, k * n + min(last, n), k * (last - first)
    value = 4 * n + k - 4
    return value, value + (last > n and value < size), (k - 4) * (last - first) + n - first


@compiled
def _add_normals(values: Any, sigma: Any, key0: Any, key1: Any, batch: Any, layer: Any) -> None:
    counters = -(-values.size // 4)
    buffer = np.empty(4 * COUNTERS, np.float32)
    for first in range(0, counters, COUNTERS):
        last = min(first + COUNTERS, counters)
        normals = buffer[: 4 * (last - first)]
        fill_normals(normals, first, key0, key1, batch, layer)
        for k in range(7):
            start, stop, entry = stretch(k, first, last, values.size)
            target, own = values[start:stop], normals[entry:]
            for j in range(len(target)):
                target[j] += sigma * own[j]


@typed("noise")
def add_noise_(weight: Tensor, sigma: float, key: int, batch: int, layer: int) -> Tensor:
    """Add sigma N(0, 1) to every weight in place, and return the weight.

    Args:
        weight: any shape.
        sigma: standard deviation of the noise, absolute, 0 or more.
        key: 64 bits of a run's noise stream (`eccles.seeds.key`).
        batch: number of the batch under that key, from 0.
        layer: number of the weight within the network, from 0.
    """
    if not (math.isfinite(sigma) and sigma >= 0):
        raise must("noise", "sigma", "a finite number, 0 or more", sigma)
    import torch

    target = weight.detach()
    # On a CPU in float32 the noise goes into the weight's own memory; elsewhere it is made aside.
    native = target.dtype == torch.float32 and target.device.type == "cpu"
    within = native and target.is_contiguous()
    noise = (
        target.view(-1)
        if within
        else torch.zeros(target.numel(), dtype=torch.float32, device="cpu")
    )
    _add_normals(
        noise.numpy(),
        _f(sigma),
        *seeds.words(key),
        np.uint32(batch),
        np.uint32(layer),
    )
    if within:
        # Written behind torch's back: whoever looks at its count of changes is told.
        torch.autograd.graph.increment_version(weight)
    else:
        target += noise.view(target.shape).to(target)
    return weight
