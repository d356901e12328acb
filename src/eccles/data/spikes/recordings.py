"""Recordings: spikes at times in seconds, before they are binned, and who said which word."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence, Sized
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eccles.arguments import check_fields, typed
from eccles.arrays import as_array, whole_numbers
from eccles.data.spikes.labels import check_words
from eccles.errors import InputError, counted, must, whole

CHANNELS = 700
"""Channels of the cochlea of the Heidelberg data sets, and of ours."""

_MOST = 65536
_log = logging.getLogger("eccles")


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
        labels: int64 [B], each the index of a name in `keys`.
        keys: the name of each class; no two are the same.
        speakers: int64 [B], who speaks in each sample; empty where that isn't known.
        info: what is known of each speaker, by name ("gender", "age", "body_height"), entry k of
            each being that of speaker k.
        n_units: N, the number of units that could fire; one more than the largest unless given,
            which a line says.

    Whole numbers of other types, lists and tensors become arrays of these types, and times of
    float16, which are too coarse to compute with, float32. Where each sample has lists of its own,
    `of_trials` joins them. Raises InputError where a rule above is broken.
    """

    times: NDArray[np.floating[Any]]
    units: NDArray[np.uint16]
    offsets: NDArray[np.int64]
    labels: NDArray[np.int64]
    keys: tuple[str, ...]
    speakers: NDArray[np.int64] = field(default_factory=_nobody)
    info: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    n_units: int = 0

    def __post_init__(self) -> None:
        check_fields(self, "recordings", "keys", "n_units")
        if not isinstance(self.info, Mapping):
            raise must("recordings", "info", "a mapping of names to lists", self.info)
        settled = self.__dict__  # Frozen for all others, but its maker may finish it.
        settled["times"] = _seconds(self.times)
        settled["units"] = whole_numbers("recordings", "units", self.units, _MOST, np.uint16)
        settled["offsets"] = whole_numbers("recordings", "offsets", self.offsets)
        settled["keys"] = tuple(map(str, self.keys))
        settled["speakers"] = whole_numbers("recordings", "speakers", self.speakers)
        check_words("recordings", self.keys)
        n_keys = len(self.keys)
        accepted = f"from 0 to {n_keys - 1}, for there are {n_keys} keys"
        labels = whole_numbers("recordings", "labels", self.labels, n_keys, accepted=accepted)
        settled["labels"] = labels
        self._check_lengths()
        if len(set(self.keys)) < len(self.keys):
            twice = next(key for key in self.keys if self.keys.count(key) > 1)
            raise must("recordings", "keys", "names that differ", f"{twice} more than once")
        largest = int(self.units.max(initial=0))
        if not self.n_units:
            settled["n_units"] = largest + 1
            say_channels("recordings", largest + 1)
        whole("recordings", "n_units", self.n_units)
        if largest >= self.n_units or self.n_units > _MOST:
            got = largest if self.n_units <= _MOST else self.n_units
            accepted = f"below {min(self.n_units, _MOST)}"
            raise must("recordings", "units", accepted, got, "units count from 0")

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def n_events(self) -> int:
        """Number of events of all samples."""
        return len(self.times)

    @classmethod
    @typed("recordings")
    def of_trials(
        cls,
        times: Sequence[Any],
        units: Sequence[Any],
        labels: Sequence[int] | NDArray[Any],
        keys: Sequence[str],
        n_units: int = 0,
    ) -> Recordings:
        """Return recordings of lists: for each sample its times in seconds, and their units.

        Raises InputError where a sample's lists differ in length, or a rule above is broken.

        >>> Recordings.of_trials([[0.1, 0.3], []], [[4, 0], []], [0, 1], ("no", "yes"), 5).offsets
        array([0, 2, 2])
        """
        if len(times) != len(units):
            got = f"{len(times)} and {len(units)}"
            raise must("recordings", "times and units", "one list of each a sample", got)
        when = [_seconds(each, f" of sample {k}") for k, each in enumerate(times)]
        which = [
            whole_numbers("recordings", f"units of sample {k}", each, _MOST, np.uint16)
            for k, each in enumerate(units)
        ]
        for k, (a, b) in enumerate(zip(when, which, strict=True)):
            if len(a) != len(b):
                got = f"{len(a)} and {len(b)}"
                raise must("recordings", f"times and units of sample {k}", "as many", got)
        return cls(
            np.concatenate([np.empty(0, np.float32), *when]),
            np.concatenate([np.empty(0, np.uint16), *which]),
            np.cumsum([0, *map(len, when)]),
            whole_numbers("recordings", "labels", labels),
            tuple(keys),
            n_units=n_units,
        )

    @classmethod
    @typed("recordings")
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
            got = f"{counted(len(offsets), 'offset')} and {counted(n_samples, 'label')}"
            raise InputError(
                f"recordings: there must be one offset more than labels, got {got}; these offsets "
                f"are for {counted(max(len(offsets) - 1, 0), 'label')}, these labels for "
                f"{counted(n_samples + 1, 'offset')}"
            )
        if offsets[0] != 0 or offsets[-1] != len(self.times) or (np.diff(offsets) < 0).any():
            accepted = f"from 0 to {len(self.times)}, none below the one before"
            raise must("recordings", "offsets", accepted, (int(offsets[0]), int(offsets[-1])))
        if len(self.speakers) not in {0, n_samples}:
            accepted = f"one a sample ({n_samples}), or none"
            raise must("recordings", "speakers", accepted, len(self.speakers))


def _seconds(times: object, whose: str = "") -> NDArray[np.floating[Any]]:
    """Return times as float32 or float64 [E], or raise InputError for what are none."""
    hint = "Recordings.of_trials takes lists of each sample"
    if isinstance(times, list | tuple) and any(isinstance(each, Sized) for each in times):
        raise must("recordings", f"times{whose}", "a list of seconds", "lists in a list", hint)
    array: NDArray[Any] = as_array("recordings", f"times{whose}", times)
    if array.ndim != 1 or (array.size and array.dtype.kind not in "iuf"):
        got = f"{array.dtype.name} of shape {array.shape}"
        raise must("recordings", f"times{whose}", "a list of seconds", got, hint)
    if not array.size:
        return np.empty(0, np.float32)
    short = array.dtype.kind == "f" and array.dtype.itemsize <= 4
    kind: type[np.floating[Any]] = np.float32 if short else np.float64
    seconds = array.astype(kind, copy=False)
    # The least of an array that holds a NaN is NaN, which fails this too.
    earliest, latest = float(seconds.min()), float(seconds.max())
    if not (earliest >= 0 and latest < np.inf):
        accepted = "seconds from 0 on, and finite"
        at = int(np.flatnonzero(~((seconds >= 0) & (seconds < np.inf)))[0])
        raise must("recordings", f"times[{at}]{whose}", accepted, float(seconds[at]))
    return seconds


def say_channels(where: str, n_units: int) -> None:
    """Say how many channels were taken where nobody said how many there are."""
    _log.warning(
        "%s: nobody said how many channels there are; %d are taken, one more than the largest unit",
        where,
        n_units,
    )
