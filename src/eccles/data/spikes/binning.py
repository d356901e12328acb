"""Binning: spikes at times in seconds become counts in the steps of a network."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from eccles.arguments import check_fields, typed
from eccles.data.spikes.recordings import Recordings
from eccles.errors import InputError, must
from eccles.events import SpikeEvents
from eccles.former import warn
from eccles.units import duration

_MOST = 255
"""Spikes that an event can count."""
_LEAST = 1e-9
"""Seconds; bins of far shorter times have no number of their own."""


@dataclass(frozen=True)
class Binning:
    """How times become steps; the defaults are those of Kilgore et al. (2025).

    Attributes:
        n_steps: T, the number of steps a sample lasts. Step 0 stays empty, as published, so that
            there are T - 1 bins, each of max_time / (T - 1).
        max_time: when the last bin ends, in seconds; events from then on are left out.
        clip: count several spikes of a unit in one bin as one.
        dt: length of a step in seconds as the network sees it, whatever a bin lasts.

    Raises:
        InputError: a value out of its range.
    """

    n_steps: int = 100
    max_time: float = 1.4
    clip: bool = False
    dt: float = 1e-3

    def __post_init__(self) -> None:
        check_fields(self, "binning")
        if not 2 <= self.n_steps < 2**16:
            raise must("binning", "n_steps", "from 2 to 65,535", self.n_steps)
        for name, value in (("max_time", self.max_time), ("dt", self.dt)):
            if not _LEAST <= value < math.inf:
                accepted = "a time above 0 in seconds, of a nanosecond at least"
                raise must("binning", name, accepted, value)
            self.__dict__[name] = float(value)  # A whole number may be too long for numpy.

    def changed(self) -> str:
        """Return in words the settings that differ from the defaults.

        >>> Binning(clip=True, dt=2e-3).changed()
        'clip True, dt 2 ms'
        """
        usual, own = asdict(Binning()), asdict(self)
        said = {name: value for name, value in own.items() if value != usual[name]}
        if len(said) > 1 and math.isclose((self.n_steps - 1) * self.dt, self.max_time):
            said.pop("n_steps", None)  # It follows from the two others, so that nobody gave it.
        return ", ".join(
            f"{'steps' if name == 'n_steps' else name} "
            f"{duration(value) if isinstance(value, float) else value}"
            for name, value in said.items()
        )

    def told(self) -> str:
        """The former name of `changed`, which leaves after 0.2."""
        warn("Binning.told", "Binning.changed")
        return self.changed()

    @property
    def edges(self) -> NDArray[np.float64]:
        """Where the bins begin and the last one ends, in seconds, [T]."""
        return np.linspace(0, self.max_time, self.n_steps)


class Binned(NamedTuple):
    """Events by step, and how many events came too late to be among them."""

    events: SpikeEvents
    left_out: int


def step_of(times: NDArray[np.floating[Any]], binning: Binning) -> NDArray[np.uint32]:
    """Return the step of each time: how many edges lie at it or before; T for those too late.

    >>> step_of(np.array([0.0, 0.01, 0.0142, 1.39, 1.4]), Binning()).tolist()
    [1, 1, 2, 99, 100]
    """
    if times.dtype.itemsize < 4:  # float16 is too coarse to compute with.
        times = times.astype(np.float32)
    edges = np.append(binning.edges, np.inf)
    # The quotient may be rounded across an edge, so it is held against the edges themselves.
    scale = (binning.n_steps - 1) / binning.max_time
    end = min(binning.max_time, float(np.finfo(times.dtype).max))
    near = (np.minimum(times, end) * scale).astype(np.uint32)
    step: NDArray[np.uint32] = near + (times >= edges[near + 1]) - (times < edges[near])
    return step.astype(np.uint32) + np.uint32(1)


@typed("data")
def bin_events(recordings: Recordings, binning: Binning | None = None) -> Binned:
    """Return the spikes of each unit in each step, as in Kilgore et al. (2025).

    An event at time t is of step k where edges[k - 1] <= t < edges[k], and the edges are
    linspace(0, max_time, T): steps 1 to T - 1. What is at max_time or later is left out. Spikes of
    one unit in one step are one event with a count, or with `clip` one spike. The events of a
    sample are sorted by step, then by unit, in whatever order they were recorded.
    Doi 10.1038/s41598-025-03408-7.

    Raises InputError where a unit fires more than 255 times in one step, unless `clip`.
    """
    binning = binning or Binning()
    n_steps, n_units = binning.n_steps, recordings.n_units
    lengths = np.zeros(len(recordings) + 1, np.int64)
    steps, units = [np.empty(0, np.uint16)], [np.empty(0, np.uint16)]
    counts = [np.empty(0, np.uint8)]
    kept = 0
    # A block's (sample, step, unit) are one number of 32 bits each, which numpy sorts fast.
    block = min(64, 2**32 // (n_steps * n_units))
    for first in range(0, len(recordings), block):
        offsets = recordings.offsets[first : first + block + 1]
        block_of = slice(offsets[0], offsets[-1])
        step = step_of(recordings.times[block_of], binning)
        sample = np.repeat(np.arange(len(offsets) - 1, dtype=np.uint32), np.diff(offsets))
        cell = (sample * np.uint32(n_steps) + step) * np.uint32(n_units) + recordings.units[
            block_of
        ]
        cell = np.sort(cell[step < n_steps])
        kept += len(cell)
        begins = np.flatnonzero(np.diff(cell, prepend=cell[:1] - np.uint32(1)))
        spikes = np.diff(begins, append=len(cell))
        if not binning.clip and len(spikes) and spikes.max() > _MOST:
            hint = "take more steps, or clip"
            most = int(spikes.max())
            raise must("binning", "spikes of a unit in a step", f"at most {_MOST}", most, hint)
        row, unit = np.divmod(cell[begins], np.uint32(n_units))
        sample, step = np.divmod(row, np.uint32(n_steps))
        steps.append(step.astype(np.uint16))
        units.append(unit.astype(np.uint16))
        counts.append(spikes.astype(np.uint8))
        lengths[first + 1 : first + len(offsets)] = np.bincount(sample, minlength=len(offsets) - 1)
    ends = np.cumsum(lengths)
    events = SpikeEvents._trusted(
        ends[:-1],
        ends[1:],
        np.concatenate(steps),
        np.concatenate(units),
        None if binning.clip else np.concatenate(counts),
        n_steps,
        n_units,
        binning.dt,
    )
    return Binned(events, recordings.n_events - kept)


def check_unbinned(where: str, form: str, binning: Binning | None) -> None:
    """Raise InputError for settings of binning with samples that have no times to be binned."""
    if binning is not None and binning != Binning():
        accepted = f"left out with {form}, for only lists of times are put into steps"
        raise InputError(f"{where}: {binning.changed()} must be {accepted}")
