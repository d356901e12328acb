"""What firing rates are called in a study's tables, and what a report calls them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import pandas as pd


class Rate(NamedTuple):
    """A firing rate of all neurons that spike.

    Attributes:
        column: its name in the table of epochs.
        unit: what it is measured in.
        ticks: marks of an axis that is linear up to the second one and logarithmic beyond.
    """

    column: str
    unit: str
    ticks: tuple[float, ...]

    @property
    def initial(self) -> str:
        """Its name in the table of runs: the rate before training."""
        return f"initial_{self.column}"

    @property
    def before(self) -> str:
        """What a reader calls the rate before training."""
        return f"rate before training ({self.unit})"

    @property
    def after(self) -> str:
        """What a reader calls the rate at the epoch that is shown."""
        return f"rate after these epochs ({self.unit})"


HZ = Rate("rate_hz", "Hz", (0.0, 0.01, 0.1, 1.0, 10.0, 100.0, 1000.0))
"""Shallow networks, whose steps have a length."""

PER_STEP = Rate("spikes_per_step", "spikes a step", (0.0, 0.001, 0.01, 0.05, 0.1, 0.2, 0.5, 1.0))
"""Deep networks, whose steps have none."""


def rate_of(runs: pd.DataFrame) -> Rate:
    """Return which of the two a table of runs has."""
    return HZ if HZ.initial in runs else PER_STEP
