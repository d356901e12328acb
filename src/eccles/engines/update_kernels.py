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
from eccles.noise import add_normals

_COUNTERS = 512
"""Counters taken at a time: their 2,048 weights and gradients stay in the first cache level."""


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
    n_columns = weight.size // n_rows
    quarter = weight.size // 4
    counters = -(-weight.size // 4)
    first, end = counters * member // members, counters * (member + 1) // members
    noisy, batch, key0, key1 = order[1], order[2], order[3], order[4]
    n_excitatory = order[5 + layer]
    sums = np.empty(width, weight.dtype)
    while first < end:
        last = min(first + _COUNTERS, end)
        for k in range(5):
            start, stop = _stretch(k, first, last, quarter, weight.size)
            _descend(weight, start, stop, n_rows, n_columns, width, gradients, offset, rate, sums)
        if noisy:
            add_normals(
                weight, sigmas[layer], np.uint32(key0), np.uint32(key1), np.uint32(batch),
                np.uint32(layer), first, last,
            )
        for k in range(5):
            start, stop = _stretch(k, first, last, quarter, weight.size)
            _settle(weight, start, stop, n_rows, n_columns, width, packed, turned, n_excitatory)
        first = last


@compiled
def _stretch(k: int, first: int, last: int, quarter: int, size: int) -> Any:
    """Return the bounds of what some counters reach in quarter k, or for k = 4 in the rest."""
    if k < 4:
        return k * quarter + first, k * quarter + min(last, quarter)
    return 4 * quarter, size if last > quarter else 4 * quarter


@compiled
def _piece(k: int, stop: int, n_rows: int, n_columns: int, width: int) -> Any:
    """Return the row and column of weight k, how many from there lie in one block, and where."""
    row = k // n_columns
    column = k - row * n_columns
    block = column // width
    n = min(stop - k, min(n_columns, (block + 1) * width) - column)
    return row, column, n, (block * n_rows + row) * width + column - block * width


@compiled
def _descend(
    weight: Any, k: int, stop: int, n_rows: int, n_columns: int, width: int, gradients: Any,
    offset: int, rate: Any, sums: Any,
) -> None:
    """Subtract rate x gradient from weights k to stop."""
    while k < stop:
        _, _, n, place = _piece(k, stop, n_rows, n_columns, width)
        place += offset
        target = weight[k : k + n]
        first = gradients[0, place : place + n]
        for j in range(n):
            sums[j] = first[j]
        for part in range(1, len(gradients)):
            other = gradients[part, place : place + n]
            for j in range(n):
                sums[j] += other[j]
        for j in range(n):
            target[j] += -rate * sums[j]
        k += n


@compiled
def _settle(
    weight: Any, k: int, stop: int, n_rows: int, n_columns: int, width: int, packed: Any,
    turned: Any, n_excitatory: int,
) -> None:
    """Project weights k to stop to their rows' signs, unless n_excitatory < 0, and pack them."""
    zero = weight.dtype.type(0)
    while k < stop:
        row, column, n, place = _piece(k, stop, n_rows, n_columns, width)
        source = weight[k : k + n]
        target = packed[place : place + n]
        # Comparisons that leave what is no number, and the sign of a zero, as torch's clamp does.
        if row < n_excitatory:
            for j in range(n):
                source[j] = zero if source[j] < zero else source[j]
        elif n_excitatory >= 0:
            for j in range(n):
                source[j] = zero if source[j] > zero else source[j]
        for j in range(n):
            target[j] = source[j]
        if turned.size:
            n_hidden = turned.size // n_columns
            for j in range(n):
                turned[(column + j) * n_hidden + row] = source[j]
        k += n
