"""Encoded events on disk, mapped into memory: images are encoded once, then open in no time."""

from __future__ import annotations

import hashlib
import json
import logging
import shutil
import time
import uuid
import zlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from eccles.data.files.mapped import crc32, mapped
from eccles.data.files.sources import cache_folder
from eccles.events import SpikeEvents
from eccles.reading import read_bytes
from eccles.storage import put

FORMAT = 1
_DESCRIPTION = "description.json"
_DTYPES = {
    "offsets": np.int64,
    "labels": np.int64,
    "speakers": np.int64,
    "steps": np.uint16,
    "units": np.uint16,
    "counts": np.uint8,
}
_BY_SAMPLE = {"offsets", "labels", "speakers"}
_log = logging.getLogger("eccles")


class Labelled(NamedTuple):
    """Events, and what goes with them.

    Attributes:
        events: the samples.
        labels: the class of each, int64 [B].
        speakers: who speaks in each, int64 [B], where that is known.
        facts: what else is to be kept with them, as JSON can say it.
    """

    events: SpikeEvents
    labels: NDArray[np.int64]
    speakers: NDArray[np.int64] | None = None
    facts: Mapping[str, Any] = MappingProxyType({})


def events_folder() -> Path:
    """Return the folder that holds one folder for each encoded set."""
    return cache_folder() / "events"


def cached(description: Mapping[str, Any], build: Callable[[], Labelled]) -> Labelled:
    """Return the events that `description` describes: from disk, or built and put there.

    The description says all that the events depend on (source checksums, encoding, n_steps,
    n_units, dt), and its hash names the folder. `build` gives the samples one after another in
    memory, as an encoder does. What was damaged is built again. Where the folder can't be written
    the events stay in memory. Several processes may build at once: the first to finish wins, and
    the others use what it stored.
    """
    identity = {"format": FORMAT, **description}
    text = json.dumps(identity, sort_keys=True)
    folder = events_folder() / hashlib.sha256(text.encode()).hexdigest()[:16]
    found = load(folder, identity)
    if found is not None:
        return found
    built = build()
    try:
        _store(folder, identity, built)
    except OSError as error:
        _log.info("data: events stay in memory, for %s can't be written (%s)", folder, error)
        return built
    return load(folder, identity) or built


def load(folder: Path, identity: Mapping[str, Any]) -> Labelled | None:
    """Return the stored events, mapped read-only, or None unless all is there and fits."""
    try:
        stored = json.loads(read_bytes(folder / _DESCRIPTION))
        if stored["identity"] != identity:
            return None
        arrays = {name: _open(folder, name) for name in stored["crc32"]}
        offsets, labels, steps = arrays["offsets"], arrays["labels"], arrays["steps"]
        facts = stored.get("facts", {})
        sound = (
            all(array.dtype == _DTYPES[name] and array.ndim == 1 for name, array in arrays.items())
            and len(offsets) == len(labels) + 1
            and offsets[0] == 0
            and bool((np.diff(offsets) >= 0).all())
            and all(len(arrays[n]) == offsets[-1] for n in arrays if n not in _BY_SAMPLE)
            and len(arrays.get("speakers", labels)) == len(labels)
            and stored.get("facts_crc32", _text_crc32(facts)) == _text_crc32(facts)
            # A kernel trusts every number, so a file that rotted must not reach it.
            and all(crc32(array) == stored["crc32"][name] for name, array in arrays.items())
        )
        if not sound:
            return None
        events = SpikeEvents(
            offsets[:-1],
            offsets[1:],
            steps,
            arrays["units"],
            arrays.get("counts"),
            identity["n_steps"],
            identity["n_units"],
            identity["dt"],
        )
        return Labelled(events, labels, arrays.get("speakers"), facts)
    except (OSError, ValueError, EOFError, LookupError, TypeError, AttributeError, RecursionError):
        return None


def is_mapped(events: SpikeEvents) -> bool:
    """Return whether the events lie in a mapped file rather than in memory."""
    return isinstance(events.steps.base, np.memmap)


def damage(folder: Path) -> str:
    """Return what is wrong with a folder of stored events, or an empty text; reads all of it."""
    try:
        if folder.name.startswith("."):
            # A build that is still going on is no fault; an hour is far longer than any takes.
            abandoned = time.time() - folder.stat().st_mtime > 3600
            return "left by a build that was cut off" if abandoned else ""
        stored = json.loads(read_bytes(folder / _DESCRIPTION))
        if load(folder, stored["identity"]) is None:
            for name, expected in stored["crc32"].items():
                with suppress(OSError, ValueError, EOFError):
                    if crc32(_open(folder, name)) != expected:
                        return f"{name}.npy has changed since it was stored"
            return "files that are missing, cut short or don't fit together"
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return "no readable description"
    return ""


def _open(folder: Path, name: str) -> NDArray[Any]:
    # What is kept by sample is small, and torch warns at tensors of arrays that can't be written.
    array = mapped(folder / f"{name}.npy")
    return array.copy() if name in _BY_SAMPLE else array


def _text_crc32(content: object) -> int:
    """Return a checksum of what JSON says."""
    return zlib.crc32(json.dumps(content, sort_keys=True).encode())


def _store(folder: Path, identity: Mapping[str, Any], built: Labelled) -> None:
    events = built.events
    arrays: dict[str, NDArray[Any]] = {
        "offsets": np.concatenate([np.zeros(1, np.int64), events.ends]),
        "labels": built.labels,
        "steps": events.steps,
        "units": events.units,
    }
    if events.counts is not None:
        arrays["counts"] = events.counts
    if built.speakers is not None:
        arrays["speakers"] = built.speakers
    folder.parent.mkdir(parents=True, exist_ok=True)
    aside = folder.with_name(f".{folder.name}-{uuid.uuid4().hex}")
    aside.mkdir()
    try:
        for name, array in arrays.items():
            np.save(aside / f"{name}.npy", array, allow_pickle=False)
        sums = {name: crc32(array) for name, array in arrays.items()}
        facts = dict(built.facts)
        description = {
            "identity": identity,
            "crc32": sums,
            "facts": facts,
            "facts_crc32": _text_crc32(facts),
        }
        text = json.dumps(description, indent=2)
        (aside / _DESCRIPTION).write_text(text + "\n", encoding="utf-8")
        _put(aside, folder, identity)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _put(aside: Path, folder: Path, identity: Mapping[str, Any]) -> None:
    """Give a finished folder its name, unless another process has put a sound one there."""
    for attempt in range(3):
        with suppress(OSError):
            put(aside, folder)
            return
        if load(folder, identity) is not None:
            return
        # What has the name is damaged. Another process may see that too and be quicker.
        broken = aside.with_name(f"{aside.name}-{attempt}")
        with suppress(FileNotFoundError):
            folder.rename(broken)
            shutil.rmtree(broken) if broken.is_dir() else broken.unlink()
    raise OSError(f"{folder} is damaged and stays so")
