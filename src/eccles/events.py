"""Spike events: which unit fired at which step of which sample, and nothing for silence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from eccles.errors import InputError, must

if TYPE_CHECKING:
    import torch

_MOST = 65536
Index = slice | NDArray[np.integer[Any]] | list[int]


@dataclass(frozen=True, eq=False)
class SpikeEvents:
    """The spikes of B samples, sorted by step within each sample.

    Sample b owns the events begins[b] up to ends[b] of `steps`, `units` and `counts`. A slice or
    a shuffled batch is therefore a new pair (begins, ends) over the same events: nothing is
    copied, and the events may be memory-mapped. A unit may fire several times in one step, as
    repeated events or as one event with a count.

    Attributes:
        begins, ends: int64 [B].
        steps: uint16 [E], the step of each event, from 0 to n_steps - 1.
        units: uint16 [E], from 0 to n_units - 1.
        counts: uint8 [E] above zero, or None where every event is one spike.
        n_steps: T, the number of steps a sample lasts.
        n_units: N, the number of units that could fire.
        dt: length of a step in seconds.
    """

    begins: NDArray[np.int64]
    ends: NDArray[np.int64]
    steps: NDArray[np.uint16]
    units: NDArray[np.uint16]
    counts: NDArray[np.uint8] | None
    n_steps: int
    n_units: int
    dt: float = 1e-3

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

    def __getitem__(self, index: Index) -> SpikeEvents:
        """Return the samples of a slice or of an array of indices, without copying events."""
        return SpikeEvents(
            self.begins[index],
            self.ends[index],
            self.steps,
            self.units,
            self.counts,
            self.n_steps,
            self.n_units,
            self.dt,
        )

    @classmethod
    def from_dense(cls, spikes: torch.Tensor, dt: float = 1e-3) -> SpikeEvents:
        """Collect the events of a raster of spike counts from 0 to 255, [T, B, N].

        Raises InputError for another number of axes, more steps or units than uint16 can number,
        or counts that are negative, fractional or above 255.
        """
        if spikes.ndim != 3:
            raise must("events", "the raster", "[T, B, N]", tuple(spikes.shape))
        raster = spikes.detach().cpu().numpy()
        if raster.size and (raster.min() < 0 or raster.max() > 255 or (raster % 1).any()):
            raise InputError("events: a raster must hold whole spike counts from 0 to 255")
        n_steps, n_samples, n_units = raster.shape
        if max(n_steps, n_units) > _MOST:
            raise must("events", "steps and units", f"at most {_MOST} each", (n_steps, n_units))
        samples, steps, units = np.nonzero(raster.transpose(1, 0, 2))
        counts = raster[steps, samples, units].astype(np.uint8)
        offsets = np.searchsorted(samples, np.arange(n_samples + 1))
        return cls(
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
    def joined(cls, parts: Sequence[SpikeEvents]) -> SpikeEvents:
        """Return the samples of one part or more, one after the other, with their events alone.

        The parts must have the same numbers of steps and units; either all have counts or none.
        """
        first = parts[0]
        ends = np.cumsum(np.concatenate([part.ends - part.begins for part in parts]))
        chosen = [part._places() for part in parts]
        counts = [
            part.counts[places]
            for part, places in zip(parts, chosen, strict=True)
            if part.counts is not None
        ]
        return cls(
            np.concatenate([[0], ends[:-1]])[: len(ends)],
            ends,
            np.concatenate([part.steps[each] for part, each in zip(parts, chosen, strict=True)]),
            np.concatenate([part.units[each] for part, each in zip(parts, chosen, strict=True)]),
            np.concatenate(counts) if counts else None,
            first.n_steps,
            first.n_units,
            first.dt,
        )

    def _places(self) -> NDArray[np.int64]:
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
        events = self._places()
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

    def check(self) -> None:
        """Raise InputError unless these events keep every rule that the class states."""
        lengths = self.ends - self.begins
        stored = len(self.steps)
        if len(self.units) != stored or (self.counts is not None and len(self.counts) != stored):
            raise InputError("events: steps, units and counts must have one entry an event each")
        if len(self) and (
            lengths.min() < 0 or self.begins.min() < 0 or int(self.ends.max()) > stored
        ):
            raise InputError("events: a sample's events must lie inside the stored ones")
        if self.counts is not None and not self.counts.all():
            raise InputError("events: counts must be above 0; leave out an event that isn't one")
        for b in range(len(self)):
            steps = self.steps[self.begins[b] : self.ends[b]]
            units = self.units[self.begins[b] : self.ends[b]]
            if (steps[1:] < steps[:-1]).any():
                raise InputError(f"events: sample {b} must be sorted by step")
            if len(steps) and int(steps[-1]) >= self.n_steps:
                accepted = f"below {self.n_steps}"
                raise must("events", f"a step of sample {b}", accepted, int(steps[-1]))
            if len(units) and int(units.max()) >= self.n_units:
                accepted = f"below {self.n_units}"
                raise must("events", f"a unit of sample {b}", accepted, int(units.max()))

    def check_range(self) -> None:
        """Raise InputError if any stored step or unit is beyond what these events say they have."""
        for name, values, most in (
            ("steps", self.steps, self.n_steps),
            ("units", self.units, self.n_units),
        ):
            if len(values) and int(values.max()) >= most:
                raise must("events", f"all {name}", f"below {most}", int(values.max()))
