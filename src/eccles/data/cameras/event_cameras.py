"""Published recordings of event cameras, which tonic fetches and reads: the extra `events`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from eccles.data.cameras.dataset import FrameDataset, FrameSplits
from eccles.data.cameras.framed import framed
from eccles.data.cameras.frames import CameraEvents, Framing
from eccles.data.files.sources import cache_folder, expanded, offline
from eccles.errors import EcclesError, InputError, RunError

N_FRAMES = {"cifar10-dvs": 10, "dvs-gesture": 16}
"""The data sets, and the frames that a recording usually becomes."""
_CLASSES = {"cifar10-dvs": "CIFAR10DVS", "dvs-gesture": "DVSGesture"}
_TRAIN_SHARE = 0.9


def load(name: str, data_dir: Path | None = None, framing: Framing | None = None) -> FrameSplits:
    """Return a data set of an event camera as frames; the sensor is the one that it was made with.

    DVS-Gesture (Amir et al. 2017, doi 10.1109/CVPR.2017.781) has training and test recordings, of
    different people. CIFAR10-DVS (Li et al. 2017, doi 10.3389/fnins.2017.00309) has no such parts:
    the first nine tenths of each class, in order of their numbers, are trained on, and the rest
    is tested on.

    tonic puts the files into `data_dir`, or else into the cache, in a folder of its own name for
    them; with `data_dir`, or with ECCLES_OFFLINE=1, they must be there already.

    Raises InputError without the extra `events`, for an unknown name, or where `data_dir` lacks the
    files; RunError where they can't be had.
    """
    if name not in N_FRAMES:
        raise InputError(f"data: the name must be one of {', '.join(N_FRAMES)}, got {name!r}")
    published = _tonic(name)
    folder = expanded(data_dir) if data_dir else cache_folder() / name
    if data_dir or offline():
        published = _without_network(published, _lacking(name, folder, data_dir))
    try:
        if name == "dvs-gesture":
            both = (published(save_to=str(folder), train=train) for train in (True, False))
            parts = [(dataset, in_order(dataset)) for dataset in both]
        else:
            whole = published(save_to=str(folder))
            parts = [(whole, index) for index in shared_out(whole)]
    except (OSError, RuntimeError) as error:
        raise RunError(
            f"data: tonic must find or fetch {name} in {folder}, got {_reason(error)!r}"
        ) from None
    framing = framing or Framing(n_frames=N_FRAMES[name])
    return FrameSplits(*(from_tonic(name, *part, framing) for part in parts))


def from_tonic(name: str, dataset: Any, index: Sequence[int], framing: Framing) -> FrameDataset:
    """Return samples of a data set in tonic's form as frames.

    It has `data` (the file of each sample), `targets` (its class), `classes` (their names in order,
    or a mapping from them), `sensor_size` (width, height, polarities), and gives for each index
    events with the fields x, y, t (in microseconds) and p, and a class.
    """
    width, height, _ = dataset.sensor_size
    size = framing.size or (height, width)
    sized = framing.model_copy(update={"sensor": (height, width), "size": size})

    def read(k: int) -> CameraEvents:
        try:
            events, _ = dataset[index[k]]
        except Exception as error:  # Whatever the reader of such a file may raise.
            file, reason = dataset.data[index[k]], _reason(error)
            raise RunError(f"data: {file} must be readable by tonic, got {reason!r}") from None
        return CameraEvents(*(events[field] for field in CameraEvents._fields))

    frames = framed(f"reading {name}", [Path(dataset.data[k]) for k in index], read, sized)
    labels = np.array([dataset.targets[k] for k in index], np.int64)
    classes = dataset.classes
    names = sorted(classes, key=classes.__getitem__) if isinstance(classes, dict) else classes
    return FrameDataset(name, "real", frames, labels, tuple(names))


def in_order(dataset: Any) -> list[int]:
    """Return the samples in order of their files: folder by folder, by the numbers in the names.

    Tonic takes files as the system lists them, which differs from one machine to another.
    """

    def numbers(k: int) -> tuple[list[tuple[str, int]], str]:
        path = str(dataset.data[k])
        return [(text, int(n or 0)) for text, n in re.findall(r"(\D+)(\d*)", path)], path

    return sorted(range(len(dataset.data)), key=numbers)


def shared_out(dataset: Any) -> tuple[list[int], list[int]]:
    """Return which samples to train on and to test on: of each class the first nine tenths."""
    train: list[int] = []
    test: list[int] = []
    order = in_order(dataset)
    for label in sorted(set(dataset.targets)):
        own = [k for k in order if dataset.targets[k] == label]
        n_train = int(_TRAIN_SHARE * len(own))
        train += own[:n_train]
        test += own[n_train:]
    return train, test


def _tonic(name: str) -> Any:
    try:
        if name == "cifar10-dvs":
            import_module("aedat")  # Tonic asks for it at the first file alone.
        return getattr(import_module("tonic.datasets"), _CLASSES[name])
    except ImportError:
        raise InputError(
            f"data: {name} needs the packages tonic and aedat; pip install 'eccles[events]'"
        ) from None


def _lacking(name: str, folder: Path, data_dir: Path | None) -> EcclesError:
    wanted = f"tonic's folder {_CLASSES[name]}, with the archives that were downloaded into it"
    if data_dir:
        return InputError(
            f"data: {data_dir} must hold {wanted}, got less than that; leave data_dir out to have "
            f"{name} downloaded"
        )
    return RunError(
        f"data: {name} must be on this machine, got ECCLES_OFFLINE that forbids the network; put "
        f"{wanted}, into {folder}"
    )


def _without_network(published: Any, error: EcclesError) -> Any:
    """Return a class of tonic's that raises an error where it would download."""

    def refuse(_: object) -> None:
        raise error

    # It keeps the name, after which tonic calls the folder.
    return type(published.__name__, (published,), {"download": refuse})


def _reason(error: Exception) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__
