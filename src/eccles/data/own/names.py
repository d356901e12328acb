"""How a path is told from the name of a data set: by its spelling, whatever files there are."""

from __future__ import annotations

from pathlib import PurePath

from eccles.errors import InputError, must

BLOCKS = (".mat", ".nix", ".nwb")
"""Files of those that neo reads that keep the labels of trials."""

SUFFIXES = (".npz", ".h5", ".h5.gz", ".hdf5", *BLOCKS)
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


def no_data(data: str) -> InputError:
    """Return the error for a file of another kind than those that are read."""
    accepted = f"a folder, or a file that ends in {', '.join(SUFFIXES)}"
    hint = "neo writes what it reads as .mat or .nix"
    if data.endswith((".pkl", ".pickle")):
        hint = (
            "a pickle may run any program when it is read, so write what is in it as one of these"
        )
    return must("data", "data of one's own", accepted, data, hint)
