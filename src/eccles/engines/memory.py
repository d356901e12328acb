"""Memory that one training step frees, kept for the next.

The C library takes each large tensor from the system, which zeroes its pages one by one, and gives
it back as soon as it is freed. A deep network's step does so some hundred times, which is a tenth
of its time and more.
"""

from __future__ import annotations

import ctypes
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_TRIM_THRESHOLD, _MMAP_THRESHOLD, _MMAP_MAX = -1, -3, -4
"""Numbers of glibc's mallopt(3)."""

_lock = threading.Lock()
_within = 0


@contextmanager
def kept_memory() -> Iterator[None]:
    """Keep what is freed for what is allocated next, and give it back when done.

    It is a switch of the whole process, which the last to leave turns off, and of glibc: elsewhere
    nothing changes. What threads besides the main one allocate in pieces of 64 MB and more is
    taken from the system every time nevertheless.
    """
    _enter(1)
    try:
        yield
    finally:
        _enter(-1)


def _enter(step: int) -> None:
    global _within
    with _lock:
        before, _within = _within, _within + step
        if (before > 0) == (_within > 0):
            return
        libc: Any = ctypes.CDLL(None) if sys.platform == "linux" else None
        if not hasattr(libc, "malloc_trim"):
            return
        if _within:
            libc.mallopt(_MMAP_MAX, 0)
            libc.mallopt(_TRIM_THRESHOLD, -1)
            return
        # glibc raises its thresholds up to these by itself, but not once they were set.
        libc.mallopt(_MMAP_THRESHOLD, 32 << 20)
        libc.mallopt(_TRIM_THRESHOLD, 64 << 20)
        libc.mallopt(_MMAP_MAX, 65536)
        libc.malloc_trim(0)
