"""Data sets: `load("fashion-mnist")` gives spike events to train and to test on.

`load_images` gives images as they are, for direct coding, and `load_frames` what event cameras saw.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eccles.arguments import typed
from eccles.data.catalogue import SOURCES
from eccles.data.catalogue import named as _named
from eccles.data.images import cifar, fashion_mnist
from eccles.data.images.dataset import ImageDataset as ImageDataset
from eccles.data.images.dataset import ImageSplits as ImageSplits
from eccles.data.images.encoding import latency_encode as latency_encode
from eccles.data.own.names import SHARE
from eccles.data.own.names import is_path as _is_path
from eccles.data.own.names import no_data as _no_data
from eccles.data.spikes import spoken
from eccles.data.spikes.binning import Binning as Binning
from eccles.data.spikes.binning import bin_events as bin_events
from eccles.data.spikes.binning import check_unbinned as _check_unbinned
from eccles.data.spikes.dataset import SpikeDataset as SpikeDataset
from eccles.data.spikes.dataset import Splits as Splits
from eccles.data.spikes.recordings import Recordings as Recordings
from eccles.errors import InputError, must, nearest
from eccles.paths import broken_rule as _broken_rule

if TYPE_CHECKING:
    from eccles.data.cameras.dataset import FrameDataset as FrameDataset
    from eccles.data.cameras.dataset import FrameSplits as FrameSplits
    from eccles.data.cameras.frames import CameraEvents as CameraEvents
    from eccles.data.cameras.frames import Framing as Framing
    from eccles.data.cameras.frames import to_frames as to_frames
    from eccles.data.images.augment import Augment as Augment

__all__ = [
    "Augment",
    "Binning",
    "CameraEvents",
    "FrameDataset",
    "FrameSplits",
    "Framing",
    "ImageDataset",
    "ImageSplits",
    "Recordings",
    "SpikeDataset",
    "Splits",
    "bin_events",
    "image_names",
    "latency_encode",
    "load",
    "load_frames",
    "load_images",
    "names",
    "to_frames",
]

# Imported when first used: settings are slower to import than all the rest.
_HOME = {
    "Augment": "eccles.data.images.augment",
    "FrameDataset": "eccles.data.cameras.dataset",
    "FrameSplits": "eccles.data.cameras.dataset",
    "CameraEvents": "eccles.data.cameras.frames",
    "Framing": "eccles.data.cameras.frames",
    "to_frames": "eccles.data.cameras.frames",
}
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

    >>> names()  # doctest: +ELLIPSIS
    ('fashion-mnist', 'fashion-mnist-sample', 'shd', 'ssc', 'spoken-digits', ..., 'own-recordings')
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


@typed("data")
def load(
    name: str | Path,
    data_dir: Path | None = None,
    binning: Binning | None = None,
    test_share: float | None = None,
) -> Splits:
    """Return a data set by name, from `data_dir` or from wherever it is found; or one's own.

    Data of one's own is named by its path: a file that ends in .npz or .h5, or a folder, with a "/"
    in it. `test_share` of each of its classes is held out to test on, a fifth unless given, where
    it has no test set.

    `binning` says how the times of recorded spikes become steps. Images have a code of their own.
    Raises InputError for an unknown name, colour images, a `data_dir` without the files, recordings
    that aren't sound, or a binning of images; RunError where the data is nowhere or damaged.

    >>> len(load("fashion-mnist-sample").train)
    4000
    """
    if isinstance(name, Path) or _is_path(name):
        if data_dir is not None:
            raise must("data", "data_dir", "left out with a path", str(data_dir))
        from eccles.data.own import opened

        return opened.load(name, binning, SHARE if test_share is None else test_share)
    if test_share is not None:
        hint = "the data set has samples to test on"
        raise must("data", "test_share", f"left out with {name}", test_share, hint)
    if name not in SOURCES and _broken_rule(name) == "" and Path(name).exists():
        if Path(name).is_dir():
            hint = f"{name}/ is read as a folder"
            raise must("data", "a folder", 'with a "/" in its path', name, hint)
        raise _no_data(name)
    source = _named(name)
    if source.form == "recordings":
        return spoken.load(source, data_dir, binning)
    if name not in _ENCODED:
        raise InputError(
            f"data: {name} must be loaded as images, which no code here turns into spikes; "
            f"load_images({name!r}) gives them for direct coding"
        )
    _check_unbinned(f"data: {name}", "images", binning)
    return _ENCODED[name](data_dir)


@typed("data")
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


@typed("data")
def load_frames(
    name: str | Path, data_dir: Path | None = None, framing: Framing | None = None
) -> FrameSplits:
    """Return what event cameras saw, as frames [B, T, 2, H, W].

    `name` is "cifar10-dvs" or "dvs-gesture", which tonic fetches and reads, into `data_dir` or the
    cache (see `event_cameras.load`); or a folder of one's own (see `event_files.load_folder`),
    with a "/" in it where it might be taken for a name.

    Raises InputError for a name that is neither, a folder of another layout, events that can't
    become frames, or without the extra `events`; RunError where the data is nowhere to be had.
    """
    from eccles.data.cameras import event_cameras, event_files

    if name in event_cameras.N_FRAMES:
        return event_cameras.load(str(name), data_dir, framing)
    if data_dir is None and Path(name).is_dir():
        return event_files.load_folder(Path(name), framing)
    known = ", ".join(event_cameras.N_FRAMES)
    raise InputError(
        f"data: recordings of an event camera must be one of {known}, or a folder with train and "
        f"test, got {str(name)!r}{nearest(str(name), event_cameras.N_FRAMES)}"
    )


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    raise AttributeError(f"module 'eccles.data' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME})
