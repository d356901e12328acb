"""What data sets of spikes, images and frames have in common: labels, and names of classes."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

import numpy as np
from numpy.typing import NDArray

from eccles.arguments import check_fields
from eccles.arrays import class_labels, samples_of
from eccles.data.files.sources import Kind
from eccles.errors import must
from eccles.events import Index

if TYPE_CHECKING:
    from torch import Tensor


class LabelledDataset:
    """The base of data sets, which are frozen dataclasses with these fields and their samples."""

    name: str
    kind: Kind
    labels: NDArray[np.int64]
    classes: tuple[str, ...]

    @property
    def n_classes(self) -> int:
        """Number of classes."""
        return len(self.classes)

    def __len__(self) -> int:
        return len(self.labels)

    def _settle(self, n_samples: int) -> None:
        """Give labels and classes their types, whatever they came as.

        Raises InputError unless there is one label a sample, a whole number below the number of
        classes, which all have names of their own, and the kind is one of those there are.
        """
        check_fields(self, "dataset", "classes")
        names = tuple(map(str, self.classes))
        if not names:
            raise must("dataset", "classes", "a name or more", "none")
        if len(set(names)) < len(names):
            twice = next(name for name in names if names.count(name) > 1)
            raise must("dataset", "classes", "names that differ", f"{twice} more than once")
        if self.kind not in get_args(Kind):
            raise must("dataset", "kind", f"one of {', '.join(get_args(Kind))}", self.kind)
        # Frozen for all others, but its maker may finish it.
        self.__dict__["classes"] = names
        self.__dict__["labels"] = class_labels("dataset", self.labels, n_samples, len(names))

    def _labels_of(self, index: Index) -> NDArray[np.int64]:
        """Return the labels of some samples; raise InputError for one that there isn't."""
        return samples_of("dataset", self.labels, index)

    def _classes_of(self, index: Index) -> Tensor:
        """Return the same as a tensor of its own, int64 [B]."""
        import torch

        return torch.from_numpy(self._labels_of(index).astype(np.int64))
