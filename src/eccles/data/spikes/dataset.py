"""A labelled set of spike events, in the form that PyTorch users know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from eccles.arguments import check_fields, typed
from eccles.arrays import sample_number, whole_numbers
from eccles.data.files.sources import Kind
from eccles.data.labelled import LabelledDataset
from eccles.data.spikes.labels import as_classes
from eccles.errors import must
from eccles.events import Index, SpikeEvents

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, eq=False)
class SpikeDataset(LabelledDataset):
    """Samples of spike events and their classes; map-style, so a DataLoader takes it.

    `dataset[3]` is one sample (events of length 1, class); `dataset.batch(indices)` is many at
    once without copying an event. For a DataLoader pass `collate_fn=SpikeDataset.collate`.

    Attributes:
        name: what the user calls it.
        kind: "real", "synthetic" or one's "own"; results never mix them.
        events: the samples.
        labels: int64 [B]; whole numbers of other types, lists and tensors become that.
        classes: the name of each class.
        speakers: int64 [B], who speaks in each sample, where that is known.
        info: what is known of each speaker ("gender", "age", "body_height"), by name.
        sha256: of the file that it was read from; empty where that is the published one, or none.

    Raises InputError for labels, speakers or a kind that aren't such.
    """

    name: str
    kind: Kind
    events: SpikeEvents
    labels: NDArray[np.int64]
    classes: tuple[str, ...]
    speakers: NDArray[np.int64] | None = None
    info: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    sha256: str = ""

    def __post_init__(self) -> None:
        check_fields(self, "dataset", "events")
        self._settle(len(self.events))
        if self.speakers is not None:
            speakers = whole_numbers("dataset", "speakers", self.speakers)
            if len(speakers) != len(self):
                raise must("dataset", "the number of speakers", f"{len(self)}", len(speakers))
            self.__dict__["speakers"] = speakers

    def __repr__(self) -> str:
        return f"SpikeDataset({self.name!r}, {self.kind}, {self.n_classes} classes, {self.events})"

    @classmethod
    @typed("dataset")
    def from_trials(
        cls,
        times: Sequence[Any],
        units: Sequence[Any],
        labels: Any,
        *,
        name: str = "mine",
        classes: Sequence[str] | None = None,
        dt: float = 1e-3,
        n_steps: int | None = None,
        n_units: int | None = None,
    ) -> SpikeDataset:
        """Return a data set of lists: for each trial its times in seconds, their units, its label.

        Labels are whole numbers or words, which name the classes. Raises InputError where
        `SpikeEvents.from_trials` does, and for labels that are none.

        >>> SpikeDataset.from_trials([[0.001], [0.002]], [[0], [1]], ["up", "down"]).classes
        ('down', 'up')
        """
        events = SpikeEvents.from_trials(times, units, dt=dt, n_steps=n_steps, n_units=n_units)
        numbers, names = as_classes("dataset", labels, classes)
        return cls(name, "own", events, numbers, names)

    def __getitem__(self, index: int) -> tuple[SpikeEvents, int]:
        number = sample_number("dataset", index, len(self))
        return self.events[[number]], int(self.labels[number])

    def batch(self, index: Index) -> tuple[SpikeEvents, Tensor]:
        """Return the events of some samples and their labels, int64 [B].

        Raises InputError for a number that no sample has.
        """
        labels = self._classes_of(index)
        return self.events[index], labels

    def take(self, index: Index) -> SpikeDataset:
        """Return a dataset of some of these samples, over the same events.

        Raises InputError for a number that no sample has.
        """
        return replace(
            self,
            labels=self._labels_of(index),
            events=self.events[index],
            speakers=None if self.speakers is None else self.speakers[index],
        )

    @staticmethod
    @typed("dataset")
    def collate(samples: list[tuple[SpikeEvents, int]]) -> tuple[SpikeEvents, Tensor]:
        """Join single samples into a batch; a DataLoader's `collate_fn`.

        The samples may be of several data sets, as a ConcatDataset has them, that agree in steps,
        units and dt. The batch has their own events alone, so that a worker process needn't send a
        whole set.
        """
        import torch

        events = SpikeEvents.joined([events for events, _ in samples])
        labels = np.array([label for _, label in samples], np.int64)
        return events, torch.from_numpy(labels)


class Splits(NamedTuple):
    """What a source gives: samples to train on and samples to test on."""

    train: SpikeDataset
    test: SpikeDataset
