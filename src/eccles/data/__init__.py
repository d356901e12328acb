"""Data sets as spike events: `load("fashion-mnist")` gives samples to train and to test on."""

from __future__ import annotations

from pathlib import Path

from eccles.data import fashion_mnist, spoken
from eccles.data.binning import Binning as Binning
from eccles.data.binning import bin_events as bin_events
from eccles.data.dataset import SpikeDataset as SpikeDataset
from eccles.data.dataset import Splits as Splits
from eccles.data.encoding import latency_encode as latency_encode
from eccles.data.recordings import Recordings as Recordings
from eccles.data.registry import SOURCES
from eccles.data.registry import named as _named
from eccles.errors import InputError

_IMAGES = {
    "fashion-mnist": fashion_mnist.load,
    "fashion-mnist-sample": fashion_mnist.load_sample,
}


def names() -> tuple[str, ...]:
    """Return the names that `load` knows.

    >>> names()
    ('fashion-mnist', 'fashion-mnist-sample', 'shd', 'ssc', 'spoken-digits', 'spoken-digits-sample')
    """
    return tuple(SOURCES)


def load(name: str, data_dir: Path | None = None, binning: Binning | None = None) -> Splits:
    """Return a data set by name, from `data_dir` or from wherever it is found.

    `binning` says how the times of recorded spikes become steps. Images have a code of their own.
    Raises InputError for an unknown name, a `data_dir` without the files, recordings that aren't
    sound, or a binning of images; RunError where the data is nowhere to be had or damaged.

    >>> len(load("fashion-mnist-sample").train)
    4000
    """
    source = _named(name)
    if source.form == "recordings":
        return spoken.load(source, data_dir, binning)
    if binning is not None and binning != Binning():
        raise InputError(
            f"data: {name} is a set of images with a latency code of its own, so steps, max_time "
            f"and clip must stay as they are, got {binning}"
        )
    return _IMAGES[name](data_dir)
