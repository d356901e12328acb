"""Spoken words as spikes: the Heidelberg data sets, and whatever else has their form."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from eccles.data.bars import reading
from eccles.data.catalogue import OWN_RECORDINGS
from eccles.data.files.download import resolve
from eccles.data.files.sources import File, Source, locate
from eccles.data.files.verified import Digests, contents, digests, unreadable
from eccles.data.spikes.binning import Binning, bin_events
from eccles.data.spikes.cache import Labelled, cached
from eccles.data.spikes.dataset import SpikeDataset, Splits
from eccles.data.spikes.hdf5 import UNSTATED, read_blocks
from eccles.data.spikes.recordings import CHANNELS, Recordings, say_channels
from eccles.errors import InputError
from eccles.events import SpikeEvents
from eccles.units import duration

_TOO_LATE = 0.99
"""If so many of all events come too late for the last bin, their times are hardly seconds."""

_EMPTY = 0.5
"""If so much of a sample comes after all events, its end was hardly meant."""

Reader = Callable[[Path, int | None, Callable[[int, int], None] | None], Iterator[Recordings]]
"""What gives the samples of a file some at a time."""

_log = logging.getLogger("eccles")


def load(source: Source, data_dir: Path | None = None, binning: Binning | None = None) -> Splits:
    """Return recordings as spikes in steps: samples to train on and samples to test on.

    The first call reads and bins the files and stores the events; later ones map them into memory.
    What is stored goes by the files' own checksums, so files that aren't the published ones, packed
    anew or of one's own, are taken as well: they are of the kind "own", and one line says so. So
    does one for events that came too late for the last bin.

    The published data sets, and ours in their form, have 700 channels. Files of one's own say how
    many they have, or get one more than the largest unit of both, which a line says.

    Raises InputError where a file isn't sound, has no samples or hardly an event in time, or
    `data_dir` lacks it, or the two files have other classes; RunError where the data is nowhere to
    be had.
    """
    folder = resolve(source, data_dir)
    paths = [(file, locate(file, folder) or folder / file.name) for file in source.files]
    loaded = [_load(source, *each, binning or Binning()) for each in paths]
    train, test = (each for each, _ in loaded)
    if train.classes != test.classes:
        raise InputError(
            f"data: {paths[0][1]} and {paths[1][1].name} must have the same extra/keys, got "
            f"{len(train.classes)} and {len(test.classes)} that differ"
        )
    if source.kind == "own":
        n_units = _channels([path for _, path in paths], [facts for _, facts in loaded])
        train, test = (
            replace(each, events=replace(each.events, n_units=n_units)) for each in (train, test)
        )
    elif "own" in {train.kind, test.kind}:
        train, test = (replace(each, kind="own") for each in (train, test))
    return Splits(train, test)


def load_file(
    path: Path, name: str, binning: Binning | None = None, read: Reader = read_blocks
) -> SpikeDataset:
    """Return one file of recordings of one's own as spikes in steps; raises what `load` raises.

    `read` gives its samples some at a time, and is told the channels if they are known.
    """
    where = f"data: {name}"
    found, facts = _load(OWN_RECORDINGS, File(path.name), path, binning or Binning(), read, where)
    n_units = _channels([path], [facts])
    return replace(found, name=name, events=replace(found.events, n_units=n_units))


def binned(where: str, recordings: Recordings, binning: Binning) -> SpikeEvents:
    """Return recordings as spikes in steps, or raise InputError where hardly any is in time."""
    try:
        found = bin_events(recordings, binning)
    except InputError as error:
        raise InputError(f"{where} doesn't fit {error}") from None
    check_in_time(where, found.left_out, recordings.n_events, binning)
    _say_in_time(where, found.events, found.left_out, recordings.n_events, binning)
    return found.events


def _say_in_time(
    where: str, events: SpikeEvents, left_out: int, recorded: int, binning: Binning
) -> None:
    """Log how many events come too late for the bins, or how many bins come after all events."""
    if left_out:
        _log.warning(
            "%s has %s of %s events at %s or later, which are left out",
            where,
            f"{left_out:,}",
            f"{recorded:,}",
            duration(binning.max_time),
        )
    last = int(events.steps.max(initial=0))
    if (empty := 1.0 - (last + 1) / events.n_steps) > _EMPTY:
        _log.warning(
            "%s: nothing fires in the last %s of %s; a shorter max_time may do",
            where,
            f"{empty:.0%}",
            duration(binning.max_time),
        )


def check_in_time(where: str, left_out: int, recorded: int, binning: Binning) -> None:
    """Raise InputError unless there are spikes, and a share of them in time."""
    if not recorded:
        raise InputError(f"{where} must hold spikes, got none in all of its samples")
    if left_out >= _TOO_LATE * recorded:
        raise InputError(
            f"{where} must have events before {duration(binning.max_time)}, got {left_out:,} of "
            f"{recorded:,} later; times must be seconds: are these milliseconds? Else a longer "
            "max_time takes them"
        )


def _channels(paths: list[Path], facts: list[Mapping[str, Any]]) -> int:
    """Return the channels of two files of one's own: what they say, or what their units need."""
    stated = [each["n_units"] for each in facts]
    needed = [each["largest_unit"] + 1 for each in facts]
    pairs = zip(stated, needed, strict=True)
    n_units: int = max(n if said == UNSTATED else said for said, n in pairs)
    files = " and ".join([f"data: {paths[0]}", *(path.name for path in paths[1:])])
    if UNSTATED in stated:
        say_channels(files, n_units)
    elif min(stated) < n_units:
        _log.warning("%s say %d and %d channels; %d are taken for both", files, *stated, n_units)
    return n_units


