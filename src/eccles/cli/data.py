"""`eccles data`: what data sets there are, where they lie, and whether they are sound."""

from __future__ import annotations

import json as json_format
import os
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import tyro

from eccles.cli.flags import flag
from eccles.cli.plain_table import print_rows
from eccles.errors import EcclesError, RunError

if TYPE_CHECKING:
    from eccles.data.files.sources import Source

Row = tuple[str, str, str]
Name = Annotated[tyro.conf.Positional[str], flag("[NAME]", "(default: fashion-mnist)")]
Folder = Annotated[Path | None, flag("DIR")]
_PUBLISHERS = "its publisher's"
_ROOM = 400 * 2**20
"""Bytes that the downloads and the encoded events of Fashion-MNIST take, with some to spare."""


def list_(json: bool = False) -> None:
    """List the data sets: name, kind, samples, where they are found, licence.

    Args:
        json: print JSON, with checksums and citations, instead of a table.
    """
    from eccles.data.catalogue import SOURCES
    from eccles.data.files.sources import find

    cameras = _cameras()
    found = {name: find(source) for name, source in SOURCES.items()}
    if json:
        rows = [
            {
                "name": name,
                "kind": source.kind,
                "train": source.samples[0] if source.samples else None,
                "test": source.samples[1] if source.samples else None,
                "found": str(found[name]) if found[name] else None,
                "licence": source.licence,
                "copyright": source.copyright,
                "citation": source.citation,
                "urls": list(source.urls),
                "files": [vars(file) for file in source.files],
            }
            for name, source in SOURCES.items()
        ]
        rows += [
            {
                "name": name,
                "kind": "real",
                "train": None,
                "test": None,
                "found": str(folder) if folder else None,
                "licence": _PUBLISHERS,
            }
            for name, folder in cameras.items()
        ]
        print(json_format.dumps(rows, indent=2))
        return
    print_rows(
        ("name", "kind", "train + test", "licence", "found in"),
        [
            (
                name,
                source.kind,
                "{:,} + {:,}".format(*source.samples) if source.samples else "as made",
                source.licence,
                str(found[name] or "not here"),
            )
            for name, source in SOURCES.items()
        ]
        + [
            (name, "real", "as tonic has it", _PUBLISHERS, str(folder or "not here"))
            for name, folder in cameras.items()
        ],
    )


def _cameras() -> dict[str, Path | None]:
    """Return the data sets of event cameras, which tonic fetches, and where it put them here."""
    from eccles.data.cameras.event_cameras import N_FRAMES
    from eccles.data.files.sources import cache_folder

    folders = {name: cache_folder() / name for name in N_FRAMES}
    return {name: folder if folder.is_dir() else None for name, folder in folders.items()}


def path(name: Name = "fashion-mnist", data_dir: Folder = None) -> None:
    """Print the folder that holds a data set; fail where none does.

    Args:
        name: the data set; see `eccles data list`.
        data_dir: look only here.
    """
    from eccles.data.catalogue import named
    from eccles.data.files.download import resolve

    print(resolve(named(name), data_dir, download=False))


def fetch(name: Name = "fashion-mnist", data_dir: Folder = None) -> None:
    """Make a data set ready: download what is missing, verify it, encode it, store the events.

    Images in colour are left as they are: networks take them without a code.

    Args:
        name: the data set; see `eccles data list`.
        data_dir: the folder that holds it or shall hold it.
    """
    from eccles import data
    from eccles.data.catalogue import named
    from eccles.data.files import download
    from eccles.data.files.sources import cache_folder, expanded, find
    from eccles.data.spikes.cache import events_folder, is_mapped

    source = named(name)
    folder = find(source, data_dir)
    verb = "found in"
    if folder is None and source.urls:
        folder = expanded(data_dir) if data_dir else cache_folder() / source.name
        download.fetch(source, folder)
        verb = "downloaded into"
    start = time.perf_counter()
    as_spikes = name in data.names()
    # Naming the folder has its files verified, and read before any stored events are used.
    train, test = (data.load if as_spikes else data.load_images)(name, folder or data_dir)
    seconds = time.perf_counter() - start
    right = ", checksums right" if folder and _is_as_published(source, folder) else ""
    print(f"{name}: {verb} {folder}{right}")
    print(f"{len(train):,} samples to train on, {len(test):,} to test on, ready in {seconds:.1f} s")
    if not isinstance(train, data.SpikeDataset):
        return
    if is_mapped(train.events):
        print(f"events stored in {events_folder()}")
    elif source.urls or source.form == "recordings":
        print(f"events not stored, for {events_folder()} can't be written: each run encodes anew")


