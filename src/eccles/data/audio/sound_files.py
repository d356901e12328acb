"""Audio files of one's own as recordings: a folder of folders, one for each class."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from eccles import seeds
from eccles.data.audio.corpus import gathered
from eccles.data.audio.digits import Utterance
from eccles.data.audio.hearing import hear
from eccles.data.files.archives import why
from eccles.data.spikes.recordings import Recordings
from eccles.errors import InputError
from eccles.reading import check_file

SUFFIXES = frozenset({".wav", ".flac", ".ogg"})
RATES = (1_000, 1_000_000)
"""Samples a second that sound may have; a header that says others is no header of sound."""

MOST_SECONDS = 600
"""Seconds that a file may last; a spoken word has one or two."""

_MOST_SAMPLES = 2**27
"""Samples of all channels together."""
_PIECE = 2**22
_KINDS = ", ".join(sorted(SUFFIXES))
_CUT_SHORT = re.compile(r"^data : \d+ \(should be", re.MULTILINE)
"""What libsndfile notes of a WAV whose header promises more samples than there are."""


class Audio(NamedTuple):
    """Samples of one channel, samples a second, and whether the file ends before its time."""

    samples: NDArray[np.float32]
    rate: int
    cut_short: bool


class Survey(NamedTuple):
    """The audio files of a folder by class, and what lies there unused: paths by what they are."""

    classes: dict[str, list[Path]]
    unused: dict[str, list[Path]]


class Encoded(NamedTuple):
    """Recordings of a folder.

    Attributes:
        recordings: a sample a file.
        skipped: why files were left out, by path.
        doubtful: paths of files that were taken, by what is wrong with them.
    """

    recordings: Recordings
    skipped: dict[Path, str]
    doubtful: dict[str, list[Path]]


def read_audio(path: Path) -> Audio:
    """Return what an audio file holds, its channels mixed into one.

    Raises InputError where it can't be read, holds no sound or has a rate out of `RATES`, or
    without the extra `audio`.
    """
    try:
        import soundfile
    except (ImportError, OSError):
        raise InputError(
            "audio: reading audio needs the package soundfile; pip install 'eccles[audio]'"
        ) from None
    try:
        check_file(path)
        with soundfile.SoundFile(path) as file:
            rate = int(file.samplerate)
            samples = _samples(file, min(MOST_SECONDS * rate, _MOST_SAMPLES // file.channels))
            cut_short = bool(_CUT_SHORT.search(file.extra_info)) or len(samples) < file.frames
    except (soundfile.SoundFileError, OSError, ValueError, MemoryError) as error:
        reason = (isinstance(error, OSError) and error.strerror) or why(error)
        raise InputError(f"audio: {path} must be readable audio, got {reason}") from None
    if not len(samples) or not np.isfinite(samples).all():
        got = "no samples" if not len(samples) else "samples that are no numbers"
        raise InputError(f"audio: {path} must hold sound, got {got}")
    if not RATES[0] <= rate <= RATES[1]:
        raise InputError(
            f"audio: {path} must have {RATES[0]:,} to {RATES[1]:,} samples a second, got {rate:,}"
        )
    return Audio(samples.mean(axis=1), rate, cut_short)


def _samples(file: Any, most: int) -> NDArray[np.float32]:
    """Return the samples that a file has, whatever number its header promises; [n, channels]."""
    pieces = [np.empty((0, file.channels), np.float32)]
    n_samples = 0
    while len(piece := file.read(_PIECE, dtype="float32", always_2d=True)):
        pieces.append(piece)
        n_samples += len(piece)
        if n_samples > most:
            raise ValueError(f"sound of over {most / file.samplerate:,.0f} seconds; cut it")
    return np.concatenate(pieces)


def survey(folder: Path) -> Survey:
    """Return the audio files of each subfolder that has any, in alphabetical order, and the rest.

    Raises InputError where there are none, or a folder can't be listed or is no name for a class.
    """
    _, subs, beside = next(_walked(folder))
    classes: dict[str, list[Path]] = {}
    outside = [folder / name for name in sorted(beside) if _is_audio(folder / name)]
    without, others = [], []
    for sub in sorted(each for each in subs if not each.startswith(".")):
        walked = _walked(folder / sub)
        paths = sorted(Path(inside, name) for inside, _, names in walked for name in names)
        others += [p for p in paths if not _is_audio(p) and not p.name.startswith(".")]
        if files := list(filter(_is_audio, paths)):
            if sub.encode(errors="replace").decode() != sub:
                raise InputError(f"audio: a class's folder must have a name in UTF-8, got {sub!r}")
            classes[sub] = files
        else:
            without.append(folder / sub)
    if not classes:
        raise InputError(
            f"audio: {folder} must hold a folder for each class with audio in it ({_KINDS}), got "
            f"none; name the folders as the classes, such as {folder / 'yes'} and {folder / 'no'}"
        )
    unused = {
        "audio outside the classes' folders": outside,
        "folders without audio": without,
        f"files other than {_KINDS}": others,
    }
    return Survey(classes, {what: paths for what, paths in unused.items() if paths})


def _is_audio(path: Path) -> bool:
    return path.suffix.lower() in SUFFIXES


def _walked(folder: Path) -> Iterator[tuple[str, list[str], list[str]]]:
    def refuse(error: OSError) -> None:
        raise InputError(
            f"audio: {error.filename} must be a folder that can be listed, with a folder for each "
            f"class in {folder}, got {error.strerror!r}"
        )

    return os.walk(folder, onerror=refuse)


def encode_folder(
    folder: Path,
    seed: int = 0,
    *,
    strict: bool = False,
    advance: Callable[[int], None] | None = None,
) -> Encoded:
    """Return what a cochlea hears in the audio files of a folder; its subfolders are the classes.

    Args:
        folder: holds a folder for each class.
        seed: of the cochlea's chance; a file's own stream follows its place in the list.
        strict: raise the error of a file that can't be read instead of leaving it out.
        advance: is called with 1 after every file.

    Raises InputError where nothing is left.
    """
    classes = survey(folder).classes
    made: list[Utterance] = []
    skipped: dict[Path, str] = {}
    cut_short: list[Path] = []
    silent: list[Path] = []
    listed = [(label, path) for label, files in enumerate(classes.values()) for path in files]
    for index, (label, path) in enumerate(listed):
        key = seeds.key(seed, "hearing audio", index)
        try:
            audio = read_audio(path)
            made.append(Utterance(*hear(audio.samples, audio.rate, key), label, 0))
            cut_short += [path] * audio.cut_short
            silent += [path] * (not audio.samples.any())
        except MemoryError:
            if strict:
                raise InputError(f"audio: {path} needs more memory than there is; cut it") from None
            skipped[path] = f"audio: {path} needs more memory than there is; cut it"
        except InputError as error:
            if strict or "eccles[audio]" in str(error):
                raise
            skipped[path] = str(error)
        if advance is not None:
            advance(1)
    if not made:
        raise InputError(
            f"audio: {folder} must hold audio that can be read, got {len(skipped)} files of which "
            f"none can; the first: {next(iter(skipped.values()))}"
        )
    doubtful = {"files shorter than their headers say": cut_short, "silent files": silent}
    return Encoded(
        gathered(made, tuple(classes)),
        skipped,
        {what: paths for what, paths in doubtful.items() if paths},
    )
