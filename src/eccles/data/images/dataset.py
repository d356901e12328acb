"""A labelled set of images for direct coding: a network sees the same image at every step."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

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
class ImageDataset(LabelledDataset):
    """Images and their classes; map-style, so a DataLoader takes it.

    The twin of `SpikeDataset` with the same methods. A pixel of p becomes p / 255 and nothing
    else: an E-I layer takes its inputs for firing rates, which are never negative, so no mean is
    subtracted and no deviation divided by.

    Attributes:
        name: what the user calls it.
        kind: "real", "synthetic" or one's "own"; results never mix them.
        images: uint8 [B, C, H, W].
        labels: int64 [B]; whole numbers of other types, lists and tensors become that.
        classes: the name of each class.

    Raises InputError for images of another type or shape, or labels that don't fit.
    """

    name: str
    kind: Kind
    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    classes: tuple[str, ...]

    def __post_init__(self) -> None:
        self.__dict__["images"] = as_array("dataset", "the images", self.images)
        _check_images(self.images)
        self._settle(len(self.images))

    @property
    def shape(self) -> tuple[int, int, int]:
        """Channels, height and width of an image."""
        _, channels, height, width = self.images.shape
        return channels, height, width

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        number = sample_number("dataset", index, len(self))
        return self.batch([number])[0][0], int(self.labels[number])

    def batch(self, index: Index) -> tuple[Tensor, Tensor]:
        """Return some images, float32 [B, C, H, W] from 0 to 1, and their labels, int64 [B].

        Raises InputError for a number that no image has.
        """
        import torch

        labels = self._classes_of(index)
        pixels = self.images[index].astype(np.float32)
        pixels /= 255
        return torch.from_numpy(pixels), labels

    def take(self, index: Index) -> ImageDataset:
        """Return a dataset of some of these images, or raise as `batch` does."""
        return replace(self, labels=self._labels_of(index), images=self.images[index])


class ImageSplits(NamedTuple):
    """What a source gives: images to train on and images to test on."""

    train: ImageDataset
    test: ImageDataset


def _check_images(images: NDArray[np.uint8]) -> None:
    if images.ndim != 4:
        hint = "images in grey have one channel: images[:, None]" if images.ndim == 3 else ""
        raise must("dataset", "the images' shape", "[B, C, H, W]", list(images.shape), hint)
    if images.shape[1] not in {1, 3} and images.shape[3] in {1, 3}:
        hint = "put channels before rows: images.transpose(0, 3, 1, 2)"
        raise must("dataset", "the images' shape", "[B, C, H, W]", list(images.shape), hint)
    if images.dtype != np.uint8:
        got = f"{images.dtype}"
        got += f" from {images.min():g} to {images.max():g}" if images.size else ""
        raise must("dataset", "images", "uint8 from 0 to 255", got, how_to_uint8(images))


def how_to_uint8(images: NDArray[Any]) -> str:
    """Return how pixels of another type become uint8 from 0 to 255."""
    if images.dtype.kind not in "biuf" or (images.size and not images.min() >= 0):
        return "leave normalisation by mean and deviation out: no input is negative"
    most = images.max() if images.size else 255
    if most <= 1:
        what, way = "brightness from 0 to 1", "(255 * images)"
    elif most <= 255:
        what, way = "what lies within 0 to 255", "images"
    else:
        what, way = "what is brighter", "(images / images.max() * 255)"
    return f"{what} becomes that by {way}.round().astype(numpy.uint8)"
