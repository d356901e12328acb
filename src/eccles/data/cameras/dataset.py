"""A labelled set of what an event camera saw, as frames: a network sees one at each step."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from eccles.arrays import as_array, sample_number
from eccles.data.files.sources import Kind
from eccles.data.labelled import LabelledDataset
from eccles.errors import must
from eccles.events import Index

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, eq=False)
class FrameDataset(LabelledDataset):
    """Recordings of an event camera as frames, and their classes; the twin of `ImageDataset`.

    Attributes:
        name: what the user calls it.
        kind: "real", "synthetic" or one's "own"; results never mix them.
        frames: events a cell, uint16 [B, T, 2, H, W]; may be mapped from a file.
        labels: int64 [B]; whole numbers of other types, lists and tensors become that.
        classes: the name of each class.

    Raises InputError for frames of another type or shape, or labels that don't fit.
    """

    name: str
    kind: Kind
    frames: NDArray[np.uint16]
    labels: NDArray[np.int64]
    classes: tuple[str, ...]

    def __post_init__(self) -> None:
        self.__dict__["frames"] = as_array("dataset", "the frames", self.frames)
        if self.frames.ndim != 5 or self.frames.shape[2] != 2:
            got = list(self.frames.shape)
            raise must("dataset", "the frames' shape", "[B, T, 2, H, W]", got)
        if self.frames.dtype != np.uint16:
            hint = "they count events, so they are whole and not negative"
            raise must("dataset", "frames", "uint16", str(self.frames.dtype), hint)
        self._settle(len(self.frames))

    @property
    def n_steps(self) -> int:
        """Frames of a recording."""
        n_steps: int = self.frames.shape[1]
        return n_steps

    @property
    def shape(self) -> tuple[int, int, int]:
        """Channels, which are 2, height and width of a frame."""
        _, _, channels, height, width = self.frames.shape
        return channels, height, width

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        number = sample_number("dataset", index, len(self))
        return self.batch([number])[0][:, 0], int(self.labels[number])

    def batch(self, index: Index) -> tuple[Tensor, Tensor]:
        """Return the frames of some recordings, float32 [T, B, 2, H, W], and labels, int64 [B].

        Raises InputError for a number that no recording has.
        """
        import torch

        labels = self._classes_of(index)
        frames = self.frames[index].swapaxes(0, 1).astype(np.float32, order="C")
        return torch.from_numpy(frames), labels

    def take(self, index: Index) -> FrameDataset:
        """Return a dataset of some of these recordings, or raise as `batch` does."""
        return replace(self, labels=self._labels_of(index), frames=self.frames[index])


class FrameSplits(NamedTuple):
    """What a source gives: recordings to train on and recordings to test on, as frames."""

    train: FrameDataset
    test: FrameDataset
