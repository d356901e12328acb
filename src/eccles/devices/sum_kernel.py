"""The closed form of many pulses at once: `rules.summed` of a group of devices after the other.

A block's arrays are rows of one, at distances that the compiler knows: so a loop over a group's
devices becomes vector instructions without a look at what may overlap.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from eccles.jit import rounded

AT_ONCE = 1024
"""Devices of a block: what is between two loops over them stays in the first cache level."""

ROWS = 7
_MEAN, _SQUARES, _Q, _N, _PRODUCT, _BLOCK, _FACTOR = (AT_ONCE * k for k in range(ROWS))

_WIDTH = 64


@rounded
def sum_terms(rows: Any, size: int, shrinks: bool) -> None:
    """Fill the rows mean and squares with what `rules.summed` returns of the rows q and n.

    Args:
        rows: flat, the rows mean, squares, q and n, each `AT_ONCE` long, and three of room.
        size: devices of the block.
        shrinks: whether any q isn't 1.
    """
    zero, one, half = rows.dtype.type(0), rows.dtype.type(1), rows.dtype.type(0.5)
    for first in range(0, size, _WIDTH):
        group = rows[first:]
        most: Any = 0
        if shrinks:
            # Of whole numbers, since a compiler takes the largest of those alone by vectors.
            for j in range(_WIDTH):
                most = max(most, np.int32(group[_N + j]))
        if most < 1:
            for j in range(_WIDTH):
                group[_MEAN + j] = group[_N + j]
                group[_SQUARES + j] = group[_N + j]
            continue
        for j in range(_WIDTH):
            # The terms that are left, halved as bits are used up.
            group[_SQUARES + j] = np.floor(group[_N + j])
            group[_MEAN + j] = zero
            group[_PRODUCT + j] = one
            group[_BLOCK + j] = one
            group[_FACTOR + j] = group[_Q + j]
        while most >= 1:
            for j in range(_WIDTH):
                rest = np.floor(group[_SQUARES + j] * half)
                odd = group[_SQUARES + j] - (rest + rest) > zero
                group[_SQUARES + j] = rest
                mean, product = group[_MEAN + j], group[_PRODUCT + j]
                block, factor = group[_BLOCK + j], group[_FACTOR + j]
                group[_MEAN + j] = mean + product * block if odd else mean
                group[_PRODUCT + j] = product * factor if odd else product
                group[_BLOCK + j] = block * (one + factor)
                group[_FACTOR + j] = factor * factor
            most >>= 1
        for j in range(_WIDTH):
            rest = group[_N + j] - np.floor(group[_N + j])
            product, q = group[_PRODUCT + j], group[_Q + j]
            value = group[_MEAN + j] * (one + product) / (one + q)
            group[_SQUARES + j] = value + rest * (product * product)
            group[_MEAN + j] += rest * product
