"""The update kernel: what follows the gradients in a training step, in one pass over the weights.

w -= rate x (sum of the parts' gradients); update noise; Dale's principle; and the new weights into
the layout of the next batch. Each operation rounds as its twin does: torch's SGD, `eccles.noise`,
`eccles.dale`. Torch takes w + (-rate) x gradient with one rounding wherever the processor can, at
the ends of a tensor too, and so does numba.

Members share the counters of the noise's generator, and with a counter the weights that its
normals go to: the same ones each time.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from eccles.engines.lanes import LANES
from eccles.engines.simd import prefetch, prefetch_to_write
from eccles.jit import compiled
from eccles.noise import COUNTERS, fill_normals, stretch

_ROWS_AHEAD = 8


@compiled
def update_share(
    member: int, members: int, n_parts: int, n_inputs: int, n_classes: int, width: int,
    class_width: int, packed1: Any, packed2: Any, packed2t: Any, gradients: Any, update: Any,
) -> None:
    """Update one member's share of both weights, in torch's memory and packed.

    Args:
        member, members: which of how many threads this is.
        n_parts: parts with gradients, which are added in order.
        n_inputs, n_classes: rows of w1, columns of w2.
        width, class_width: columns of a block of packed w1, and of packed w2.
        packed1, packed2, packed2t, gradients: as `vector_kernels` lays them out.
        update: the arrays of an `eccles.engines.event.update.Update`.
    """
    order, rate, sigmas, w1, w2 = update
    parts = gradients[:n_parts]
    _update(
        member, members, 0, w1, n_inputs, width, packed1, packed2t[:0], parts, 0, order, rate[0],
        sigmas[0],
    )
    _update(
        member, members, 1, w2, w2.size // n_classes, class_width, packed2, packed2t, parts,
        packed1.size, order, rate[0], sigmas[1],
    )


@compiled
def _update(
    member: int, members: int, layer: int, weight: Any, n_rows: int, width: int, packed: Any,
    turned: Any, parts: Any, offset: int, order: Any, rate: Any, sigma: Any,
) -> None:
    """Update one member's share of a weight [n_rows, n_columns], which lies flat."""
    noisy, batch, key0, key1 = order[1], order[2], order[3], order[4]
    n_excitatory = order[5 + layer]
    # Half of the gradients and of the packed weights lie in another core's cache.
    ahead = _ROWS_AHEAD * width if members > 1 else 0
    counters = -(-weight.size // 4)
    begin, end = counters * member // members, counters * (member + 1) // members
    at_once = COUNTERS if noisy else max(1, end - begin)
    buffer = np.empty(4 * at_once if noisy else 0, np.float32)
    sums = np.empty(width, weight.dtype)
    for first in range(begin, end, at_once):
        last = min(first + at_once, end)
        normals = buffer[: 4 * (last - first)]
        if noisy:
            fill_normals(
                normals, first, np.uint32(key0), np.uint32(key1), np.uint32(batch),
                np.uint32(layer),
            )
        for k in range(7):
            start, stop, place = stretch(k, first, last, weight.size)
            _update_stretch(
                weight, start, stop, n_rows, width, packed, turned, parts, offset, rate,
                noisy, sigma, normals[place:], n_excitatory, ahead, sums,
            )


@compiled
def _update_stretch(
    weight: Any, start: int, stop: int, n_rows: int, width: int, packed: Any, turned: Any,
    parts: Any, offset: int, rate: Any, noisy: int, sigma: Any, normals: Any, n_excitatory: int,
    ahead: int, sums: Any,
) -> None:
    """Update the weights from `start` to `stop`, piece by piece of what lies together packed."""
    n_columns = weight.size // n_rows
    n_turned = turned.size // n_columns
    k = start
    while k < stop:
        row = k // n_columns
        column = k - row * n_columns
        block = column // width
        n = min(stop - k, min(n_columns, (block + 1) * width) - column)
        place = (block * n_rows + row) * width + column - block * width
        if ahead:
            for line in range(place + ahead, place + ahead + n, LANES):
                prefetch_to_write(packed, line)
                for part in range(len(parts)):
                    prefetch(parts[part], offset + line)
        gradient = parts[0, offset + place : offset + place + n]
        for j in range(n):
            sums[j] = gradient[j]
        for part in range(1, len(parts)):
            gradient = parts[part, offset + place : offset + place + n]
            for j in range(n):
                sums[j] += gradient[j]
        values = weight[k : k + n]
        for j in range(n):
            values[j] += -rate * sums[j]
        if noisy:
            own = normals[k - start : k - start + n]
            for j in range(n):
                values[j] += sigma * own[j]
        low = weight.dtype.type(0 if row < n_excitatory else -np.inf)
        high = weight.dtype.type(0 if 0 <= n_excitatory <= row else np.inf)
        copy = packed[place : place + n]
        for j in range(n):
            # Comparisons that leave what is no number, and the sign of a zero, as torch's do.
            value = low if values[j] < low else values[j]
            value = high if value > high else value
            values[j] = value
            copy[j] = value
        for j in range(n if n_turned else 0):
            turned[(column + j) * n_turned + row] = values[j]
        k += n
