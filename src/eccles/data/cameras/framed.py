"""Frames of many recordings: made once, with a bar, then mapped from the cache."""

from __future__ import annotations

import hashlib
import json
import logging
import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eccles.data.bars import counting
from eccles.data.cameras.frames import CameraEvents, Framing, to_frames
from eccles.data.files.mapped import crc32, mapped
from eccles.data.files.sources import cache_folder
from eccles.data.files.verified import unreadable
from eccles.errors import InputError, StorageError
from eccles.memory import must_fit
from eccles.reading import check_file, opened, read_bytes
from eccles.settings import hashed
from eccles.storage import write_text, write_whole

FORMAT = 1
_log = logging.getLogger("eccles")


def framed(
    title: str, files: Sequence[Path], read: Callable[[int], CameraEvents], framing: Framing
) -> NDArray[np.uint16]:
    """Return the frames of recordings, uint16 [B, T, 2, H, W]: stored ones, or made and stored.

    What is stored goes by each file's path, size and time of change, and by the framing. Beside it
    are its checksum, and what it was made of: the checksum of all files together, and the place and
    time that the system itself gave each one, which no other file can have. Where those differ the
    files are read again, and the frames are made anew if one has another content. Where the cache
    can't be written the frames stay in memory.

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
    stored = _open(path, shape, files)
    if stored is not None:
        return stored
    n_bytes = math.prod(shape) * np.dtype(np.uint16).itemsize
    must_fit(
        "frames",
        f"{len(files):,} recordings of {framing.n_frames:,} frames",
        n_bytes,
        "choose a smaller size, or fewer frames",
    )
    source = _source(files)
    made = np.empty(shape, np.uint16)
    for k in counting(title, len(files)):
        try:
            made[k] = to_frames(read(k), framing)
        except InputError as error:
            raise InputError(f"data: {files[k]} doesn't fit {error}") from None
    if _source(files)["system"] != source["system"]:
        return made  # They changed meanwhile, so nobody knows what these are the frames of.
    try:
        write_whole(path, lambda aside: _save(aside, made))
        _describe(path, {**source, "crc32": crc32(made)})
    except StorageError as error:
        _log.info("data: frames stay in memory (%s)", error)
        return made
    stored = _open(path, shape, files)
    return made if stored is None else stored


def _identity(files: Sequence[Path], framing: Framing) -> str:
    known = [[str(p.absolute()), s.st_size, s.st_mtime_ns] for p, s in _stats(files)]
    settings = framing.model_dump(mode="json")
    return hashed({"format": FORMAT, "framing": settings, "files": known})


def _stats(files: Sequence[Path]) -> list[tuple[Path, Any]]:
    found = []
    for path in files:
        try:
            found.append((path, check_file(path)))
        except OSError as error:
            raise unreadable(path, error) from None
    return found


def _source(files: Sequence[Path], known: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return what tells the files from others: what the system knows of them, and their content.

    A file may have the size and time of change of another, which anyone can set, but not its place
    on the disk with the time at which the system last saw it change. While those are as `known`,
    the content is too, and is as well as read.
    """
    system = hashed([[s.st_dev, s.st_ino, s.st_ctime_ns] for _, s in _stats(files)])
    if known is not None and known.get("system") == system:
        return known
    content = hashlib.sha256()
    for path in files:
        try:
            with opened(path) as file:
                content.update(hashlib.file_digest(file, "sha256").digest())
        except OSError as error:
            raise unreadable(path, error) from None
    return {"system": system, "content": content.hexdigest()}


def _save(path: Path, frames: NDArray[np.uint16]) -> None:
    with path.open("wb") as file:  # Given a name, numpy would add another ending to it.
        np.save(file, frames, allow_pickle=False)


def _describe(path: Path, description: dict[str, Any]) -> None:
    write_text(path.with_suffix(".json"), json.dumps(description) + "\n")


def _open(path: Path, shape: tuple[int, ...], files: Sequence[Path]) -> NDArray[np.uint16] | None:
    """Return stored frames, or None unless they are as stored, and of these files."""
    try:
        known = json.loads(read_bytes(path.with_suffix(".json")))
        frames = mapped(path)
        if frames.shape != shape or frames.dtype != np.uint16 or crc32(frames) != known["crc32"]:
            return None
        content = known["content"]
    except (OSError, ValueError, EOFError, LookupError, TypeError, RecursionError):
        return None
    source = _source(files, known)
    if source["content"] != content:
        return None
    if source is not known:
        try:
            _describe(path, {**source, "crc32": known["crc32"]})
        except StorageError as error:
            _log.info("data: frames of files that were moved are checked at each start (%s)", error)
    return frames
