"""A batch as the kernels want it: arrays that stay where they are, refilled each time.

Helpers of a pool keep the arrays from batch to batch, so only what is in them may change. A batch
is cut into parts as a function of its size alone, and each part has gradients of its own: that is
why the number of threads doesn't change the result.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from eccles.engines.event.layout import Events, Objective
from eccles.engines.thread_pool import same
from eccles.events import SpikeEvents

SAMPLES_A_PART = 128
MOST_PARTS = 8
"""A batch of 256 has two parts. Each costs memory traffic; more cores are for more runs."""


class Batch:
    """The events, labels and losses of the batch at hand.

    Attributes:
        n_parts: parts of the batch.
        events: the events, as the kernels take them.
    """

    def __init__(self) -> None:
        self.n_parts = 1
        self._sizes = np.zeros(2, np.int64)
        self._base: tuple[Any, ...] = ()
        self._weight = np.zeros(1)
        self._grow(256)

    def _grow(self, capacity: int) -> None:
        self._begins, self._ends, self._labels = np.zeros((3, capacity), np.int64)
        self._losses = np.zeros(capacity)
        self._base = ()

    def load(self, events: SpikeEvents, labels: NDArray[Any], dtype: np.dtype[Any]) -> None:
        """Take a batch in, for weights of a type."""
        n = len(events)
        if n > len(self._losses):
            self._grow(2 * n)
        self._begins[:n], self._ends[:n], self._labels[:n] = events.begins, events.ends, labels
        base = (events.steps, events.units, events.counts, events.n_steps)
        if not same(self._base, base):
            self._base = base
            # Of the type that a set's own have, or the kernels would be compiled for both.
            begins, ends = _read_only(self._begins), _read_only(self._ends)
            self.events = Events.of(events)._replace(begins=begins, ends=ends)
        if self._weight.dtype != dtype:
            self._weight = np.zeros(1, dtype)
        self._weight[0] = 1.0 / max(1, n)
        self.n_parts = max(1, min(MOST_PARTS, -(-n // SAMPLES_A_PART)))
        self._sizes[:] = n, self.n_parts

    def objective(self, gradients: NDArray[Any]) -> Objective:
        """Return what training asks of the batch; gradients are written to an array of parts."""
        return Objective(self._sizes, self._labels, self._weight, self._losses, gradients)

    def mean_loss(self) -> float:
        """Return the mean of the losses, which isn't a number for a batch without samples."""
        n = self._sizes[0]
        return float(self._losses[:n].mean()) if n else float("nan")


def _read_only(array: NDArray[Any]) -> NDArray[Any]:
    view = array.view()
    view.flags.writeable = False
    return view
