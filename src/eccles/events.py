"""Spike events: which unit fired at which step of which sample, and nothing for silence."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from eccles.arguments import typed
from eccles.arrays import as_array, kept, samples_of, whole_numbers
from eccles.errors import InputError, must, whole
from eccles.kinds import is_number
from eccles.neo_blocks import Trials, from_block, to_block
from eccles.units import duration

if TYPE_CHECKING:
    import torch

_MOST = 65536
_NO_COUNTS = kept(np.empty(0, np.uint8))
Index = slice | NDArray[np.integer[Any]] | list[int]


@dataclass(frozen=True, eq=False)
class SpikeEvents:
    """The spikes of B samples, sorted by step within each sample.

    Sample b owns the events begins[b] up to ends[b] of `steps`, `units` and `counts`. A slice or
    a shuffled batch is therefore a new pair (begins, ends) over the same events: nothing is
    copied, and the events may be memory-mapped. A unit may fire several times in one step, as
    repeated events or as one event with a count.

    The rules are checked once, when events are made, and never again: kernels trust every number.
    So all arrays are read-only, and one that could still be written is copied. A caller who passes
    a read-only view of an array, and then writes to that array, breaks the rules unseen.

    Attributes:
        begins, ends: int64 [B].
        steps: uint16 [E], the step of each event, from 0 to n_steps - 1.
        units: uint16 [E], from 0 to n_units - 1.
        counts: uint8 [E] above zero, or None where every event is one spike.
        n_steps: T, the number of steps a sample lasts.
        n_units: N, the number of units that could fire.
        dt: length of a step in seconds.

    Whole numbers of other types, lists and tensors become arrays of these types. Raises InputError
    where a rule above is broken.
    """

    begins: NDArray[np.int64]
    ends: NDArray[np.int64]
    steps: NDArray[np.uint16]
    units: NDArray[np.uint16]
    counts: NDArray[np.uint8] | None
    n_steps: int
    n_units: int
    dt: float = 1e-3

    def __post_init__(self) -> None:
        for name, least in (("n_steps", 1), ("n_units", 0)):
            value = getattr(self, name)
            value = value.item() if isinstance(value, np.integer) else value
            accepted = f"a whole number from {least} to {_MOST:,}"
            whole("events", name, value, least, accepted)
            if value > _MOST:
                raise must("events", name, accepted, value)
            self.__dict__[name] = value
        stored = as_array("events", "steps", self.steps).size
        accepted = f"from 0 to {stored}, for so many events are stored"
        self._convert("begins", stored + 1, np.int64, accepted)
        self._convert("ends", stored + 1, np.int64, accepted)
        self._convert("steps", self.n_steps, np.uint16, f"from 0 to {self.n_steps - 1}")
        self._convert("units", self.n_units, np.uint16, f"from 0 to {self.n_units - 1}")
        if self.counts is not None:
            self._convert("counts", 256, np.uint8, "from 1 to 255")
        self._check()

    def _convert(self, name: str, below: int, dtype: type, accepted: str) -> None:
        numbers = whole_numbers("events", name, getattr(self, name), below, dtype, accepted)
        self.__dict__[name] = kept(numbers)

    def _check(self) -> None:
        """Raise InputError unless the arrays, each sound by itself, fit together."""
        begins, ends, steps = self.begins, self.ends, self.steps
        if len(begins) != len(ends):
            got = f"{len(begins)} and {len(ends)}"
            raise InputError(f"events: begins and ends must be one a sample each, got {got}")
        for each in (self.units, self.counts):
            if each is not None and len(each) != len(steps):
                raise InputError("events: steps, units and counts must have one entry an event")
        if (begins > ends).any():
            wrong = int((begins > ends).argmax())
            got = f"{begins[wrong]} to {ends[wrong]}"
            raise must("events", f"the events of sample {wrong}", "none before the first", got)
        if self.counts is not None and not self.counts.all():
            raise InputError("events: counts must be above 0; leave out an event that isn't one")
        # Where a step is earlier than the one before it, a sample must end and another begin.
        falls = np.flatnonzero(steps[1:] < steps[:-1]) + 1
        inside = np.searchsorted(falls, begins, "right") < np.searchsorted(falls, ends, "left")
        if inside.any():
            raise InputError(f"events: sample {int(inside.argmax())} must be sorted by step")
        if not is_number(self.dt) or not 0 < self.dt < math.inf:
            raise must("events", "dt", "a time above 0 in seconds", self.dt)
        self.__dict__["dt"] = float(self.dt)

    @classmethod
    def _trusted(
        cls,
        begins: NDArray[np.int64],
        ends: NDArray[np.int64],
        steps: NDArray[np.uint16],
        units: NDArray[np.uint16],
        counts: NDArray[np.uint8] | None,
        n_steps: int,
        n_units: int,
        dt: float,
    ) -> Self:
        """Return events of arrays that are known to keep every rule: nothing is checked.

        The arrays must be of the types above and belong to the events from then on.
        """
        for array in (begins, ends, steps, units, counts):
            if array is not None:
                array.flags.writeable = False
        events = cls.__new__(cls)
        events.__dict__.update(
            begins=begins,
            ends=ends,
            steps=steps,
            units=units,
            counts=counts,
            n_steps=n_steps,
            n_units=n_units,
            dt=dt,
        )
        return events

    def __setstate__(self, state: dict[str, Any]) -> None:
        # A pickle may be of an earlier version, which held nothing to the rules.
        for value in state.values():
            if isinstance(value, np.ndarray):
                value.flags.writeable = False
        self.__dict__.update(state)
        self.__post_init__()

    def __repr__(self) -> str:
        step = duration(self.dt)
        return (
            f"SpikeEvents({len(self):,} samples, {self.n_units:,} units, {self.n_steps:,} steps of "
            f"{step}, {self.n_events:,} events)"
        )

    def check(self) -> None:
        """Raise InputError unless these events keep every rule, as those made by hand do."""
        replace(self)

    def __len__(self) -> int:
        return len(self.begins)

    @property
    def n_events(self) -> int:
        """Number of events of these samples (not of spikes, where events have counts)."""
        return int((self.ends - self.begins).sum())

    @property
    def density(self) -> float:
        """Events per sample, step and unit: the share of a dense raster that isn't zero."""
        return self.n_events / max(1, len(self) * self.n_steps * self.n_units)

    @property
    def arrays(self) -> tuple[NDArray[Any], ...]:
        """Begins, ends, steps, units and counts as kernels take them; counts are empty if all are
        1.

        All are in one piece and read-only; to numba others would be of another type, compiled anew.
        """
        counts = _NO_COUNTS if self.counts is None else self.counts
        return kept(self.begins), kept(self.ends), self.steps, self.units, counts

    def __getitem__(self, index: Index) -> SpikeEvents:
        """Return the samples of a slice or of an array of indices, without copying events.

        Raises InputError for an index that gives no list of samples, such as one number, and for
        a number that no sample has.
        """
        return SpikeEvents._trusted(
            samples_of("events", self.begins, index),
            self.ends[index],
            self.steps,
            self.units,
            self.counts,
            self.n_steps,
            self.n_units,
            self.dt,
        )

    @classmethod
    @typed("events")
    def from_dense(cls, spikes: torch.Tensor | NDArray[Any], dt: float = 1e-3) -> SpikeEvents:
        """Collect the events of a raster of spike counts from 0 to 255, [T, B, N].

        Raises InputError for another number of axes, more steps or units than uint16 can number,
        or counts that are negative, fractional or above 255.
        """
        raster = as_array("events", "the raster", spikes)
        if raster.ndim != 3:
            raise must("events", "the raster", "[T, B, N]", raster.shape)
        accepted = "whole numbers of spikes from 0 to 255"
        if raster.dtype.kind not in "biuf":
            raise must("events", "the raster", accepted, str(raster.dtype))
        # What is no number is in no range.
        if raster.size and not (
            0 <= raster.min() <= raster.max() <= 255 and (raster % 1 == 0).all()
        ):
            wrong = ~((raster >= 0) & (raster <= 255) & (raster % 1 == 0))
            raise must("events", "the raster", accepted, raster[wrong][0].item())
        n_steps, n_samples, n_units = raster.shape
        if max(n_steps, n_units) > _MOST:
            raise must("events", "steps and units", f"at most {_MOST} each", (n_steps, n_units))
        samples, steps, units = np.nonzero(raster.transpose(1, 0, 2))
        counts = raster[steps, samples, units].astype(np.uint8)
        offsets = np.searchsorted(samples, np.arange(n_samples + 1))
        return cls(  # It checks what isn't known to be sound: the sizes and dt.
            offsets[:-1],
            offsets[1:],
            steps.astype(np.uint16),
            units.astype(np.uint16),
            counts if (counts != 1).any() else None,
            n_steps,
            n_units,
            dt,
        )

    @classmethod
    @typed("events")
    def from_trials(
        cls,
        times: Sequence[Any],
        units: Sequence[Any],
        *,
        dt: float = 1e-3,
        n_steps: int | None = None,
        n_units: int | None = None,
    ) -> SpikeEvents:
        """Collect the events of lists: for each trial its times in seconds, and their units.

        A spike at time t is of step floor(t / dt). Times of a trial may come in any order. There
        are as many steps and units as the latest spike and the largest unit need, unless given.
        `SpikeDataset.from_trials` takes labels besides.

        Raises InputError where a trial's lists differ in length, and for times or units that are
        negative, no numbers, or beyond the last step or unit.

        >>> SpikeEvents.from_trials([[0.003, 0.001], []], [[4, 0], []])
        SpikeEvents(2 samples, 5 units, 4 steps of 1 ms, 2 events)
        """
        if len(times) != len(units):
            got = f"{len(times)} and {len(units)}"
            raise must("events", "times and units", "one list of each a trial", got)
        if not is_number(dt) or not 0 < dt < math.inf:
            raise must("events", "dt", "a time above 0 in seconds", dt)
        binned = [
            _binned(f"of trial {k}", when, which, dt, n_steps or _MOST, n_units or _MOST)
            for k, (when, which) in enumerate(zip(times, units, strict=True))
        ]
        steps, which, counts = (
            np.concatenate([np.empty(0, np.int64), *(each[part] for each in binned)])
            for part in range(3)
        )
        ends = np.cumsum([len(each[0]) for each in binned], dtype=np.int64)
        return cls(
            np.concatenate([np.zeros(1, np.int64), ends])[:-1],
            ends,
            steps,
            which,
            counts if (counts != 1).any() else None,
            n_steps or int(steps.max(initial=0)) + 1,
            n_units or int(which.max(initial=-1)) + 1,
            dt,
        )

    @classmethod
    @typed("events")
    def from_neo(cls, block: Any, *, dt: float = 1e-3) -> SpikeEvents:
        """Collect the events of a neo.Block: a sample a segment, a unit a spike train.

        Raises InputError for another object, and without the extra `neuro`.
        """
        found = from_block(block)
        if not is_number(dt) or not 0 < dt < math.inf:
            raise must("events", "dt", "a time above 0 in seconds", dt)
        n_steps = max(1, math.ceil(found.duration / dt * (1 - 1e-9)))
        # A spike at the very end of a train is of its last step.
        times = [np.minimum(each, (n_steps - 0.5) * dt) for each in found.times]
        n_units = found.n_units or None
        return cls.from_trials(times, found.units, dt=dt, n_steps=n_steps, n_units=n_units)

    def to_neo(
        self, signs: Sequence[int] | None = None, labels: Sequence[Any] | None = None
    ) -> Any:
        """Return a neo.Block: a segment a sample, in it a spike train a unit.

        A spike of step k is at k dt. A unit that fires several times in a step has several spikes
        there.

        Args:
            signs: above 0 for each unit that excites, which annotates its trains.
            labels: one a sample, which annotate the segments.

        Raises InputError for another number of either, and without the extra `neuro`.
        """
        for name, given, n in (("signs", signs, self.n_units), ("labels", labels, len(self))):
            if given is not None and len(given) != n:
                raise must("events", f"the number of {name}", f"{n}", len(given))
        times, units = [], []
        for k in range(len(self)):
            steps, which, counts = self[[k]]._own()
            often = 1 if counts is None else counts
            times.append(np.repeat(steps, often) * self.dt)
            units.append(np.repeat(which, often).astype(np.int64))
        return to_block(Trials(times, units, self.n_units, self.n_steps * self.dt), signs, labels)

    @classmethod
    @typed("events")
    def joined(cls, parts: Sequence[SpikeEvents]) -> SpikeEvents:
        """Return the samples of one part or more, one after the other, with their events alone.

        Raises InputError unless the parts agree in n_steps, n_units and dt.
        """
        shapes = {(part.n_steps, part.n_units, part.dt) for part in parts}
        if len(shapes) != 1:
            got = "none" if not shapes else " and ".join(map(str, sorted(shapes)[:2]))
            raise must("events", "n_steps, n_units and dt of all parts", "the same", got)
        lengths = np.concatenate([part.ends - part.begins for part in parts])
        ends = np.cumsum(lengths)
        steps, units, counts = zip(*(part._own() for part in parts), strict=True)
        counted = [
            np.ones(len(own), np.uint8) if each is None else each
            for own, each in zip(steps, counts, strict=True)
        ]
        return cls._trusted(
            ends - lengths,
            ends,
            np.concatenate(steps),
            np.concatenate(units),
            None if all(each is None for each in counts) else np.concatenate(counted),
            *shapes.pop(),
        )

    def _own(self) -> tuple[NDArray[np.uint16], NDArray[np.uint16], NDArray[np.uint8] | None]:
        """Return steps, units and counts of these samples' events alone, in turn."""
        positions: slice | NDArray[np.int64] = self._positions
        if len(self) == 1:  # As a loader hands samples over: nothing need be gathered.
            positions = slice(int(self.begins[0]), int(self.ends[0]))
        counts = None if self.counts is None else self.counts[positions]
        return self.steps[positions], self.units[positions], counts

    @property
    def _positions(self) -> NDArray[np.int64]:
        """Return where each event of these samples is stored, [E]."""
        lengths = self.ends - self.begins
        firsts = np.cumsum(lengths) - lengths
        within = np.arange(int(lengths.sum()), dtype=np.int64)
        return within + np.repeat(self.begins - firsts, lengths).astype(np.int64)

    def to_dense(
        self, dtype: torch.dtype | None = None, device: torch.device | str = "cpu"
    ) -> torch.Tensor:
        """Return the raster of spike counts, [T, B, N], float32 unless `dtype` says otherwise."""
        import torch

        samples = np.repeat(np.arange(len(self)), self.ends - self.begins)
        events = self._positions
        steps = self.steps[events].astype(np.int64)
        cells = (steps * len(self) + samples) * self.n_units + self.units[events]
        values = np.ones(len(events), np.uint8) if self.counts is None else self.counts[events]
        kind = dtype or torch.float32
        raster = torch.zeros(self.n_steps * len(self) * self.n_units, dtype=kind, device=device)
        raster.index_put_(
            (torch.from_numpy(cells).to(device),),
            torch.from_numpy(values).to(device, kind),
            accumulate=True,
        )
        return raster.view(self.n_steps, len(self), self.n_units)


