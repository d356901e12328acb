"""What the kernels of every engine do with one sample: its events by the step, its loss."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from eccles.engines.simd import prefetch
from eccles.jit import borrowing, compiled

_EVENTS_A_LINE = 32


@compiled
def step_bounds(steps: Any, first: int, last: int, bounds: Any) -> Any:
    """Fill bounds[t] with the first event at or after step t; return the first event's step."""
    n_steps = len(bounds) - 1
    # Two passes without a branch that depends on the data: such a branch is mispredicted.
    bounds[:] = first
    for p in range(first, last):
        bounds[np.int64(steps[np.uint64(p)]) + 1] = p + 1
    for t in range(n_steps):
        bounds[t + 1] = max(bounds[t], bounds[t + 1])
    return np.int64(steps[first]) if first < last else n_steps


@borrowing
def prefetch_events(events: Any, b: int) -> None:
    """Fetch the events of sample b ahead of time: shuffled samples lie anywhere in memory."""
    for p in range(events.begins[b], events.ends[b], _EVENTS_A_LINE):
        prefetch(events.steps, p)
        prefetch(events.units, p)


@compiled
def softmax_loss(peak: Any, label: int, n_classes: int, weight: Any, slopes: Any) -> Any:
    """Return -log softmax(peak)[label]; leave its slopes times `weight`."""
    highest = peak[0]
    for k in range(1, n_classes):
        highest = max(highest, peak[k])
    total = highest - highest
    for k in range(n_classes):
        slopes[k] = math.exp(peak[k] - highest)
        total += slopes[k]
    for k in range(n_classes):
        slopes[k] *= weight / total
    slopes[label] -= weight
    return math.log(total) - (peak[label] - highest)
