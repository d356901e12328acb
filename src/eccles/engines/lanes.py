"""What whole vectors want of memory: numbers by the lane, and arrays that start on a line."""

from __future__ import annotations

import mmap
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eccles.jit import compiled

LANES = 16
"""Numbers in a vector."""

_HUGE_PAGE = 2 << 20


def aligned(sizes: list[int], dtype: np.dtype[Any]) -> list[NDArray[Any]]:
    """Return zeroed arrays on 64-byte lines, side by side in large pages where there are any."""
    lengths = [-(-size * dtype.itemsize // 64) * 64 for size in sizes]
    memory = mmap.mmap(-1, sum(lengths) + _HUGE_PAGE)
    if hasattr(mmap, "MADV_HUGEPAGE"):
        memory.madvise(mmap.MADV_HUGEPAGE)
    raw = np.frombuffer(memory, np.uint8)
    place = -raw.ctypes.data % _HUGE_PAGE
    arrays = []
    for size, length in zip(sizes, lengths, strict=True):
        arrays.append(raw[place : place + size * dtype.itemsize].view(dtype))
        place += length
    return arrays


@compiled
def scratch(size: int, like: Any) -> Any:
    """An uninitialised array that starts on a 64-byte line, as whole vectors want."""
    raw = np.empty(size + LANES, like.dtype)
    shift = (-raw.ctypes.data % 64) // raw.itemsize
    return raw[shift : shift + size]
