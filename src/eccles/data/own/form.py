"""What data is before it is spikes in steps, which decides how it becomes them."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from eccles.data.catalogue import OWN_RECORDINGS, SOURCES
from eccles.data.files.sources import expanded, locate
from eccles.data.own.folder import surveyed
from eccles.data.own.names import is_path
from eccles.data.own.npz import form_of

Form = Literal["images", "rasters", "recordings"]
"""Images get a latency code, recordings are binned, and rasters are in steps already."""

_OF_ARRAYS: dict[str, Form] = {"images": "images", "spikes": "rasters", "times": "recordings"}


def form(name: str) -> Form:
    """Return what a data set is by its name, or one's own by its path; either can be loaded.

    >>> form("fashion-mnist-sample"), form("spoken-digits-sample")
    ('images', 'recordings')
    """
    if not is_path(name):
        return "recordings" if SOURCES[name].form == "recordings" else "images"
    path = expanded(Path(name))
    if not path.is_dir():
        return _OF_ARRAYS[form_of(path, name)] if path.suffix == ".npz" else "recordings"
    if all(locate(file, path) for file in OWN_RECORDINGS.files):
        return "recordings"
    divided = (path / "train").is_dir() and (path / "test").is_dir()
    pictures = surveyed(path / "train" if divided else path).kind == "pictures"
    return "images" if pictures else "recordings"
