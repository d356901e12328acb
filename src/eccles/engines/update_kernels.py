"""The update kernel: what follows the gradients in a training step, in one pass over the weights.

w -= rate x (sum of the parts' gradients); update noise; Dale's principle; and the new weights into
the layout of the next batch. Each operation rounds as its twin does: torch's SGD, `eccles.noise`,
`eccles.dale`. Torch fuses w + (-rate) x gradient into one rounding wherever the processor can, at
the ends of a tensor too, and so does numba.

Members share the counters of the noise's generator, and with each counter the weights that its
normals go to. A member takes the same weights each time, so they stay in its core's cache.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from eccles.jit import compiled
from eccles.noise import COUNTERS, fill_normals, stretch


@compiled
def update_share(
    member: int, members: int, n_parts: int, n_inputs: int, n_classes: int, width: int,
    class_width: int, packed1: Any, packed2: Any, packed2t: Any, gradients: Any, update: Any,
) -> None:
    """Update one member's share of both weights, as they are in torch and as they are packed.

    Args:
        member, members: which of how many threads this is.
        n_parts: parts with gradients, which are added in order.
        n_inputs, n_classes: rows of w1, columns of w2.
        width, class_width: columns of a block of packed w1, and of packed w2.
        packed1, packed2, packed2t, gradients: flat arrays; see `vector_kernels` for the layout.
        update: the arrays of `eccles.engines.update.Update`.
    """
    order, rate, sigmas, w1, w2 = update
    n_hidden = w2.size // n_classes
    _update(
        member, members, 0, w1, n_inputs, width, packed1, packed2t[:0], gradients[:n_parts], 0,
        order, rate[0], sigmas,
    )
    _update(
        member, members, 1, w2, n_hidden, class_width, packed2, packed2t, gradients[:n_parts],
        packed1.size, order, rate[0], sigmas,
    )


@compiled
def _update(
    member: int, members: int, layer: int, weight: Any, n_rows: int, width: int, packed: Any,
    turned: Any, gradients: Any, offset: int, order: Any, rate: Any, sigmas: Any,
) -> None:
    """Update one member's share of a weight [n_rows, n_columns], which lies flat."""
    noisy, batch, key0, key1 = order[1], order[2], order[3], order[4]
    n_excitatory = order[5 + layer]
    counters = -(-weight.size // 4)
    begin, end = counters * member // members, counters * (member + 1) // members
    at_once = COUNTERS if noisy else max(1, end - begin)
    normals = np.empty(4 * at_once if noisy else 0, np.float32)
    sums = np.empty(width, weight.dtype)
    for first in range(begin, end, at_once):
        last = min(first + at_once, end)
        if noisy:
            fill_normals(
                normals[: 4 * (last - first)], first, np.uint32(key0), np.uint32(key1),
                np.uint32(batch), np.uint32(layer),
            )
        for k in range(7):
            start, stop, place = stretch(k, first, last, weight.size)
            _update_stretch(
                weight, start, stop, n_rows, width, packed, turned, gradients, offset, rate,
                n_excitatory, noisy, sigmas[layer], normals[place:], sums,
            )


@compiled
def _update_stretch(
    weight: Any, k: int, stop: int, n_rows: int, width: int, packed: Any, turned: Any,
    gradients: Any, offset: int, rate: Any, n_excitatory: int, noisy: int, sigma: Any,
    normals: Any, sums: Any,
) -> None:
    """Update the weights from k to `stop`, piece by piece of what lies side by side."""
    n_columns = weight.size // n_rows
    n_hidden = turned.size // n_columns
    start = k
    while k < stop:
        row = k // n_columns
        column = k - row * n_columns
        block = column // width
        n = min(stop - k, min(n_columns, (block + 1) * width) - column)
        place = (block * n_rows + row) * width + column - block * width
        first = gradients[0, offset + place : offset + place + n]
        for j in range(n):
            sums[j] = first[j]
        for part in range(1, len(gradients)):
            other = gradients[part, offset + place : offset + place + n]
            for j in range(n):
                sums[j] += other[j]
        values = weight[k : k + n]
        for j in range(n):
            values[j] += -rate * sums[j]
        if noisy:
            own = normals[k - start : k - start + n]
            for j in range(n):
                values[j] += sigma * own[j]
        low = weight.dtype.type(0 if row < n_excitatory else -np.inf)
        high = weight.dtype.type(0 if row >= n_excitatory and n_excitatory >= 0 else np.inf)
        copy = packed[place : place + n]
        for j in range(n):
            # Comparisons that leave what is no number, and the sign of a zero, as torch's do.
            value = low if values[j] < low else values[j]
            value = high if value > high else value
            values[j] = value
            copy[j] = value
        for j in range(n if n_hidden else 0):
            turned[(column + j) * n_hidden + row] = values[j]
        k += n
