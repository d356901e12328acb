"""What Eccles promises about its speed: the goals, and whether a run of the benchmark met them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Goal:
    """A bound on a measured number.

    >>> fast = Goal("at least", 120, "x")
    >>> str(fast), fast.met(135.0), fast.met(None)
    ('at least 120 x', True, None)
    """

    sense: Literal["at least", "at most"]
    bound: float
    unit: str

    def met(self, value: float | None) -> bool | None:
        """Return whether a value meets the goal; None where the value is unknown."""
        if value is None:
            return None
        return value >= self.bound if self.sense == "at least" else value <= self.bound

    def __str__(self) -> str:
        return f"{self.sense} {self.bound:g} {self.unit}"


GOALS = {
    "event engine over dense": Goal("at least", 120, "x"),
    "event engine over dense, spoken shape": Goal("at least", 10, "x"),
    "event engine over dense, spoken shape, 2 threads": Goal("at least", 20, "x"),
    "network over dense": Goal("at least", 50, "x"),
    "spoken network over dense": Goal("at least", 15, "x"),
    "other neurons over dense": Goal("at least", 10, "x"),
    "epoch of spoken digits": Goal("at most", 5, "s"),
    "second thread": Goal("at least", 1.6, "x"),
    "update noise": Goal("at most", 1.3, "x"),
    "devices": Goal("at most", 1.5, "x"),
    "exp devices": Goal("at most", 2.5, "x"),
    "one pass over the loop": Goal("at least", 4, "x"),
    "E-I circuits over batch norm": Goal("at most", 1.7, "x"),
    "distances": Goal("at least", 1000, "x"),
    "first compilation": Goal("at most", 15, "s"),
    "cached start": Goal("at most", 4, "s"),
    "encoding": Goal("at most", 2, "s"),
    "peak memory": Goal("at most", 1, "GB"),
}
"""Ratios hold at batch 256; encoding and memory are of the 60,000 images of Fashion-MNIST."""
