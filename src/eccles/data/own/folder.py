"""A folder of one's own: a folder of files for each class, or recordings."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from eccles.data.audio.sound_files import SUFFIXES as SOUNDS
from eccles.data.audio.sound_files import encode_folder
from eccles.data.catalogue import OWN_RECORDINGS
from eccles.data.files.sources import cache_folder, locate
from eccles.data.files.verified import digests
from eccles.data.images.encoding import DT, N_STEPS, TAU, THRESHOLD, latency_encode
from eccles.data.own.pictures import SUFFIXES as PICTURES
from eccles.data.own.pictures import read_pictures, size_of
from eccles.data.own.pixels import check_fires
from eccles.data.spikes import spoken
from eccles.data.spikes.binning import Binning, check_unbinned
from eccles.data.spikes.cache import Labelled, cached
from eccles.data.spikes.dataset import SpikeDataset
from eccles.data.spikes.hdf5 import write
from eccles.data.spikes.labels import as_classes
from eccles.errors import InputError, listed, must

_PARTS = ("train", "test")


class _Files(NamedTuple):
    """The files of each class, and what they are: pictures or sounds."""

    classes: dict[str, list[Path]]
    kind: str

    @property
    def paths(self) -> list[Path]:
        """All files, class by class."""
        return [path for paths in self.classes.values() for path in paths]


def load_folder(
    folder: Path, name: str, binning: Binning | None
) -> tuple[SpikeDataset, SpikeDataset | None]:
    """Return the samples of a folder, and those to test on if it has such.

    Raises InputError for a folder of another layout, or files that can't be read.
    """
    if all(locate(file, folder) for file in OWN_RECORDINGS.files):
        train, test = spoken.load(OWN_RECORDINGS, folder, binning)
        return replace(train, name=name), replace(test, name=name)
    if all((folder / part).is_dir() for part in _PARTS):
        train, test = (_load(folder / part, name, binning) for part in _PARTS)
        if train.classes != test.classes:
            differ = sorted(set(train.classes) ^ set(test.classes))
            got = f"{listed(differ)} in one of them alone"
            raise must(f"data: {name}", "the classes of train and test", "the same", got)
        if train.events.n_units != test.events.n_units:
            got = f"{train.events.n_units:,} and {test.events.n_units:,} pixels"
            raise must(f"data: {name}", "the images of train and test", "of one size", got)
        return train, test
    return _load(folder, name, binning), None


def _load(folder: Path, name: str, binning: Binning | None) -> SpikeDataset:
    files = surveyed(folder)
    # A class is what its folder is called.
    numbers = np.repeat(np.arange(len(files.classes)), [*map(len, files.classes.values())])
    _, classes = as_classes(f"data: {name}", numbers, list(files.classes))
    sha256 = _digest(folder, files.paths)
    if files.kind == "sounds":
        return _heard(folder, name, sha256, binning)
    check_unbinned(f"data: {name}", "images", binning)
    height, width = size_of(files.paths[0])
    description = {
        "data": "pictures",
        "sha256": [sha256],
        "encoding": {"code": "latency", "threshold": THRESHOLD, "tau": TAU},
        "n_steps": N_STEPS,
        "n_units": height * width,
        "dt": DT,
    }

    def build() -> Labelled:
        pixels = read_pictures(files.paths)
        events = latency_encode(pixels)
        check_fires(f"data: {name}", [events], pixels.max().item())
        return Labelled(events, numbers)

    found = cached(description, build)
    return SpikeDataset(name, "own", found.events, found.labels, classes, sha256=sha256)


def _heard(folder: Path, name: str, sha256: str, binning: Binning | None) -> SpikeDataset:
    """Return what a cochlea hears, which is kept: it takes far longer than to read it again."""
    path = cache_folder() / "heard" / f"{sha256[:16]}.h5"
    if not path.exists():
        heard = encode_folder(folder, strict=True).recordings
        write(path, heard)
    dataset = spoken.load_file(path, name, binning)
    return replace(dataset, sha256=sha256)


def surveyed(folder: Path) -> _Files:
    """Return the files of each class of a folder, or raise InputError where it has none."""
    subs = [sub for sub in sorted(folder.iterdir()) if sub.is_dir() and sub.name[0] != "."]
    found: dict[str, dict[str, list[Path]]] = {"pictures": {}, "sounds": {}}
    for sub in subs:
        files = [path for path in sorted(sub.rglob("*")) if path.is_file()]
        for kind, suffixes in (("pictures", PICTURES), ("sounds", SOUNDS)):
            if own := [path for path in files if path.suffix.lower() in suffixes]:
                found[kind][sub.name] = own
    there = {kind: classes for kind, classes in found.items() if classes}
    if not there:
        beside = [path.name for path in sorted(folder.iterdir()) if path.name[0] != "."]
        got = f"{listed(sub.name for sub in subs)} without any" if subs else "no folder in it"
        got += f" beside {listed(beside, 60)}" if beside and not subs else ""
        raise InputError(
            f"data: {folder} must hold a folder for each class with images "
            f"({listed(sorted(PICTURES))}) or sound ({listed(sorted(SOUNDS))}), or train.h5 and "
            f"test.h5, got {got}"
        )
    if len(there) > 1:
        got = (
            f"images in {next(iter(there['pictures']))} and sound in {next(iter(there['sounds']))}"
        )
        raise InputError(f"data: {folder} must hold images alone or sound alone, got {got}")
    ((kind, classes),) = there.items()
    return _Files(classes, kind)


def _digest(folder: Path, paths: list[Path]) -> str:
    """Return a checksum of files and their names within a folder."""
    found = hashlib.sha256()
    for path in paths:
        found.update(f"{path.relative_to(folder).as_posix()}\0{digests(path).sha256}\n".encode())
    return found.hexdigest()
