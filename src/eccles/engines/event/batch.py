"""A batch as the kernels want it: arrays that stay where they are, refilled each time.

Helpers of a pool keep the arrays from batch to batch, so only what is in them may change. A batch
is cut into parts as a function of its size alone, and each part has gradients of its own: that is
why the number of threads doesn't change the result.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from eccles.engines.thread_pool import same
from eccles.events import SpikeEvents

SAMPLES_A_PART = 128
MOST_PARTS = 8
"""A batch of 256 has two parts. Each costs memory traffic; more cores are for more runs."""


class Batch:
    """The events, labels and losses of the batch at hand.

    Attributes:
        n_parts: parts of the batch.
        arrays: what `train_parts` takes from `batch` to `weight`.
        losses: float64, at least one a sample.
    """

    def __init__(self) -> None:
        self.n_parts = 1
        self._n = 0
        self._numbers = np.zeros(2, np.int64)
        self._base: tuple[Any, ...] = ()
        self._events: tuple[NDArray[Any], ...] = ()
        self._weight = np.zeros(1)
        self._grow(256)

    def _grow(self, capacity: int) -> None:
        self._begins, self._ends, self._labels = np.zeros((3, capacity), np.int64)
        self.losses = np.zeros(capacity)

    def load(self, events: SpikeEvents, labels: NDArray[Any], dtype: np.dtype[Any]) -> Batch:
        """Take a batch in, for weights of a type, and return this."""
        n = len(events)
        if n > len(self.losses):
            self._grow(2 * n)
        self._begins[:n], self._ends[:n], self._labels[:n] = events.begins, events.ends, labels
        self.hold(events)
        if self._weight.dtype != dtype:
            self._weight = np.zeros(1, dtype)
        self._weight[0] = 1.0 / max(1, n)
        self.n_parts = max(1, min(MOST_PARTS, -(-n // SAMPLES_A_PART)))
        self._numbers[:] = n, self.n_parts
        self._n = n
        return self

    def hold(self, events: SpikeEvents) -> tuple[NDArray[Any], ...]:
        """Return steps, units and counts: the same arrays for all batches of a set."""
        base = (events.steps, events.units, events.counts)
        if len(self._base) != len(base) or not all(map(same, self._base, base)):
            self._base, self._events = base, events.arrays[2:]
        return self._events

    @property
    def arrays(self) -> tuple[NDArray[Any], ...]:
        """Numbers, begins, ends, steps, units, counts, labels, weight."""
        return (
            self._numbers,
            self._begins,
            self._ends,
            *self._events,
            self._labels,
            self._weight,
        )

    def mean_loss(self) -> float:
        """Return the mean of the losses, which isn't a number for a batch without samples."""
        return float(self.losses[: self._n].mean()) if self._n else float("nan")
