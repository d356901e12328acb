"""`eccles data make-digits` and `encode-audio`: sound, heard by a cochlea, as a file of spikes."""

from __future__ import annotations

import json as json_format
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import tyro

from eccles.cli.bar import bar
from eccles.cli.flags import flag
from eccles.errors import counted, must

if TYPE_CHECKING:
    from eccles.data.spikes.recordings import Recordings


def make_digits(
    out: Annotated[Path | None, flag("DIR", "(default: spoken-digits in the cache)")] = None,
    train: int = 8_000,
    test: int = 2_000,
    seed: int = 0,
    jobs: int = 1,
    packed: bool = False,
    json: bool = False,
) -> None:
    """Make spoken digits: a synthetic data set in the form of the Spiking Heidelberg Digits.

    The digits 0 to 9 in English and German are spoken by espeak-ng (Debian's package of that
    name) in twelve voices, of which two are for the test set alone, in rooms with echo, other
    people and noise, and heard by a cochlea of 700 channels. It isn't the Heidelberg data. The
    same numbers give the same spikes, whatever --jobs.

    Args:
        out: folder for the two files; older digits there are replaced.
        train: samples to train on; every 200 hold each word by each of ten speakers once.
        test: samples to test on; every 40 hold each word by each of the two other speakers once.
        seed: of speeds, pitches, rooms with what is heard in them, and the chance of nerve fibres.
        jobs: processes.
        packed: gzip the files, with times in whole milliseconds: a third of the size.
        json: print JSON instead of text.
    """
    from eccles.data.audio.corpus import file_name, older, write_digits
    from eccles.data.files.sources import cache_folder, expanded

    folder = expanded(out) if out else cache_folder() / "spoken-digits"
    replaced = [path.name for path in older(folder)]
    start = time.perf_counter()
    with bar("speaking and hearing", train + test) as advance:
        made = write_digits(folder, train, test, seed, jobs, packed=packed, advance=advance)
    seconds = time.perf_counter() - start
    if replaced:
        print(f"replaced older {' and '.join(replaced)} in {folder}", file=sys.stderr)
    rows = [
        {"file": str(folder / file_name(split, packed=packed)), **summary(recordings)}
        for split, recordings in made.items()
    ]
    _print(rows, seconds, json)


def encode_audio(
    folder: tyro.conf.Positional[Path],
    out: Path,
    seed: int = 0,
    strict: bool = False,
    json: bool = False,
) -> None:
    """Let a cochlea hear audio files, and write their spikes as one file of 700 channels.

    Each subfolder of FOLDER is a class, named as it is; WAV, FLAC and OGG of any rate are read,
    and channels are mixed. A file that can't be read is named and left out. To train on them,
    make two files of the same classes, DIR/train.h5 and DIR/test.h5, best of different speakers:
    eccles train --data own-recordings --data-dir DIR.

    Args:
        folder: holds a folder for each class.
        out: the file to write, in the layout of the Heidelberg data sets; .h5 or .h5.gz.
        seed: of the chance of nerve fibres.
        strict: fail at the first file that can't be read.
        json: print JSON instead of text.
    """
    from eccles.data.audio.sound_files import encode_folder, survey
    from eccles.data.files.sources import expanded
    from eccles.data.spikes.hdf5 import write

    source, path = expanded(folder), expanded(out)
    if not path.name.endswith((".h5", ".h5.gz")):
        raise must("encode-audio", "--out", "a file's name that ends in .h5 or .h5.gz", str(out))
    start = time.perf_counter()
    classes, unused = survey(source)
    with bar("hearing", sum(map(len, classes.values()))) as advance:
        recordings, skipped, doubtful = encode_folder(source, seed, strict=strict, advance=advance)
    write(path, recordings)
    for reason in skipped.values():
        print(f"left out: {reason}", file=sys.stderr)
    for verb, found in (("not used", unused), ("taken as they are", doubtful)):
        for what, paths in found.items():
            print(f"{verb}: {what}: {len(paths):,}, such as {paths[0]}", file=sys.stderr)
    row = {
        "file": str(path),
        **summary(recordings),
        "skipped": list(map(str, skipped)),
        "remarks": {what: list(map(str, paths)) for what, paths in (unused | doubtful).items()},
    }
    _print([row], time.perf_counter() - start, json)
    if not json:
        print(
            "as DIR/train.h5, beside a DIR/test.h5, it is trained on by `eccles train --data "
            "own-recordings --data-dir DIR`"
        )


def summary(recordings: Recordings) -> dict[str, Any]:
    """Return how many samples, classes and events there are, and when the last events fall."""
    import numpy as np

    lengths = np.diff(recordings.offsets)
    last = [
        float(recordings.times[first:end].max())
        for first, end in zip(recordings.offsets[:-1], recordings.offsets[1:], strict=True)
        if end > first
    ]
    return {
        "samples": len(recordings),
        "classes": list(recordings.keys),
        "events_mean": float(lengths.mean()),
        "events_least": int(lengths.min()),
        "events_most": int(lengths.max()),
        "last_event_mean_s": float(np.mean(last)) if last else None,
        "last_event_least_s": min(last, default=None),
        "last_event_most_s": max(last, default=None),
    }


def _print(rows: list[dict[str, Any]], seconds: float, json: bool) -> None:
    if json:
        print(json_format.dumps({"seconds": seconds, "files": rows}, indent=2))
        return
    for row in rows:
        print(
            f"{row['file']}: {counted(row['samples'], 'sample')} of "
            f"{counted(len(row['classes']), 'class')}, "
            f"{row['events_mean']:,.0f} events a sample ({row['events_least']:,} to "
            f"{row['events_most']:,})"
            + (
                f", the last after {row['last_event_mean_s']:.2f} s "
                f"({row['last_event_least_s']:.2f} to {row['last_event_most_s']:.2f})"
                if row["last_event_mean_s"] is not None
                else ""
            )
        )
        if row.get("skipped"):
            print(f"{counted(len(row['skipped']), 'file')} left out, as unreadable")
    print(f"made in {seconds:.1f} s")
