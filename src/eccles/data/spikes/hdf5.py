"""The HDF5 layout of the Heidelberg data sets (SHD, SSC): spikes at times, and who spoke.

Group or data set, its type and its length, for B samples of K classes by S speakers::

    spikes/times            B x float16[]   seconds
    spikes/units            B x uint16[]    channel
    labels                  B x uint16      index of the word in extra/keys
    extra/keys              K x bytes       the words, in UTF-8
    extra/speaker           B x uint16      index of the speaker in each meta_info
    extra/meta_info/gender, age, body_height    S of each

and for what isn't of the 700 channels of those data sets an attribute of the file, n_units.

Cramer et al. (2022), doi 10.1109/TNNLS.2020.3044364.
"""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eccles.data.files.archives import most_unpacked, unzip, why
from eccles.data.files.hdf5_columns import column, group, lists, parts, together
from eccles.data.files.hdf5_heaps import check_heaps
from eccles.data.files.hdf5_lists import check_lists
from eccles.data.files.verified import GZIP, contents
from eccles.data.spikes.recordings import Recordings
from eccles.errors import InputError, RunError, must
from eccles.reading import check_file
from eccles.storage import write_whole

_ZIP = b"PK\x03\x04"
_BLOCK = 1024
"""Samples that are read at a time."""

_SPIKES, _EXTRA = ("spikes/times", "spikes/units", "labels"), ("extra/keys", "extra/speaker")


UNSTATED = 65536
"""Number of channels of a file that doesn't state how many it has: units are 16-bit numbers."""


def write(path: Path, recordings: Recordings, *, state_channels: bool = True) -> None:
    """Write recordings in the layout above; a name that ends in .gz is gzipped.

    The same recordings give the same bytes. Times keep the 11 bits that float16 has, which are
    0.5 ms at half a second and 1 ms at a whole one. With `state_channels`
    the file says how many channels there are, which the published ones don't say. Raises
    StorageError where the folder can't be written.
    """
    if path.suffix == ".gz":
        write_whole(path, lambda aside: _write_packed(aside, recordings, state_channels))
    else:
        write_whole(path, lambda aside: _write(aside, recordings, state_channels))


def read(path: Path, n_units: int | None = None) -> Recordings:
    """Return all that a file in the layout above holds, be it plain, in gzip or in zip.

    Unless given, the number of channels is what the file says; one more than the largest unit
    where it says nothing, which a line does then.

    `extra/speaker` and `extra/meta_info` may lack. Raises InputError where it isn't HDF5, is cut
    short, lacks a part, or its content breaks a rule of `Recordings`; RunError where it is packed
    and damaged.
    """
    whole = Recordings.joined(list(read_blocks(path, n_units)))
    return replace(whole, n_units=0) if n_units is None and whole.n_units == UNSTATED else whole


def read_blocks(
    path: Path, n_units: int | None = None, advance: Callable[[int, int], None] | None = None
) -> Iterator[Recordings]:
    """Give the samples of a file some at a time, in turn, for files larger than memory.

    Args:
        path: the file, in the layout above.
        n_units: N, the number of channels; what the file says unless given, or else UNSTATED.
        advance: is told how many samples have been read, and how many there are.

    Raises what `read` raises.
    """
    import h5py

    try:
        source, size = _unpacked(path)
        objects = check_heaps(source)
        with h5py.File(source, "r") as file:
            for part in parts(file, *_SPIKES, *_EXTRA, "extra/meta_info"):
                check_lists(part, source, objects)
            yield from _blocks(file, n_units, advance, size)
    except RunError:
        raise
    except InputError as error:
        raise InputError(
            f"data: {path} doesn't hold valid {error}; docs/data.md has the layout"
        ) from None
    except KeyError as error:
        raise InputError(
            f"data: {path} must be in the layout of the Heidelberg data sets, got HDF5 without "
            f"a data set {error.args[0]}; docs/data.md has it"
        ) from None
    except Exception as error:  # A damaged one may raise whatever its reader happens upon.
        reason = (isinstance(error, OSError) and error.strerror) or why(error)
        raise InputError(
            f"data: {path} must be whole HDF5, got a file that can't be read ({reason}); copy it "
            "again"
        ) from None


def _unpacked(path: Path) -> tuple[Path | io.BytesIO, int]:
    """Return a file as HDF5, and how many bytes it has; in memory where it is packed."""
    size = check_file(path).st_size
    with path.open("rb") as file:
        first = file.read(4)
    if first[:2] == GZIP:
        data = contents(path, most_unpacked(size))
        return io.BytesIO(data), len(data)
    if first != _ZIP:
        return path, size
    unpacked = io.BytesIO()
    unzip(path, unpacked)
    return unpacked, unpacked.tell()


