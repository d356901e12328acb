"""A labelled set of spike events, in the form that PyTorch users know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from eccles.arguments import check_fields
from eccles.data.sources import Kind
from eccles.errors import must
from eccles.events import Index, SpikeEvents

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, eq=False)
class SpikeDataset:
    """Samples of spike events and their classes; map-style, so a DataLoader takes it.

    `dataset[3]` is one sample (events of length 1, class); `dataset.batch(indices)` is many at
    once without copying an event. For a DataLoader pass `collate_fn=SpikeDataset.collate`.

    Attributes:
        name: what the user calls it.
        kind: "real", "synthetic" or one's "own"; results never mix them.
        events: the samples.
        labels: int64 [B].
        classes: the name of each class.
        speakers: int64 [B], who speaks in each sample, where that is known.
        info: what is known of each speaker ("gender", "age", "body_height"), by name.
        sha256: of the file that it was read from; empty where that is the published one, or none.
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
        check_fields(self, "dataset", "events", "classes")
        check_labels(self.labels, len(self.events), self.n_classes)
        if self.speakers is not None and len(self.speakers) != len(self.labels):
            accepted = f"{len(self.labels)}"
            raise must("dataset", "the number of speakers", accepted, len(self.speakers))

    @property
    def n_classes(self) -> int:
        """Number of classes."""
        return len(self.classes)

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index: int) -> tuple[SpikeEvents, int]:
        if not -len(self) <= index < len(self):
            raise IndexError(f"dataset: sample {index} of {len(self)}")
        return self.events[[index % len(self)]], int(self.labels[index])

    def batch(self, index: Index) -> tuple[SpikeEvents, Tensor]:
        """Return the events of some samples and their labels, int64 [B]."""
        import torch

        return self.events[index], torch.from_numpy(np.ascontiguousarray(self.labels[index]))

    def take(self, index: Index) -> SpikeDataset:
        """Return a dataset of some of these samples, over the same events."""
        return replace(
            self,
            events=self.events[index],
            labels=self.labels[index],
            speakers=None if self.speakers is None else self.speakers[index],
        )

    @staticmethod
    def collate(samples: list[tuple[SpikeEvents, int]]) -> tuple[SpikeEvents, Tensor]:
        """Join single samples of one dataset into a batch; a DataLoader's `collate_fn`."""
        import torch

        first = samples[0][0]
        spans = [np.arange(b, e) for s, _ in samples for b, e in zip(s.begins, s.ends, strict=True)]
        # The batch's own events alone, so that a worker process needn't send the whole set.
        chosen = np.concatenate(spans)
        ends = np.cumsum([len(span) for span in spans])
        events = SpikeEvents(
            np.concatenate([[0], ends[:-1]]),
            ends,
            first.steps[chosen],
            first.units[chosen],
            None if first.counts is None else first.counts[chosen],
            first.n_steps,
            first.n_units,
            first.dt,
        )
        return events, torch.tensor([label for _, label in samples])


class Splits(NamedTuple):
    """What a source gives: samples to train on and samples to test on."""

    train: SpikeDataset
    test: SpikeDataset


def check_labels(labels: NDArray[np.int64], n_samples: int, n_classes: int) -> None:
    """Raise InputError unless there is one label a sample, a whole number below `n_classes`."""
    if np.shape(labels) != (n_samples,):
        shape = np.shape(labels)
        got: object = shape[0] if len(shape) == 1 else f"an array of shape {shape}"
        raise must("dataset", "the number of labels", f"{n_samples}", got)
    if not np.issubdtype(labels.dtype, np.integer):
        raise must("dataset", "labels", "whole numbers, int64", str(labels.dtype))
    outside = labels[(labels < 0) | (labels >= n_classes)]
    if outside.size:
        raise must("dataset", "labels", f"from 0 to {n_classes - 1}", int(outside[0]))
