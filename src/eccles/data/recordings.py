"""Recordings: spikes at times in seconds, before they are binned, and who said which word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eccles.errors import InputError, must

CHANNELS = 700
"""Channels of the cochlea of the Heidelberg data sets."""


def _nobody() -> NDArray[np.int64]:
    return np.empty(0, np.int64)


@dataclass(frozen=True, eq=False)
class Recordings:
    """The spikes of B samples at times in seconds, in any order within a sample.

    Sample b owns the events offsets[b] up to offsets[b + 1] of `times` and `units`.

    Attributes:
        times: float32 or float64 [E], in seconds, from 0 on.
        units: uint16 [E], from 0 to n_units - 1.
        offsets: int64 [B + 1], from 0 to E.
        labels: int64 [B], each the place of a name in `keys`.
        keys: the name of each class; no two are the same.
        speakers: int64 [B], who speaks in each sample; empty where that isn't known.
        info: what is known of each speaker, by name ("gender", "age", "body_height"), entry k of
            each being that of speaker k.
        n_units: N, the number of units that could fire.

    Raises:
        InputError: a rule above is broken.
    """

    times: NDArray[np.floating[Any]]
    units: NDArray[np.uint16]
    offsets: NDArray[np.int64]
    labels: NDArray[np.int64]
    keys: tuple[str, ...]
    speakers: NDArray[np.int64] = field(default_factory=_nobody)
    info: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    n_units: int = CHANNELS

    def __post_init__(self) -> None:
        self._check_lengths()
        if len(set(self.keys)) < len(self.keys):
            twice = next(key for key in self.keys if self.keys.count(key) > 1)
            raise must("recordings", "keys", "names that differ", f"{twice} more than once")
        if len(self.labels):
            low, high = int(self.labels.min()), int(self.labels.max())
            if low < 0 or high >= len(self.keys):
                accepted = f"from 0 to {len(self.keys) - 1}, for there are {len(self.keys)} keys"
                raise must("recordings", "labels", accepted, low if low < 0 else high)
        if len(self.units) and int(self.units.max()) >= self.n_units:
            raise must("recordings", "units", f"below {self.n_units}", int(self.units.max()))
        if len(self.times):
            # The least of an array that holds a NaN is NaN, which fails this too.
            earliest, latest = float(self.times.min()), float(self.times.max())
            if not (earliest >= 0 and latest < np.inf):
                got = latest if earliest >= 0 else earliest
                raise must("recordings", "times", "seconds from 0 on, and finite", got)

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def n_events(self) -> int:
        """Number of events of all samples."""
        return len(self.times)

    @classmethod
    def joined(cls, parts: Sequence[Recordings]) -> Recordings:
        """Return the samples of one part or more, one after the other.

        The parts must agree in keys, info and n_units.
        """
        first = parts[0]
        lengths = np.concatenate([np.diff(part.offsets) for part in parts])
        return cls(
            np.concatenate([part.times for part in parts]),
            np.concatenate([part.units for part in parts]),
            np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)]),
            np.concatenate([part.labels for part in parts]),
            first.keys,
            np.concatenate([part.speakers for part in parts]),
            first.info,
            first.n_units,
        )

    def _check_lengths(self) -> None:
        n_samples, offsets = len(self.labels), self.offsets
        if len(self.units) != len(self.times):
            got = f"{len(self.times)} times and {len(self.units)} units"
            raise InputError(f"recordings: there must be a unit for each time, got {got}")
        if len(offsets) != n_samples + 1:
            accepted = f"{n_samples + 1} of them, for there are {n_samples} labels"
            raise must("recordings", "offsets", accepted, len(offsets))
        if offsets[0] != 0 or offsets[-1] != len(self.times) or (np.diff(offsets) < 0).any():
            accepted = f"from 0 to {len(self.times)}, none below the one before"
            raise must("recordings", "offsets", accepted, (int(offsets[0]), int(offsets[-1])))
        if len(self.speakers) not in {0, n_samples}:
            accepted = f"one a sample ({n_samples}), or none"
            raise must("recordings", "speakers", accepted, len(self.speakers))
