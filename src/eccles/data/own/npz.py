"""An npz of one's own: images or spikes with their labels, and a test set if it has one.

Arrays and their shapes, for N samples::

    images, labels                   [N, H, W], [N]
    spikes, labels                   [N, T, units] counts, [N]
    times, units, offsets, labels    [E] seconds, [E], [N + 1], [N]: events of all samples in turn

Test sets have names with test_ before them. x_train, y_train, x_test and y_test serve too.
"""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eccles.arrays import whole_numbers
from eccles.data.files.archives import arrays, why
from eccles.data.files.verified import contents
from eccles.data.own.pixels import encoded
from eccles.data.spikes.binning import Binning, check_unbinned
from eccles.data.spikes.dataset import SpikeDataset
from eccles.data.spikes.labels import as_classes
from eccles.data.spikes.recordings import Recordings
from eccles.data.spikes.spoken import binned
from eccles.errors import InputError, listed, must
from eccles.events import SpikeEvents

MOST = 2**30
"""Bytes of all arrays, unpacked."""

_NAME = re.compile(
    r"(?:(train|test)_)?(images|spikes|times|units|offsets|labels|x|y)(?:_(train|test))?", re.I
)
_ROLES = {"x": "images", "y": "labels"}
_SHARED = ("classes", "n_units", "dt")
_FORMS = ({"images", "labels"}, {"spikes", "labels"}, {"times", "units", "offsets", "labels"})

Arrays = dict[str, NDArray[Any]]


def load_npz(
    path: Path, name: str, binning: Binning | None
) -> tuple[SpikeDataset, SpikeDataset | None]:
    """Return the samples of an npz, and those to test on if it has some.

    Raises InputError for arrays of another kind, RunError for a damaged file.
    """
    data = contents(path, MOST)
    where = f"data: {name}"
    parts, shared = _parts(where, data)
    kinds = [_form(where, part) for part in parts]
    if kinds[0] != kinds[-1]:
        raise must(where, "what it tests on", f"{kinds[0]}, as what it trains on", kinds[-1])
    for part in parts:
        if part["labels"].ndim != 1:
            raise must(where, "labels", "one a sample, [N]", list(part["labels"].shape))
    sizes = [len(part["labels"]) for part in parts]
    labels = np.concatenate([part["labels"] for part in parts])
    numbers, classes = as_classes(where, labels, shared.get("classes"))
    events = _events(where, kinds[0], parts, shared, binning)
    sha256 = hashlib.sha256(data).hexdigest()
    made, first = [], 0
    for size, each in zip(sizes, events, strict=True):
        if len(each) != size:
            raise must(where, "the number of labels", f"{len(each)}, one a sample", size)
        own = numbers[first : first + size]
        made.append(SpikeDataset(name, "own", each, own, classes, sha256=sha256))
        first += size
    return made[0], made[1] if len(made) > 1 else None


def form_of(path: Path, name: str) -> str:
    """Return which arrays the samples are: "images", "spikes" or "times"."""
    where = f"data: {name}"
    parts, _ = _parts(where, contents(path, MOST))
    return _form(where, parts[0])


def _parts(where: str, data: bytes) -> tuple[list[Arrays], Arrays]:
    """Return the arrays of each part, by what they are, and those for both."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = [each.removesuffix(".npy") for each in archive.namelist()]
        taken = {each: match for each in names if (match := _NAME.fullmatch(each))}
        chosen = arrays(data, [*taken, *(each for each in names if each in _SHARED)], MOST)
    except Exception as error:  # A damaged one may raise whatever its reader happens upon.
        got = why(error)
        hint = "images of several sizes, and lists of several lengths, have no place in one array"
        said = f"; {hint}" if "array of objects" in got else ""
        raise InputError(f"{where} must be a readable npz of arrays, got {got}{said}") from None
    found: dict[str, Arrays] = {"train": {}, "test": {}}
    for each, named in taken.items():
        part = (named[1] or named[3] or "train").lower()
        role = named[2].lower()
        found[part][_ROLES.get(role, role)] = chosen[each]
    if not found["train"]:
        forms = "images and labels, spikes and labels, or times, units, offsets and labels"
        raise InputError(f"{where} must hold arrays {forms}, got {listed(names) or 'none'}")
    shared = {each: chosen[each] for each in _SHARED if each in chosen}
    return [part for part in found.values() if part], shared


def _form(where: str, part: Arrays) -> str:
    for form in _FORMS:
        if form <= part.keys():
            return min(form - {"labels", "units", "offsets"})
    if "labels" not in part:
        hint = "labels are whole numbers or words, one a sample"
        raise InputError(f"{where} must have labels, got {listed(part)} alone; {hint}")
    accepted = "images, spikes, or times with units and offsets"
    raise InputError(f"{where} must have {accepted} beside its labels, got {listed(part)}")


def _events(
    where: str, form: str, parts: list[Arrays], shared: Arrays, binning: Binning | None
) -> list[SpikeEvents]:
    if form == "times":
        return _recorded(where, parts, shared, binning or Binning())
    check_unbinned(where, form, binning)
    if form == "images":
        return encoded(where, [part["images"] for part in parts])
    dt = float(_single(where, shared, "dt", "a time above 0 in seconds") or 1e-3)
    made = []
    for part in parts:
        raster = part["spikes"]
        if raster.ndim != 3:
            raise must(where, "spikes", "counts [N, T, units]", list(raster.shape))
        try:
            made.append(SpikeEvents.from_dense(raster.transpose(1, 0, 2), dt))
        except InputError as error:
            raise InputError(f"{where} doesn't hold valid {error}") from None
    return made


def _recorded(
    where: str, parts: list[Arrays], shared: Arrays, binning: Binning
) -> list[SpikeEvents]:
    units = [whole_numbers(where, "units", part["units"]) for part in parts]
    n_units = _single(where, shared, "n_units", "a whole number above 0")
    if n_units is None:
        n_units = max(int(each.max(initial=0)) for each in units) + 1
    elif n_units % 1:
        raise must(where, "n_units", "a whole number above 0", n_units)
    made = []
    for part in parts:
        try:
            recordings = Recordings(
                part["times"],
                part["units"],
                part["offsets"],
                np.zeros(len(part["labels"]), np.int64),
                ("any",),
                n_units=int(n_units),
            )
        except InputError as error:
            raise InputError(f"{where} doesn't hold valid {error}") from None
        made.append(binned(where, recordings, binning))
    return made


def _single(where: str, shared: Arrays, name: str, accepted: str) -> float | None:
    """Return a number above 0 that is for all parts, or None where there is none."""
    if name not in shared:
        return None
    found = shared[name]
    if found.size != 1 or found.dtype.kind not in "iuf" or not 0 < float(found.flat[0]) < np.inf:
        raise must(where, name, accepted, found.tolist())
    return float(found.flat[0])
