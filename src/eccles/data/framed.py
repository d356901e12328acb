"""Frames of many recordings: made once, with a bar, then mapped from the cache."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from eccles.data.bars import counting
from eccles.data.files import unreadable
from eccles.data.frames import CameraEvents, Framing, to_frames
from eccles.data.sources import cache_folder
from eccles.errors import InputError, StorageError
from eccles.settings import hashed
from eccles.storage import write_whole

FORMAT = 1
_log = logging.getLogger("eccles")


def framed(
    title: str, files: Sequence[Path], read: Callable[[int], CameraEvents], framing: Framing
) -> NDArray[np.uint16]:
    """Return the frames of recordings, uint16 [B, T, 2, H, W]: stored ones, or made and stored.

    What is stored goes by each file's path, size and time of change, and by the framing. Where the
    cache can't be written the frames stay in memory.

    Args:
        title: what the bar says.
        files: the file of each recording.
        read: gives the events of recording k.
        framing: how they become frames.

    Raises InputError, which names the file, for events that can't become frames, and what `read`
    raises.
    """
    shape = (len(files), *framing.shape)
    path = cache_folder() / "frames" / f"{_identity(files, framing)}.npy"
    stored = _open(path, shape)
    if stored is not None:
        return stored
    made = np.empty(shape, np.uint16)
    for k in counting(title, len(files)):
        try:
            made[k] = to_frames(read(k), framing)
        except InputError as error:
            raise InputError(f"data: {files[k]} doesn't fit {error}") from None
    try:
        write_whole(path, lambda aside: _save(aside, made))
    except StorageError as error:
        _log.info("data: frames stay in memory (%s)", error)
        return made
    stored = _open(path, shape)
    return made if stored is None else stored


def _identity(files: Sequence[Path], framing: Framing) -> str:
    def known(path: Path) -> list[str | int]:
        try:
            facts = path.stat()
        except OSError as error:
            raise unreadable(path, error) from None
        return [str(path.absolute()), facts.st_size, facts.st_mtime_ns]

    settings = framing.model_dump(mode="json")
    return hashed({"format": FORMAT, "framing": settings, "files": [known(p) for p in files]})


def _save(path: Path, frames: NDArray[np.uint16]) -> None:
    with path.open("wb") as file:  # Given a name, numpy would add another ending to it.
        np.save(file, frames, allow_pickle=False)


def _open(path: Path, shape: tuple[int, ...]) -> NDArray[np.uint16] | None:
    try:
        frames = np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))
    except (OSError, ValueError, EOFError):
        return None
    return frames if frames.shape == shape and frames.dtype == np.uint16 else None
