"""Fashion-MNIST as spikes: the full set, and a sample of it that ships with Eccles."""

from __future__ import annotations

import io
from functools import cache, partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from eccles.data.catalogue import FASHION_MNIST, FASHION_MNIST_SAMPLE
from eccles.data.files.download import resolve
from eccles.data.files.sources import Source, locate
from eccles.data.files.verified import verified
from eccles.data.images.dataset import ImageDataset, ImageSplits
from eccles.data.images.encoding import DT, N_STEPS, TAU, THRESHOLD, latency_encode
from eccles.data.images.idx import read_idx
from eccles.data.spikes.cache import Labelled, cached
from eccles.data.spikes.dataset import SpikeDataset, Splits

CLASSES = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)


class Images(NamedTuple):
    """The images, uint8 [B, 28, 28], and their labels, uint8 [B]."""

    train_images: NDArray[np.uint8]
    train_labels: NDArray[np.uint8]
    test_images: NDArray[np.uint8]
    test_labels: NDArray[np.uint8]


def read(data_dir: Path | None = None) -> Images:
    """Return the 60,000 and 10,000 images, verified; see `download.resolve` for where they lie.

    Raises InputError where `data_dir` lacks them, RunError where they are nowhere or damaged.
    """
    folder = resolve(FASHION_MNIST, data_dir)
    paths = [(locate(file, folder) or folder / file.name, file) for file in FASHION_MNIST.files]
    return Images(*(read_idx(path, file.sha256) for path, file in paths))


def load(data_dir: Path | None = None) -> Splits:
    """Return the full set as spikes: 60,000 samples to train on, 10,000 to test on.

    The first call encodes and stores the events; later ones map them into memory without
    opening the images. Images in an explicit `data_dir` are verified each time. Raises what
    `read` raises.
    """
    images = cache(partial(read, data_dir))
    if data_dir is not None:
        images()

    def part(index: int) -> SpikeDataset:
        used = FASHION_MNIST.files[2 * index : 2 * index + 2]
        description = {
            "data": FASHION_MNIST.name,
            "sha256": [file.sha256 for file in used],
            "encoding": {"code": "latency", "threshold": THRESHOLD, "tau": TAU},
            "n_steps": N_STEPS,
            "n_units": 28 * 28,
            "dt": DT,
        }
        encoded = cached(description, lambda: _encode(*images()[2 * index : 2 * index + 2]))
        return SpikeDataset(
            FASHION_MNIST.name, FASHION_MNIST.kind, encoded.events, encoded.labels, CLASSES
        )

    return Splits(part(0), part(1))


def load_sample(data_dir: Path | None = None) -> Splits:
    """Return the packaged sample as spikes: 4,000 samples to train on, 1,000 to test on.

    Raises RunError where the installed file is missing or damaged, InputError where `data_dir`
    is given and lacks it.
    """
    source = FASHION_MNIST_SAMPLE
    images = read_sample(data_dir)
    parts = (_encode(*images[:2]), _encode(*images[2:]))
    return Splits(
        *(SpikeDataset(source.name, source.kind, p.events, p.labels, CLASSES) for p in parts)
    )


def load_images(data_dir: Path | None = None) -> ImageSplits:
    """Return the full set as images [B, 1, 32, 32]; raises what `read` raises."""
    return _padded(FASHION_MNIST, read(data_dir))


def load_sample_images(data_dir: Path | None = None) -> ImageSplits:
    """Return the packaged sample as images [B, 1, 32, 32]; raises what `load_sample` raises."""
    return _padded(FASHION_MNIST_SAMPLE, read_sample(data_dir))


def read_sample(data_dir: Path | None = None) -> Images:
    """Return the images of the packaged sample, verified; raises what `load_sample` raises."""
    (file,) = FASHION_MNIST_SAMPLE.files
    path = resolve(FASHION_MNIST_SAMPLE, data_dir) / file.name
    with np.load(io.BytesIO(verified(path, file.sha256)), allow_pickle=False) as arrays:
        return Images(*(arrays[name] for name in Images._fields))


def make_sample(images: Images, train_per_class: int = 400, test_per_class: int = 100) -> Images:
    """Return the first images of each class, in their official order; 10 classes.

    The packaged file is `numpy.savez_compressed(path, **make_sample(read())._asdict())`.
    """
    train = _first_of_each(images.train_labels, train_per_class)
    test = _first_of_each(images.test_labels, test_per_class)
    return Images(
        images.train_images[train],
        images.train_labels[train],
        images.test_images[test],
        images.test_labels[test],
    )


def _first_of_each(labels: NDArray[np.uint8], n: int) -> NDArray[np.intp]:
    firsts = [np.flatnonzero(labels == label)[:n] for label in range(len(CLASSES))]
    return np.sort(np.concatenate(firsts))


def _encode(images: NDArray[np.uint8], labels: NDArray[np.uint8]) -> Labelled:
    events = latency_encode(images, threshold=THRESHOLD, tau=TAU, n_steps=N_STEPS, dt=DT)
    return Labelled(events, labels.astype(np.int64))


def _padded(source: Source, images: Images) -> ImageSplits:
    """Return images in a frame of zeros, 2 pixels wide, so that five poolings leave one pixel."""

    def part(pixels: NDArray[np.uint8], labels: NDArray[np.uint8]) -> ImageDataset:
        framed = np.pad(pixels, ((0, 0), (2, 2), (2, 2)))[:, None]
        return ImageDataset(source.name, source.kind, framed, labels.astype(np.int64), CLASSES)

    return ImageSplits(part(*images[:2]), part(*images[2:]))
