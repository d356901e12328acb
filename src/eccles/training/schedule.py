"""The learning rate over a run: a linear warm-up, then a cosine to zero."""

from __future__ import annotations

import math

_FIRST = 1e-7
"""Learning rate of the first update of a warm-up."""


def learning_rate(highest: float, update: int, warmup: int, updates: int) -> float:
    """Return the learning rate of an update, counted from 0.

    It rises in a straight line from 1e-7 to `highest` over `warmup` updates, then falls as

        highest (1 + cos(pi (update - warmup) / (updates - warmup))) / 2

    so that it would be zero after the last one. Source: Liu et al. 2026, arXiv 2509.23253.

    Args:
        highest: the highest learning rate.
        update: which update this is.
        warmup: updates of the warm-up.
        updates: all updates of the run, with the warm-up.
    """
    if update < warmup:
        return _FIRST + (highest - _FIRST) * update / warmup
    through = (update - warmup) / max(1, updates - warmup)
    return 0.5 * highest * (1.0 + math.cos(math.pi * through))
