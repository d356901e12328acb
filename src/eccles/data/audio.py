"""Audio files of one's own as recordings: a folder of folders, one for each class."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from eccles import seeds
from eccles.data.cochlea import hear
from eccles.data.corpus import gathered
from eccles.data.digits import Utterance
from eccles.data.recordings import Recordings
from eccles.errors import InputError

SUFFIXES = frozenset({".wav", ".flac", ".ogg"})


class Encoded(NamedTuple):
    """Recordings of a folder, and why files were left out, by path."""

    recordings: Recordings
    skipped: dict[Path, str]


def read_audio(path: Path) -> tuple[NDArray[np.float32], int]:
    """Return an audio file's samples, its channels mixed into one, and samples a second.

    Raises InputError where it can't be read or holds no sound, or without the extra `audio`.
    """
    try:
        import soundfile
    except (ImportError, OSError):
        raise InputError(
            "audio: reading audio needs the package soundfile; pip install 'eccles[audio]'"
        ) from None
    try:
        samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    except (soundfile.SoundFileError, OSError, ValueError) as error:
        raise InputError(f"audio: {path} must be readable audio, got {error}") from None
    if not len(samples) or not np.isfinite(samples).all():
        got = "no samples" if not len(samples) else "samples that are no numbers"
        raise InputError(f"audio: {path} must hold sound, got {got}")
    return samples.mean(axis=1), int(rate)


def classes_of(folder: Path) -> dict[str, list[Path]]:
    """Return the audio files of each subfolder that has any, in alphabetical order.

    Raises InputError where there are none.
    """
    found = {}
    for sub in sorted(folder.iterdir() if folder.is_dir() else ()):
        files = [path for path in sorted(sub.rglob("*")) if path.suffix.lower() in SUFFIXES]
        if files and not sub.name.startswith("."):
            found[sub.name] = files
    if not found:
        kinds = ", ".join(sorted(SUFFIXES))
        raise InputError(
            f"audio: {folder} must hold a folder for each class with audio in it ({kinds}), got "
            f"none; name the folders as the classes, such as {folder / 'yes'} and {folder / 'no'}"
        )
    return found


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
    classes = classes_of(folder)
    made: list[Utterance] = []
    skipped: dict[Path, str] = {}
    listed = [(label, path) for label, files in enumerate(classes.values()) for path in files]
    for index, (label, path) in enumerate(listed):
        try:
            times, units = hear(*read_audio(path), seeds.key(seed, "hearing audio", index))
            made.append(Utterance(times, units, label, 0))
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
    return Encoded(gathered(made, tuple(classes)), skipped)
