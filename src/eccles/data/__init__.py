"""Data sets: `load("fashion-mnist")` gives spike events to train and to test on.

`load_images` gives images as they are, for direct coding, and `load_frames` what event cameras saw.
"""

from __future__ import annotations

from pathlib import Path

from eccles.data import cifar, fashion_mnist, spoken
from eccles.data.binning import Binning as Binning
from eccles.data.binning import bin_events as bin_events
from eccles.data.dataset import SpikeDataset as SpikeDataset
from eccles.data.dataset import Splits as Splits
from eccles.data.encoding import latency_encode as latency_encode
from eccles.data.images import ImageDataset as ImageDataset
from eccles.data.images import ImageSplits as ImageSplits
from eccles.data.recordings import Recordings as Recordings
from eccles.data.registry import SOURCES
from eccles.data.registry import named as _named
from eccles.errors import InputError

_ENCODED = {
    "fashion-mnist": fashion_mnist.load,
    "fashion-mnist-sample": fashion_mnist.load_sample,
}
_IMAGES = {
    "fashion-mnist": fashion_mnist.load_images,
    "fashion-mnist-sample": fashion_mnist.load_sample_images,
    "cifar10": cifar.load_cifar10,
    "cifar100": cifar.load_cifar100,
}


def names() -> tuple[str, ...]:
    """Return the names that `load` knows.

    >>> names()
    ('fashion-mnist', 'fashion-mnist-sample', 'shd', 'ssc', 'spoken-digits', 'spoken-digits-sample')
    """
    return tuple(
        name for name, source in SOURCES.items() if source.form == "recordings" or name in _ENCODED
    )


def image_names() -> tuple[str, ...]:
    """Return the names that `load_images` knows.

    >>> image_names()
    ('fashion-mnist', 'fashion-mnist-sample', 'cifar10', 'cifar100')
    """
    return tuple(_IMAGES)


def load(name: str, data_dir: Path | None = None, binning: Binning | None = None) -> Splits:
    """Return a data set by name, from `data_dir` or from wherever it is found.

    `binning` says how the times of recorded spikes become steps. Images have a code of their own.
    Raises InputError for an unknown name, colour images, a `data_dir` without the files, recordings
    that aren't sound, or a binning of images; RunError where the data is nowhere or damaged.

    >>> len(load("fashion-mnist-sample").train)
    4000
    """
    source = _named(name)
    if source.form == "recordings":
        return spoken.load(source, data_dir, binning)
    if name in _ENCODED and binning is not None and binning != Binning():
        raise InputError(
            f"data: {name} is a set of images with a latency code of its own, so steps, max_time "
            f"and clip must stay as they are, got {binning}"
        )
    if name not in _ENCODED:
        raise InputError(
            f"data: {name} must be loaded as images, which no code here turns into spikes; "
            f"load_images({name!r}) gives them for direct coding"
        )
    return _ENCODED[name](data_dir)


def load_images(name: str, data_dir: Path | None = None) -> ImageSplits:
    """Return a data set of images by name, [B, C, 32, 32], as they are: for direct coding.

    Fashion-MNIST's 28 x 28 pixels get a frame of zeros. The files are searched for, fetched and
    verified as for `load`.

    Raises InputError for a name without images or a `data_dir` without the files; RunError where
    the data is nowhere to be had or damaged.

    >>> load_images("fashion-mnist-sample").train.shape
    (1, 32, 32)
    """
    source = _named(name)
    if name not in _IMAGES:
        raise InputError(
            f"data: {name} must be a set of images, got {source.form}; load({name!r}) gives them "
            f"as spikes, and images are {', '.join(_IMAGES)}"
        )
    return _IMAGES[name](data_dir)