def is_published(file: File, path: Path, sums: Digests) -> bool | None:
    """Return whether a file is as published, or None where no checksum of its form is known."""
    if file.sha256:
        return hashlib.sha256(contents(path)).hexdigest() == file.sha256
    forms = {f"{file.plain}.gz": file.gzip_md5, file.name: file.md5, file.plain: file.unpacked_md5}
    expected = forms.get(path.name)
    return sums.md5 == expected if expected else None


def checksums(path: Path) -> Digests:
    """Return the checksums of a file; one that hasn't changed since isn't read again.

    Raises RunError where the file can't be read.
    """
    try:
        found = path.stat()
    except OSError as error:
        raise unreadable(path, error) from None
    return _checksums(path, found.st_mtime_ns, found.st_size)


@lru_cache(maxsize=16)
def _checksums(path: Path, *_state: int) -> Digests:
    with reading(f"checking {path.name}", path) as advance:
        return digests(path, advance)


def examine(file: File, path: Path) -> str:
    """Read all of a file and return what is peculiar about it, if anything; raise what is wrong."""
    sums = checksums(path)
    _encode(f"data: {path}", path, Binning(), None if file in OWN_RECORDINGS.files else CHANNELS)
    return "" if is_published(file, path, sums) is not False else "not as published, but sound"


def _load(
    source: Source,
    file: File,
    path: Path,
    binning: Binning,
    read: Reader = read_blocks,
    where: str = "",
) -> tuple[SpikeDataset, Mapping[str, Any]]:
    where = where or f"data: {path}"
    n_units = None if source.kind == "own" else CHANNELS
    sums = checksums(path)
    published = is_published(file, path, sums)
    if published is False:
        _log.warning(
            "data: %s isn't the file that was published, by its checksum; it is used as it is, as "
            "data of your own",
            path,
        )
    description = {
        "data": source.name,
        "sha256": [sums.sha256],
        "encoding": {"code": "bins", "max_time": binning.max_time, "clip": binning.clip},
        "n_steps": binning.n_steps,
        "n_units": n_units or UNSTATED,
        "dt": binning.dt,
    }
    encoded = cached(description, lambda: _encode(where, path, binning, n_units, read))
    facts = encoded.facts
    said = facts["left_out"], facts["recorded"]
    _say_in_time(where, encoded.events, *said, binning)
    dataset = SpikeDataset(
        source.name,
        "own" if published is False else source.kind,
        encoded.events,
        encoded.labels,
        tuple(facts["keys"]),
        encoded.speakers,
        facts["info"],
        "" if published else sums.sha256,
    )
    return dataset, facts


def _encode(
    where: str, path: Path, binning: Binning, n_units: int | None, read: Reader = read_blocks
) -> Labelled:
    events, labels, speakers = [], [], []
    left_out = recorded = largest = 0
    with reading(f"reading {path.name}", path) as advance:
        for part in read(path, n_units, advance):
            try:
                binned = bin_events(part, binning)
            except InputError as error:
                raise InputError(f"{where} doesn't fit {error}") from None
            events.append(binned.events)
            labels.append(part.labels)
            speakers.append(part.speakers)
            left_out += binned.left_out
            recorded += part.n_events
            largest = max(largest, int(part.units.max(initial=0)))
    if not recorded:
        got = f"{sum(map(len, labels))} samples without any"
        raise InputError(f"{where} must hold spikes, got {got}; write it anew")
    check_in_time(where, left_out, recorded, binning)
    return Labelled(
        # A file that says how many channels it has is stored as one that doesn't.
        SpikeEvents.joined([replace(each, n_units=n_units or UNSTATED) for each in events]),
        np.concatenate(labels),
        np.concatenate(speakers) if len(speakers[0]) else None,
        {
            "keys": list(part.keys),
            "info": {name: values.tolist() for name, values in part.info.items()},
            "n_units": part.n_units,
            "largest_unit": largest,
            "left_out": left_out,
            "recorded": recorded,
        },
    )
