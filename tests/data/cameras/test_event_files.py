import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from eccles import data
from eccles.data import Framing, to_frames
from eccles.data.cameras import event_files
from eccles.data.cameras.event_files import read_events
from eccles.errors import InputError, RunError

FRAMING = Framing(n_frames=3, sensor=(4, 5), size=None)


def write(path: Path, seed: int) -> None:
    rng = np.random.default_rng(seed)
    path.parent.mkdir(parents=True, exist_ok=True)
    n = 20 + seed
    np.savez(
        path, x=rng.integers(0, 5, n), y=rng.integers(0, 4, n),
        t=np.sort(rng.integers(0, 10**6, n)), p=rng.integers(0, 2, n),
    )  # fmt: skip


@pytest.fixture
def folder(tmp_path):
    gestures = tmp_path / "gestures"
    for seed, name in enumerate(["train/wave/b", "train/wave/a", "train/clap/c", "test/clap/d",
                                 "test/wave/e"]):  # fmt: skip
        write(gestures / f"{name}.npz", seed)
    (gestures / "train" / "notes.txt").write_text("not a class")
    (gestures / "train" / ".hidden").mkdir()
    return gestures


def test_a_folder_of_ones_own(folder):
    train, test = data.load_frames(folder, framing=FRAMING)
    assert train.classes == test.classes == ("clap", "wave")
    assert (train.labels.tolist(), test.labels.tolist()) == ([0, 1, 1], [0, 1])
    assert (train.name, train.kind) == ("gestures", "real")
    for part, paths in [
        (train, ["train/clap/c", "train/wave/a", "train/wave/b"]),
        (test, ["test/clap/d", "test/wave/e"]),
    ]:
        for frames, path in zip(part.frames, paths, strict=True):
            assert (frames == to_frames(read_events(folder / f"{path}.npz"), FRAMING)).all()
    made = event_files.load_folder(folder, FRAMING, kind="synthetic")
    assert made.test.kind == "synthetic"


def test_the_default_is_ten_frames_of_48_pixels(folder):
    assert data.load_frames(str(folder)).train.frames.shape == (3, 10, 2, 48, 48)


def test_folders_of_another_layout(folder, tmp_path):
    shutil.move(folder / "test/wave", tmp_path / "wave")
    with pytest.raises(
        InputError, match=r"/test must have the classes of .*/train, got none of wav"
    ):
        data.load_frames(folder, framing=FRAMING)
    shutil.copytree(tmp_path / "wave", folder / "test/wave")
    shutil.copytree(tmp_path / "wave", folder / "test/jump")
    with pytest.raises(
        InputError, match=r"/train must have the classes of .*/test, got none of jum"
    ):
        data.load_frames(folder, framing=FRAMING)
    (folder / "test/jump/e.npz").unlink()
    with pytest.raises(InputError, match=r"test/jump must hold npz files of events, got none; del"):
        data.load_frames(folder, framing=FRAMING)
    shutil.rmtree(folder / "test")
    with pytest.raises(InputError, match=r"/test must be a folder with a folder of npz files"):
        data.load_frames(folder, framing=FRAMING)
    (folder / "test").mkdir()
    with pytest.raises(InputError, match=r"/test must hold a folder for each class, got none"):
        data.load_frames(folder, framing=FRAMING)


def test_files_that_hold_no_events(folder):
    path = folder / "test/wave/e.npz"
    whole = path.read_bytes()

    def fails(sentence):
        with pytest.raises(InputError, match=rf"e\.npz {sentence}") as error:
            data.load_frames(folder, framing=FRAMING)
        assert "\n" not in str(error.value)

    damaged = bytearray(whole)
    damaged[60] ^= 1
    for content in (whole[:-30], b"", b"text", bytes(damaged)):
        path.write_bytes(content)
        fails("must be a readable npz of events, got .*; write it with numpy.savez")
    np.savez(path, x=[1], y=[1], t=[1])
    fails("must hold x, y, t and p, got no p; write it with")
    np.savez(path, x=[1], y=[1], t=[1], p=np.array([None]))
    fails("must be a readable npz")
    with path.open("wb") as file:
        np.save(file, np.zeros(4))
    fails("must be a readable npz")
    np.savez(path, x=[1], y=[1], t=[0.25], p=[1])
    fails("doesn't fit frames: t must be whole numbers, got '0.25'")
    path.unlink()
    path.mkdir()
    with pytest.raises(RunError, match=r"e\.npz must be readable, got 'it is a folder'"):
        data.load_frames(folder, framing=FRAMING)
    path.rmdir()
    os.mkfifo(path)
    with pytest.raises(RunError, match=r"e\.npz must be readable, got 'it is a pipe;"):
        data.load_frames(folder, framing=FRAMING)


def test_names_that_are_neither(tmp_path):
    with pytest.raises(InputError, match=r"got 'dvs-gestures' \(did you mean 'dvs-gesture'\?\)"):
        data.load_frames("dvs-gestures")
    with pytest.raises(InputError, match="must be one of cifar10-dvs, dvs-gesture, or a folder"):
        data.load_frames(tmp_path / "none")