def _binned(
    whose: str, times: object, units: object, dt: float, n_steps: int, n_units: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return steps, units and counts of a trial's spikes, in order, or raise InputError."""
    when = as_array("events", f"times {whose}", times)
    if when.ndim != 1 or (when.size and when.dtype.kind not in "iuf"):
        raise must("events", f"times {whose}", "a list of seconds", f"{when.dtype} {when.shape}")
    which = whole_numbers("events", f"units {whose}", units, n_units)
    if len(when) != len(which):
        raise must("events", f"times and units {whose}", "as many", f"{len(when)} and {len(which)}")
    when = when.astype(np.float64)
    last = n_steps * dt
    if when.size and not (when.min() >= 0 and when.max() < last):
        wrong = when[~((when >= 0) & (when < last))][0]
        raise must("events", f"times {whose}", f"from 0 to below {duration(last)}", wrong.item())
    # A time that was computed as step x dt may be rounded to just below that step.
    step = np.minimum(np.floor(when / dt * (1 + 1e-12) + 1e-9), n_steps - 1).astype(np.int64)
    cells, counts = np.unique(step * _MOST + which, return_counts=True)
    if counts.max(initial=0) > 255:
        raise must("events", f"spikes of a unit in a step {whose}", "at most 255", counts.max())
    return cells // _MOST, cells % _MOST, counts


def spike_events(where: str, events: object) -> SpikeEvents:
    """Return SpikeEvents unchanged, or raise InputError for anything else.

    Every function that hands arrays to a kernel checks its argument here: SpikeEvents keep every
    rule that kernels rely on.
    """
    if not isinstance(events, SpikeEvents):
        hint = "SpikeEvents.from_dense makes them of a raster [T, B, N]"
        raise must(where, "the events", "SpikeEvents", type(events).__name__, hint)
    return events
