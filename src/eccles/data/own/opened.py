"""Data of one's own, named by its path: arrays, recordings, and folders of images or sound."""

from __future__ import annotations

from pathlib import Path

from eccles.data.files.sources import expanded
from eccles.data.own.blocks import read_trials
from eccles.data.own.divided import held_out
from eccles.data.own.folder import load_folder
from eccles.data.own.names import BLOCKS, SHARE, SUFFIXES, no_data
from eccles.data.own.npz import load_npz
from eccles.data.spikes.binning import Binning
from eccles.data.spikes.dataset import Splits
from eccles.data.spikes.hdf5 import read_blocks
from eccles.data.spikes.spoken import load_file
from eccles.errors import InputError, must


def load(path: str | Path, binning: Binning | None = None, test_share: float = SHARE) -> Splits:
    """Return what a file or folder holds, to train and to test on.

    docs/data.md says which files and folders are read. Where there is no test set, a share of each
    class is held out, the same samples every time.

    Args:
        path: the file or folder.
        binning: how times of recorded spikes become steps; images have a latency code.
        test_share: of each class, above 0 and below 1.

    Raises InputError for what isn't such data, RunError where it is damaged.
    """
    file, name = expanded(Path(path)), str(path)
    if not 0 < test_share < 1:
        raise must("data", "test_share", "above 0 and below 1", test_share)
    if not file.exists():
        raise InputError(f"data: {name} must be a file or folder, got nothing of that name")
    if file.is_dir():
        train, test = load_folder(file, name, binning)
    elif file.name.endswith(".npz"):
        train, test = load_npz(file, name, binning)
    elif file.name.endswith(SUFFIXES):
        read = read_trials if file.name.endswith(BLOCKS) else read_blocks
        train, test = load_file(file, name, binning, read), None
    else:
        raise no_data(name)
    if train.n_classes < 2:
        got = f"only {train.classes[0]!r}" if train.classes else "none"
        raise InputError(f"data: {name} must have two classes or more, got {got}")
    return held_out(train, test_share) if test is None else Splits(train, test)
