"""Recordings of an event camera of one's own: `FOLDER/train/CLASS/*.npz` and `FOLDER/test/...`.

Each file holds four arrays of one length, an entry for each event: x (column), y (row), t (whole
microseconds) and p (0 darker, 1 brighter), as `numpy.savez(path, x=x, y=y, t=t, p=p)` writes them.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from eccles.data.cameras.dataset import FrameDataset, FrameSplits
from eccles.data.cameras.framed import framed
from eccles.data.cameras.frames import CameraEvents, Framing
from eccles.data.files.archives import arrays, why
from eccles.data.files.sources import Kind, expanded
from eccles.data.files.verified import contents
from eccles.errors import InputError

MOST_EVENTS = 2**30
"""Bytes that the events of a recording may have, packed or not: some 30 million events."""

_REMEDY = "write it with numpy.savez(path, x=x, y=y, t=t, p=p)"


def load_folder(folder: Path, framing: Framing | None = None, kind: Kind = "real") -> FrameSplits:
    """Return the recordings of a folder as frames; its name becomes the name of the data.

    The subfolders of `train` are the classes, in alphabetical order, and `test` must have the same.
    Frames are made once and stored in the cache; see `framed`.

    Raises InputError for a folder of another layout, or a file that holds no such events, and
    RunError for one that can't be read.
    """
    folder, framing = expanded(folder), framing or Framing()
    files = {part: _by_class(folder / part) for part in ("train", "test")}
    classes = tuple(files["train"])
    for part, other in (("test", "train"), ("train", "test")):
        missing = sorted(set(files[other]) - set(files[part]))
        if missing:
            raise InputError(
                f"data: {folder / part} must have the classes of {folder / other}, got none of "
                f"{', '.join(missing)}; the folders in both must have the same names"
            )

    def dataset(part: str) -> FrameDataset:
        paths = [path for name in classes for path in files[part][name]]
        labels = np.repeat(np.arange(len(classes)), [len(files[part][name]) for name in classes])
        title = f"reading {folder.name}/{part}"
        frames = framed(title, paths, lambda k: read_events(paths[k]), framing)
        return FrameDataset(folder.absolute().name, kind, frames, labels, classes)

    return FrameSplits(dataset("train"), dataset("test"))


def read_events(path: Path) -> CameraEvents:
    """Return the events of a file; raise an error, which names it, where it holds none."""
    data = contents(path, MOST_EVENTS)
    try:
        found = arrays(data, CameraEvents._fields, MOST_EVENTS)
    except Exception as error:  # A damaged one may raise whatever its reader happens upon.
        raise InputError(
            f"data: {path} must be a readable npz of events, got {why(error)!r}; {_REMEDY}"
        ) from None
    missing = [name for name in CameraEvents._fields if name not in found]
    if missing:
        raise InputError(f"data: {path} must hold x, y, t and p, got no {missing[0]}; {_REMEDY}")
    return CameraEvents(**found)


def _by_class(part: Path) -> dict[str, list[Path]]:
    """Return the files of each class, in order of their names."""
    if not part.is_dir():
        raise InputError(
            f"data: {part} must be a folder with a folder of npz files for each class, got none; "
            "recordings lie in train/CLASS and test/CLASS"
        )
    folders = [sub for sub in sorted(part.iterdir()) if sub.is_dir() and sub.name[0] != "."]
    if not folders:
        raise InputError(
            f"data: {part} must hold a folder for each class, got none; put recordings into "
            f"{part / 'CLASS'}"
        )
    found = {sub.name: sorted(sub.glob("*.npz")) for sub in folders}
    for name, files in found.items():
        if not files:
            raise InputError(
                f"data: {part / name} must hold npz files of events, got none; delete the folder "
                "or fill it"
            )
    return found
