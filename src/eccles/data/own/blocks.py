"""Files of neo, by which tools of electrophysiology exchange spikes: trials with their labels."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from eccles.data.files import mat5
from eccles.data.files.archives import why
from eccles.data.files.verified import MOST_ON_DISK
from eccles.data.own.names import BLOCKS
from eccles.data.spikes.labels import as_classes
from eccles.data.spikes.recordings import Recordings
from eccles.errors import InputError, listed, must
from eccles.neo_blocks import imported, seconds_of, spikes_of, units_of
from eccles.reading import check_file

_READERS: dict[str, tuple[str, str, dict[str, str]]] = {
    ".mat": ("NeoMatlabIO", "scipy", {}),
    ".nix": ("NixIO", "nixio", {"mode": "ro"}),
    ".nwb": ("NWBIO", "pynwb", {"mode": "r"}),
}
"""Neo's reader of each kind of file, the package that it needs, and how it opens one."""

_HINT = "docs/data.md says how labels get in"


class _Trial(NamedTuple):
    times: NDArray[np.floating[Any]]
    units: NDArray[np.int64]
    label: Any


def read_trials(
    path: Path,
    n_units: int | None = None,
    advance: Callable[[int, int], None] | None = None,  # noqa: ARG001 - neo doesn't say.
) -> Iterator[Recordings]:
    """Give the trials of a file that neo reads, all at once.

    A segment with the annotation `label` is a trial. One without it is a recording in one piece, of
    which each labelled interval of its epoch is a trial.

    Args:
        path: the file.
        n_units: number of units; what the file says or needs unless given.
        advance: as for files that are read some at a time.

    Raises InputError for a file that can't be read or has no labels, and without neo.
    """
    where = f"data: {path}"
    blocks = _read(where, path)
    segments = [segment for block in blocks for segment in block.segments]
    if not segments:
        raise InputError(
            f"{where} must hold a block of neo with segments, got none; arrays of your own go into "
            "a npz: numpy.savez with times, units, offsets, labels (scipy.io.loadmat reads a .mat)"
        )
    try:
        trials = [
            trial
            for number, segment in enumerate(segments)
            for trial in _trials(f"segment {number}", segment)
        ]
        most = max([*map(units_of, blocks), *(spikes_of(each).n_units for each in segments)])
        if not most:
            raise InputError(f"trials: there must be spike trains, got none in {len(trials):,}")
        labels, classes = as_classes("labels", [each.label for each in trials])
        times, units = ([each[part] for each in trials] for part in range(2))
        yield Recordings.of_trials(times, units, labels, classes, n_units or most)
    except InputError as error:
        raise InputError(f"{where} doesn't hold valid {error}") from None


def _trials(where: str, segment: Any) -> Iterator[_Trial]:
    times, units, *_, start = spikes_of(segment)
    if (said := segment.annotations.get("label")) is not None:
        yield _Trial(times, units, _label(where, said))
        return
    named = [epoch for epoch in segment.epochs if len(epoch.labels)]
    if len(named) != 1:
        got = "neither" if not named else f"epochs {listed(epoch.name for epoch in named)}"
        accepted = "the annotation label, or one epoch of labelled intervals"
        raise InputError(f"labels: {where} must have {accepted}, got {got}; {_HINT}")
    begins = np.atleast_1d(seconds_of(named[0].times)) - start
    lasts = np.broadcast_to(seconds_of(named[0].durations), begins.shape)
    for begin, last, label in zip(begins, lasts, named[0].labels, strict=True):
        inside = (times >= begin) & (times < begin + last)
        yield _Trial(times[inside] - begin, units[inside], _label(where, label))


def _label(where: str, said: Any) -> str | int:
    """Return a label as a word or a whole number, which some files keep with a point."""
    value = said.item() if isinstance(said, np.ndarray | np.generic) and said.size == 1 else said
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if not isinstance(value, str | int):
        raise must("labels", f"the label of {where}", "a word or a whole number", value)
    # MATLAB has words of one length alone in an array, with spaces after the shorter ones.
    return value.rstrip(" ") if isinstance(value, str) else value


def _read(where: str, path: Path) -> list[Any]:
    """Return the blocks of a file, read by what its name ends in; neo's guesses take pickles."""
    neo = imported(where)
    suffix = next(each for each in BLOCKS if path.name.endswith(each))
    reader, package, mode = _READERS[suffix]
    try:
        import_module(package)
    except ImportError:
        raise InputError(f"{where} needs the package {package}; pip install {package}") from None
    try:
        check_file(path, MOST_ON_DISK)
        if suffix == ".mat":
            mat5.check(path)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            file = getattr(neo.io, reader)(str(path), **mode)
            file.logger = _silent()
            try:
                blocks = [each for each in file.read() if each is not None]
            finally:
                getattr(file, "close", lambda: None)()
    except Exception as error:  # A damaged one may raise whatever its reader happens upon.
        reason = (isinstance(error, OSError) and error.strerror) or why(error)
        raise InputError(
            f"{where} must be a file that neo reads by {reader}, got one that it can't ({reason})"
        ) from None
    return blocks


def _silent() -> logging.Logger:
    """Return a logger of nobody: what is wrong with a file is said once, by us."""
    quiet = logging.Logger("neo")
    quiet.addHandler(logging.NullHandler())
    return quiet
