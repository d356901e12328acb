"""The HDF5 layout of the Heidelberg data sets (SHD, SSC): spikes at times, and who spoke.

Group or data set, its type and its length, for B samples of K classes by S speakers::

    spikes/times            B x float16[]   seconds
    spikes/units            B x uint16[]    channel
    labels                  B x uint16      place of the word in extra/keys
    extra/keys              K x bytes       the words
    extra/speaker           B x uint16      place of the speaker in each meta_info
    extra/meta_info/gender, age, body_height    S of each

Cramer et al. (2022), doi 10.1109/TNNLS.2020.3044364.
"""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eccles.data.archives import unzip
from eccles.data.files import GZIP, contents
from eccles.data.recordings import CHANNELS, Recordings
from eccles.errors import InputError
from eccles.storage import write_whole

_ZIP = b"PK\x03\x04"
_BLOCK = 1024
"""Samples that are read at a time."""


def write(path: Path, recordings: Recordings) -> None:
    """Write recordings in the layout above; a name that ends in .gz is gzipped.

    The same recordings give the same bytes. Times keep the 11 bits that float16 has, which are
    0.5 ms at half a second and 1 ms at a whole one. Raises StorageError where the folder can't be
    written.
    """
    if path.suffix == ".gz":
        write_whole(path, lambda aside: _write_packed(aside, recordings))
    else:
        write_whole(path, lambda aside: _write(aside, recordings))


def read(path: Path, n_units: int = CHANNELS) -> Recordings:
    """Return all that a file in the layout above holds, be it plain, in gzip or in zip.

    `extra/speaker` and `extra/meta_info` may lack. Raises InputError where it isn't HDF5, is cut
    short, lacks a part, or its content breaks a rule of `Recordings`; RunError where it is packed
    and damaged.
    """
    return Recordings.joined(list(read_blocks(path, n_units)))


def read_blocks(
    path: Path, n_units: int = CHANNELS, advance: Callable[[int, int], None] | None = None
) -> Iterator[Recordings]:
    """Give the samples of a file some at a time, in turn, for files larger than memory.

    Args:
        path: the file, in the layout above.
        n_units: N, the number of channels.
        advance: is told how many samples have been read, and how many there are.

    Raises what `read` raises.
    """
    import h5py

    try:
        with h5py.File(_unpacked(path), "r") as file:
            yield from _blocks(file, n_units, advance)
    except InputError as error:
        raise InputError(f"data: {path} holds no sound {error}") from None
    except KeyError as error:
        raise InputError(
            f"data: {path} must be in the layout of the Heidelberg data sets, got HDF5 without "
            f"{error.args[0]}; see docs/data.md"
        ) from None
    except (OSError, RuntimeError, ValueError, TypeError) as error:
        raise InputError(
            f"data: {path} must be whole HDF5, got a file that can't be read "
            f"({str(error).splitlines()[0]}); copy it again"
        ) from None


def _unpacked(path: Path) -> Path | io.BytesIO:
    with path.open("rb") as file:
        first = file.read(4)
    if first[:2] == GZIP:
        return io.BytesIO(contents(path))
    if first != _ZIP:
        return path
    unpacked = io.BytesIO()
    unzip(path, unpacked)
    return unpacked


def _blocks(
    file: Any, n_units: int, advance: Callable[[int, int], None] | None
) -> Iterator[Recordings]:
    times, units, labels = (
        _part(file, name) for name in ("spikes/times", "spikes/units", "labels")
    )
    keys = tuple(_text(_part(file, "extra/keys")[:]).tolist())
    info = {name: _text(each[:]) for name, each in file.get("extra/meta_info", {}).items()}
    speaker = file.get("extra/speaker")
    speakers = np.empty(0, np.int64) if speaker is None else _text(speaker[:])
    if speakers.dtype.kind == "U":
        # Some files name their speakers; everywhere else they are numbers.
        info["name"], speakers = np.unique(speakers, return_inverse=True)
    speakers = speakers.astype(np.int64)
    n_samples = len(labels)
    for name, part in (("times", times), ("units", units), ("speakers", speakers)):
        if len(part) != n_samples and not (name == "speakers" and speaker is None):
            raise InputError(f"recordings: {len(part)} {name} for {n_samples} labels")
    # One block at least: a file without samples has keys all the same.
    for first in range(0, max(n_samples, 1), _BLOCK):
        chosen = slice(first, first + _BLOCK)
        moments, lengths = _flat(times[chosen], np.float32)
        channels, others = _flat(units[chosen], np.int64)
        if (lengths != others).any():
            sample = first + int((lengths != others).argmax())
            raise InputError(f"recordings: sample {sample} has other numbers of times and of units")
        if len(channels) and not 0 <= channels.min() <= channels.max() < n_units:
            wrong = channels.min() if channels.min() < 0 else channels.max()
            raise InputError(f"recordings: units must be from 0 to {n_units - 1}, got {wrong}")
        yield Recordings(
            moments,
            channels.astype(np.uint16),
            np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)]),
            labels[chosen].astype(np.int64),
            keys,
            speakers[chosen],
            info,
            n_units,
        )
        if advance is not None:
            advance(min(first + _BLOCK, n_samples), n_samples)


def _part(file: Any, name: str) -> Any:
    part = file.get(name)
    if not hasattr(part, "dtype"):  # None, or a group.
        raise KeyError(name)
    return part


def _flat(ragged: NDArray[Any], dtype: type) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Return all entries of an array of arrays, one after the other, and how many each has."""
    lengths = np.fromiter((len(each) for each in ragged), np.int64, len(ragged))
    # float16 gives way before anything is computed: its steps are coarse and it ends at 65,504.
    flat = np.concatenate(ragged) if len(ragged) else np.empty(0)
    return flat.astype(dtype), lengths


def _text(array: NDArray[Any]) -> NDArray[Any]:
    """Return an array of bytes as one of text, and any other as it is."""
    if array.dtype.kind not in "SO":
        return array
    return np.array([each.decode() if isinstance(each, bytes) else str(each) for each in array])


def _write(path: Path, recordings: Recordings) -> None:
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


def _write_packed(path: Path, recordings: Recordings) -> None:
    plain = path.with_name(f"{path.name}.plain")
    try:
        _write(plain, recordings)
        # Without a name and a time in its header, gzip gives the same bytes each time.
        with path.open("wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as file:
            file.write(plain.read_bytes())
    finally:
        plain.unlink(missing_ok=True)
