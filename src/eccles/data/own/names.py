"""How a path is told from the name of a data set: by its spelling, whatever files there are."""

from __future__ import annotations

from pathlib import PurePath

SUFFIXES = (".npz", ".h5", ".h5.gz", ".hdf5")
"""Files that are read."""

SHARE = 0.2
"""Share of the samples to test on, where data has no test set of its own."""


def is_path(data: str) -> bool:
    """Return whether a text names data of one's own; a folder has a slash, if only at its end.

    >>> is_path("mine.npz"), is_path("mine/"), is_path("shd")
    (True, True, False)
    """
    return "/" in data or data.endswith(SUFFIXES)


def base_name(data: str) -> str:
    """Return what a path is called, wherever it lies.

    >>> base_name("../mine.npz"), base_name("photos/")
    ('mine.npz', 'photos')
    """
    return PurePath(data).name or data
