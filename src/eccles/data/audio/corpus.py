"""A corpus of spoken digits as recordings, made by a number of processes at once."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import shutil
import signal
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np

from eccles.data.audio import speech
from eccles.data.audio.digits import KEYS, SPEAKERS, Split, Utterance, utter
from eccles.data.spikes.hdf5 import write
from eccles.data.spikes.recordings import CHANNELS, Recordings
from eccles.errors import must
from eccles.processes import Pool
from eccles.storage import put, unwritable

_Advance = Callable[[int], None]


def file_name(split: Split, *, packed: bool = False) -> str:
    """Return the name of a corpus's file.

    >>> file_name("train"), file_name("test", packed=True)
    ('spoken_digits_train.h5', 'spoken_digits_test.h5.gz')
    """
    return f"spoken_digits_{split}.h5{'.gz' * packed}"


def gathered(
    utterances: Iterable[Utterance], keys: tuple[str, ...], speakers: tuple[str, ...] = ()
) -> Recordings:
    """Return utterances as recordings; `speakers` are the voices that their numbers stand for.

    Times are rounded to what a file keeps of them, and events lie in order of time and unit.
    """
    each = [_rounded(one) for one in utterances]
    lengths = np.array([0, *(len(one.times) for one in each)], np.int64)
    none = np.empty(0, np.float32)
    return Recordings(
        np.concatenate([none, *(one.times for one in each)]),
        np.concatenate([none.astype(np.uint16), *(one.units for one in each)]),
        np.cumsum(lengths),
        np.array([one.label for one in each], np.int64),
        keys,
        np.array([one.speaker for one in each] if speakers else [], np.int64),
        {"voice": np.array(speakers)} if speakers else {},
        CHANNELS,
    )


def in_milliseconds(recordings: Recordings) -> Recordings:
    """Return recordings with times to the millisecond, in order of time and unit."""
    times = (recordings.times * 1000).round() / 1000
    times = times.astype(np.float16).astype(np.float32)
    sample = np.repeat(np.arange(len(recordings)), np.diff(recordings.offsets))
    order = np.lexsort((recordings.units, times, sample))
    return replace(recordings, times=times[order], units=recordings.units[order])


def _rounded(one: Utterance) -> Utterance:
    times = one.times.astype(np.float16).astype(np.float32)
    order = np.lexsort((one.units, times))
    return one._replace(times=times[order], units=one.units[order])


def digits(
    split: Split, n: int, seed: int = 0, jobs: int = 1, advance: _Advance | None = None
) -> Recordings:
    """Return the first n samples of a split; the same whatever the number of processes.

    Args:
        split: "train" or "test", which share no speaker.
        n: samples.
        seed: of all that is drawn at random.
        jobs: processes.
        advance: is called with 1 after every sample.

    Raises RunError without espeak-ng.
    """
    if n < 1:
        raise must("digits", split, "a whole number above 0", n, "20 say each word once")
    if jobs < 1:
        raise must("digits", "jobs", "a whole number above 0", jobs)
    speech.version()  # Where it is absent, better to say so before any process starts.
    made = []
    with _mapped(jobs) as mapped:
        for one in mapped(partial(utter, seed, split), range(n)):
            made.append(one)
            if advance is not None:
                advance(1)
    return gathered(made, KEYS, SPEAKERS)


def write_digits(
    out: Path,
    train: int,
    test: int,
    seed: int = 0,
    jobs: int = 1,
    *,
    packed: bool = False,
    advance: _Advance | None = None,
) -> dict[Split, Recordings]:
    """Make both splits and put their files into the folder `out`, in the place of older ones.

    Packed files are gzip, and hold times in whole milliseconds: a third of the bytes. Raises
    StorageError where the folder can't be written.
    """
    made: dict[Split, Recordings] = {}
    sizes: dict[Split, int] = {"train": train, "test": test}
    for split, n in sizes.items():
        made[split] = digits(split, n, seed, jobs, advance)
        if packed:
            made[split] = in_milliseconds(made[split])
    aside = out / f".digits-{os.getpid()}"
    try:
        for split in made:
            # Their number of channels goes by the data set's name, and their bytes are known.
            write(aside / file_name(split, packed=packed), made[split], state_channels=False)
        # Both at once: a kill while they are made leaves no new file beside an old one.
        for split in made:
            (out / file_name(split, packed=not packed)).unlink(missing_ok=True)
            name = file_name(split, packed=packed)
            put(aside / name, out / name)
    except OSError as error:
        raise unwritable(out, error) from None
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return made


def older(out: Path) -> list[Path]:
    """Return the files in a folder that `write_digits` would replace."""
    splits: tuple[Split, ...] = ("train", "test")
    each = (out / file_name(split, packed=packed) for split in splits for packed in (False, True))
    return [path for path in each if path.is_file()]


_Mapped = Callable[[Callable[[int], Utterance], Iterable[int]], Iterator[Utterance]]


@contextlib.contextmanager
def _mapped(jobs: int) -> Iterator[_Mapped]:
    if jobs == 1:
        yield map
        return
    context = multiprocessing.get_context("spawn")
    executor = Pool(jobs, mp_context=context, initializer=_leave_ctrl_c)
    try:
        yield partial(executor.map, chunksize=8)
    except BaseException:
        executor.shutdown(wait=False, cancel_futures=True)
        raise
    executor.shutdown()


def _leave_ctrl_c() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
