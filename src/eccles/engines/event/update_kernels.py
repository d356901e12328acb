"""The update kernel: what follows the gradients in a training step, in one pass over the weights.

w -= rate x (sum of the parts' gradients); update noise; Dale's principle; and the new weights into
the layout of the next batch. Each operation rounds as its twin does: torch's SGD, `eccles.noise`,
`eccles.dale`. Torch takes w + (-rate) x gradient with one rounding wherever the processor can, at
the ends of a tensor too, and so does numba.

Members share the counters of the noise's generator, and with a counter the weights that its
normals go to: the same ones each time.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from eccles.engines.lanes import LANES
from eccles.engines.simd import prefetch, prefetch_to_write
from eccles.jit import borrowing, compiled
from eccles.noise import COUNTERS, fill_normals, stretch

_ROWS_AHEAD = 8


class _Matrix(NamedTuple):
    """A weight matrix [n_rows, n_columns] and what is to become of it.

    Attributes:
        number: 0 for w1, 1 for w2.
        weight: flat, in torch's memory.
        packed, width: its packed copy, in blocks of so many columns.
        turned: the same transposed, or empty.
        n_rows: rows of it.
        parts, offset: the parts' gradients, and where its own begin in each.
        rate, sigma: learning rate, and standard deviation of the noise.
        n_excitatory: rows that stay at 0 or above, the others at 0 or below; -1 for no bounds.
    """

    number: int
    weight: Any
    packed: Any
    width: int
    turned: Any
    n_rows: int
    parts: Any
    offset: int
    rate: Any
    sigma: Any
    n_excitatory: int


@compiled
def update_share(member: int, members: int, network: Any, objective: Any, update: Any) -> None:
    """Update one member's share of both weights, in torch's memory and packed.

    Args:
        member, members: which of how many threads this is.
        network, objective, update: see `eccles.engines.event.layout`. The parts' gradients are
            added in order.
    """
    order, rate, parts = update.order, update.rate[0], objective.gradients[: objective.sizes[1]]
    first = _Matrix(
        0, update.w1, network.w1, LANES * len(network.hidden_shape), network.w2t[:0],
        network.n_inputs, parts, 0, rate, update.sigmas[0], order[5],
    )
    second = _Matrix(
        1, update.w2, network.w2, LANES * len(network.class_shape), network.w2t,
        update.w2.size // network.n_classes, parts, network.w1.size, rate, update.sigmas[1],
        order[6],
    )
    _update(member, members, first, order)
    _update(member, members, second, order)


@compiled
def _update(member: int, members: int, matrix: Any, order: Any) -> None:
    """Update one member's share of a matrix."""
    noisy, batch, key0, key1 = order[1], order[2], order[3], order[4]
    size = matrix.weight.size
    # Half of the gradients and of the packed weights lie in another core's cache.
    ahead = _ROWS_AHEAD * matrix.width if members > 1 else 0
    counters = -(-size // 4)
    begin, end = counters * member // members, counters * (member + 1) // members
    at_once = COUNTERS if noisy else max(1, end - begin)
    buffer = np.empty(4 * at_once if noisy else 0, np.float32)
    sums = np.empty(matrix.width, matrix.weight.dtype)
    for first in range(begin, end, at_once):
        last = min(first + at_once, end)
        normals = buffer[: 4 * (last - first)]
        if noisy:
            fill_normals(
                normals, first, np.uint32(key0), np.uint32(key1), np.uint32(batch),
                np.uint32(matrix.number),
            )
        for k in range(7):
            start, stop, place = stretch(k, first, last, size)
            _update_stretch(matrix, start, stop, normals[place:], ahead, sums)


@borrowing
def _update_stretch(
    matrix: Any, start: int, stop: int, normals: Any, ahead: int, sums: Any
) -> None:
    """Update the weights from `start` to `stop`, piece by piece of what lies together packed."""
    weight, packed, width, turned = matrix.weight, matrix.packed, matrix.width, matrix.turned
    n_rows, n_excitatory = matrix.n_rows, matrix.n_excitatory
    parts, offset, rate, sigma = matrix.parts, matrix.offset, matrix.rate, matrix.sigma
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
        if len(normals):
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
