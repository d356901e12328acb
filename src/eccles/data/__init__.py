"""Data sets as spike events: `load("fashion-mnist")` gives samples to train and to test on."""

from __future__ import annotations

from pathlib import Path

from eccles.data import fashion_mnist
from eccles.data.dataset import SpikeDataset as SpikeDataset
from eccles.data.dataset import Splits as Splits
from eccles.data.encoding import latency_encode as latency_encode
from eccles.data.sources import SOURCES
from eccles.data.sources import named as _named

_LOADERS = {
    "fashion-mnist": fashion_mnist.load,
    "fashion-mnist-sample": fashion_mnist.load_sample,
}


def names() -> tuple[str, ...]:
    """Return the names that `load` knows.

    >>> names()
    ('fashion-mnist', 'fashion-mnist-sample')
    """
    return tuple(SOURCES)


def load(name: str, data_dir: Path | None = None) -> Splits:
    """Return a data set by name, from `data_dir` or from wherever it is found.

    Raises InputError for an unknown name or a `data_dir` without the files, RunError where the
    data is nowhere to be had or damaged.

    >>> len(load("fashion-mnist-sample").train)
    4000
    """
    return _LOADERS[_named(name).name](data_dir)