def _blocks(
    file: Any, n_units: int | None, advance: Callable[[int, int], None] | None, size: int
) -> Iterator[Recordings]:
    n_units = n_units or _stated_channels(file)
    times = lists(file, "spikes/times", "numbers", "iuf")
    units = lists(file, "spikes/units", "whole numbers", "iu")
    labels = column(file, "labels", "whole numbers", "iu")
    keys = tuple(map(str, column(file, "extra/keys").tolist()))
    about = group(file, "extra/meta_info") or ()
    info = {name: column(file, f"extra/meta_info/{name}") for name in about}
    by_sample = {"spikes/times": times, "spikes/units": units}
    speakers = np.empty(0, np.int64)
    if "extra/speaker" in file:
        speakers = column(file, "extra/speaker", "whole numbers or names", "iuSO")
        by_sample["extra/speaker"] = speakers
    n_samples = len(labels)
    for name, part in by_sample.items():
        if len(part) != n_samples:
            got = f"{len(part)} for {n_samples} labels"
            raise InputError(f"recordings: {name} must have an entry for each label, got {got}")
    among = f"from 0 to {len(keys) - 1}, for there are {len(keys)} keys"
    _require((labels >= 0) & (labels < len(keys)), "label", among, labels)
    if speakers.dtype.kind == "U":
        # Some files name their speakers; everywhere else they are numbers.
        info["name"], speakers = np.unique(speakers, return_inverse=True)
    else:
        _check_speakers(speakers, info)
    # One block at least: a file without samples has keys all the same.
    for first in range(0, max(n_samples, 1), _BLOCK):
        chosen = slice(first, first + _BLOCK)
        # float16 gives way before anything is computed: its steps are coarse, it ends at 65,504.
        seconds, lengths = _flat(times, chosen, size, np.float32)
        channels, others = _flat(units, chosen, size)
        if (lengths != others).any():
            wrong = int((lengths != others).argmax())
            raise InputError(
                f"recordings: sample {first + wrong} must have as many times as units, got "
                f"{lengths[wrong]} and {others[wrong]}"
            )
        ends = np.cumsum(lengths)
        among = f"from 0 to {n_units - 1}"
        _require((channels >= 0) & (channels < n_units), "units", among, channels, first, ends)
        right = (seconds >= 0) & (seconds < np.inf)
        _require(right, "times", "seconds from 0 on, and finite", seconds, first, ends)
        yield Recordings(
            seconds,
            channels.astype(np.uint16),
            np.concatenate([np.zeros(1, np.int64), ends]),
            labels[chosen].astype(np.int64),
            keys,
            speakers[chosen].astype(np.int64),
            info,
            n_units,
        )
        if advance is not None:
            advance(min(first + _BLOCK, n_samples), n_samples)


def _stated_channels(file: Any) -> int:
    """Return the number of channels that a file says it has, or UNSTATED."""
    stated = file.attrs.get("n_units", UNSTATED)
    if not isinstance(stated, int | np.integer) or not 1 <= stated <= UNSTATED:
        accepted = f"a whole number from 1 to {UNSTATED:,}"
        raise must("recordings", "n_units", accepted, f"{stated!s:.40}")
    return int(stated)


def _check_speakers(speakers: NDArray[Any], info: dict[str, NDArray[Any]]) -> None:
    known = min(map(len, info.values()), default=2**31)
    accepted = f"from 0 to {known - 1}" + f", for extra/meta_info has {known} of each" * bool(info)
    _require((speakers >= 0) & (speakers < known), "speaker", accepted, speakers)


def _require(
    right: NDArray[np.bool_],
    name: str,
    accepted: str,
    values: NDArray[Any],
    first: int = 0,
    ends: NDArray[np.int64] | None = None,
) -> None:
    """Raise InputError, naming the first wrong sample, unless all values are right.

    `ends` says where the values of each sample end; the first sample has the number `first`. Unless
    given, each sample has one value.
    """
    if not right.all():
        wrong = int(right.argmin())
        sample = first + int(wrong if ends is None else np.searchsorted(ends, wrong, side="right"))
        raise must("recordings", f"{name} of sample {sample}", accepted, values[wrong].item())


def _flat(
    part: Any, chosen: slice, size: int, dtype: type | None = None
) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Return all entries of some samples, one after the other, and how many each has.

    Raises InputError where they have more bytes than the file, whose `size` bounds memory.
    """
    last = min(chosen.stop, len(part))
    rows: list[NDArray[Any]] = []
    n_bytes = 0
    step = together(part, size)
    for first in range(chosen.start, last, step):
        some = list(part[first : min(first + step, last)])
        n_bytes += sum(each.nbytes for each in some)
        if part.ndim == 1 and n_bytes > size:
            name = part.name.removeprefix("/")
            raise InputError(
                f"recordings: {name} must hold a list for each sample, got one list for several"
            )
        rows += some
    lengths = np.fromiter(map(len, rows), np.int64, len(rows))
    flat = np.concatenate(rows) if rows else np.empty(0)
    return flat.astype(dtype or flat.dtype), lengths


def _write(path: Path, recordings: Recordings, state_channels: bool) -> None:
    import h5py

    columns: dict[str, NDArray[Any]] = {
        "labels": recordings.labels.astype(np.uint16),
        "extra/keys": np.array([key.encode() for key in recordings.keys]),
    }
    if len(recordings.speakers):
        columns["extra/speaker"] = recordings.speakers.astype(np.uint16)
    for name, values in recordings.info.items():
        text = np.asarray(values)
        columns[f"extra/meta_info/{name}"] = (
            np.char.encode(text) if text.dtype.kind == "U" else text
        )
    cuts = recordings.offsets[1:-1]
    with h5py.File(path, "w") as file:
        if state_channels:
            file.attrs["n_units"] = recordings.n_units
        for name, values, kind in (
            ("spikes/times", recordings.times, np.float16),
            ("spikes/units", recordings.units, np.uint16),
        ):
            ragged = np.empty(len(recordings), object)
            if len(recordings):
                ragged[:] = np.split(values.astype(kind), cuts)
            file.create_dataset(name, data=ragged, dtype=h5py.vlen_dtype(kind), track_times=False)
        for name, column in columns.items():
            file.create_dataset(name, data=column, track_times=False)


def _write_packed(path: Path, recordings: Recordings, state_channels: bool) -> None:
    plain = path.with_name(f"{path.name}.plain")
    try:
        _write(plain, recordings, state_channels)
        # Without a name and a time in its header, gzip gives the same bytes each time.
        with path.open("wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as file:
            file.write(plain.read_bytes())
    finally:
        plain.unlink(missing_ok=True)