def doctor(data_dir: Folder = None) -> int:
    """Check every data set and the cache, and say what to do; exit status 1 if one is damaged.

    Args:
        data_dir: check the data sets in this folder too.
    """
    from eccles.data.catalogue import SOURCES
    from eccles.data.files.sources import expanded, places

    rows: list[Row] = []
    for source in SOURCES.values():
        chosen = places(source, data_dir) if data_dir else []
        found = [
            row
            for folder in dict.fromkeys([*chosen, *places(source)])
            for row in _examine(source, folder)
        ]
        rows += found or [(source.name, "not here", source.remedy)]
    if data_dir and not any(Path(what).is_relative_to(expanded(data_dir)) for what, *_ in rows):
        rows.append((str(data_dir), "problem", "holds no known data set; leave it out"))
    rows += _examine_cache()
    shown = [(state, what, do) for what, state, do in rows]
    print_rows(("state", "what", "what to do"), shown)
    return int(any(state == "problem" for _, state, _ in rows))


def _is_as_published(source: Source, folder: Path) -> bool:
    """Return whether every file has a checksum that was published; packed images that loaded do."""
    from eccles.data.files.sources import locate
    from eccles.data.spikes.spoken import checksums, is_published

    paths = [(file, locate(file, folder)) for file in source.files]
    return all(
        path is not None
        and path.is_file()
        and (source.form == "images" or bool(is_published(file, path, checksums(path))))
        for file, path in paths
    )


def _examine(source: Source, folder: Path) -> list[Row]:
    """Return a row a file, or none at all where the folder holds nothing of this data set."""
    from eccles.data.files.sources import locate
    from eccles.data.files.verified import verified
    from eccles.data.images import cifar
    from eccles.data.spikes import spoken

    paths = [(locate(file, folder), file) for file in source.files]
    if not any(path for path, _ in paths):
        return []
    rows: list[Row] = []
    for path, file in paths:
        try:
            if path is None:
                raise RunError(f"missing; {source.remedy}")
            peculiar = ""
            if source.form == "recordings":
                peculiar = spoken.examine(file, path)
            elif file.members:
                cifar.read(source, path)
                peculiar = "unpacked, so without a checksum, but sound" if path.is_dir() else ""
            else:
                verified(path, file.sha256)
            rows.append((str(path), "ok", peculiar))
        except EcclesError as error:
            rows.append((str(path or folder / file.name), "problem", str(error)))
    return rows


def _examine_cache() -> list[Row]:
    from eccles.data.catalogue import SOURCES
    from eccles.data.files.sources import cache_folder
    from eccles.data.spikes.cache import damage, events_folder

    root = cache_folder().absolute()
    rows = [_examine_room(root)]
    if not os.access(root, os.R_OK | os.X_OK):
        return rows  # No cache yet, or none that can be read.
    for folder in sorted(events_folder().glob("*")):
        fault = damage(folder)
        rows.append(
            (str(folder), "problem", f"{fault}; delete it") if fault else (str(folder), "ok", "")
        )
    rows += [
        (str(folder), "problem", "left by a download that was cut off; delete it")
        for name in SOURCES
        for folder in sorted((root / name).glob(".fetch-*"))
        # A download may be going on just now.
        if time.time() - folder.stat().st_mtime > 3600
    ]
    return rows


def _examine_room(root: Path) -> Row:
    above = next(each for each in (root, *root.parents) if os.access(each, os.F_OK))
    if not above.is_dir() or not os.access(above, os.W_OK | os.X_OK):
        return str(root), "problem", "can't be written; set ECCLES_CACHE to another folder"
    free = shutil.disk_usage(above).free
    if free < _ROOM:
        remedy = f"only {free / 2**20:.0f} MiB free; make room, or set ECCLES_CACHE"
        return str(root), "problem", remedy
    return str(root), "ok", f"{free / 2**30:.1f} GiB free"
