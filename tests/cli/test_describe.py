import json
from pathlib import Path

import matplotlib.image
import numpy as np
import pytest

from eccles.cli import main
from eccles.data import Recordings
from eccles.data.spikes.hdf5 import write

RASTER = np.zeros((12, 5, 4), np.uint8)
RASTER[np.arange(11), np.arange(11) % 5, np.arange(11) % 3] = 1
LABELS = ["a"] * 10 + ["b"] * 2


@pytest.fixture
def mine(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    np.savez(
        "mine.npz", spikes=RASTER, labels=LABELS, test_spikes=RASTER[:2], test_labels=["a"] * 2
    )
    return "mine.npz"


def test_what_training_would_read(mine, capsys):
    assert main(["data", "describe", mine, "--out", "mine.svg"]) == 0
    said = capsys.readouterr().out
    for each in (
        "data       mine.npz (own)",
        "samples    12 to train on, 2 to test on",
        "classes    2: a 10 + 2, b 2 + 0",
        "inputs     4 units, 5 steps of 1 ms",
        "code       none: spikes are in steps already",
        "events     1 a sample, 0 to 1; 4.58% of all units and steps",
        "odd        1 sample without an event, whose class nothing tells",
        "odd        classes differ in size, from 2 to 10 samples",
        "odd        no sample to test on is of b",
        "odd        1 of 4 units never fire",
        "odd        to test on and to train on, event for event: 2 samples",
        "picture    mine.svg",
    ):
        assert each in said, each
    assert ">a<" in Path("mine.svg").read_text(encoding="utf-8")


def test_as_json(mine, capsys):
    assert main(["data", "describe", mine, "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["classes"] == {"a": [10, 2], "b": [2, 0]}
    assert len(facts["odd"]) == 5


def test_data_by_name(capsys):
    assert main(["data", "describe", "fashion-mnist-sample"]) == 0
    said = capsys.readouterr().out
    assert "4,000 to train on, 1,000 to test on" in said
    assert "code       latency: a bright pixel fires early" in said


def _recorded(folder):
    for part in ("train", "test"):
        times, units = np.array([0.1, 0.3, 0.2], np.float32), np.array([5, 9, 5], np.uint16)
        offsets, labels = np.array([0, 2, 3]), np.array([1, 0])
        two = Recordings(times, units, offsets, labels, ("no", "yes"), n_units=10)
        write(folder / f"{part}.h5", two)


def _timed(path):
    np.savez(
        path,
        times=np.linspace(0, 1, 8),
        units=np.arange(8),
        offsets=np.arange(0, 9, 2),
        labels=["a", "b"] * 2,
    )


@pytest.mark.parametrize("name", ["spoken-digits-sample", "mine/", "timed.npz", "mine/train.h5"])
def test_recordings_are_said_to_be_binned(name, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    _recorded(tmp_path / "mine")
    _timed("timed.npz")
    share = ["--test-share", "0.5"] if name == "timed.npz" else []
    status = main(["data", "describe", name, *share])
    said = capsys.readouterr()
    if name == "mine/train.h5":  # A sample of each class: none to hold out.
        assert "must have two samples or more of each class" in said.err
        return
    assert status == 0
    assert "code       99 bins of 14.14 ms, from 0 to 1.4 s, each a step of 1 ms to the" in said.out
    assert main(["data", "describe", name, *share, "--max-time", "2 s", "--dt", "10 ms"]) == 0
    assert "200 bins of 10 ms, from 0 to 2 s, each a step of 10 ms" in capsys.readouterr().out
    assert main(["data", "describe", name, *share, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["form"] == "recordings"


def test_steps_in_which_nothing_can_fire_are_odd(tmp_path, monkeypatch, capsys):
    """Spikes end after 1 s: of 1.4 s most is used, of 500 s next to nothing."""
    monkeypatch.chdir(tmp_path)
    _timed("timed.npz")
    describe = ["data", "describe", "timed.npz", "--test-share", "0.5", "--json"]
    assert main(describe) == 0
    assert "nothing fires" not in " ".join(json.loads(capsys.readouterr().out)["odd"])
    assert main([*describe, "--max-time", "500 s", "--dt", "5"]) == 0
    assert "nothing fires in the last 98% of 500 s; a shorter max_time may do" in (
        " ".join(json.loads(capsys.readouterr().out)["odd"])
    )


@pytest.mark.parametrize("within", ["photos", "photos/train"])
def test_a_folder_of_images_gets_a_latency_code(within, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for part in (within, within.replace("train", "test")):
        for k in range(4):
            path = Path(part) / ("dark" if k % 2 else "bright") / f"{k}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            matplotlib.image.imsave(path, np.full((4, 4), 0.9 - k / 10), vmin=0, vmax=1)
    assert main(["data", "describe", "photos/"]) == 0
    assert "code       latency" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["nope.npz"], "nope.npz must be a file or folder, got nothing of that name"),
        (["fashion-mnis"], "did you mean 'fashion-mnist'?"),
        (["cifar10"], "spikes, or images that become spikes, got 'cifar10'"),
        (["mine.npz", "--dt", "5 ms"], "mine.npz: dt 5 ms must be left out with spikes, for only"),
        (["mine.npz", "--test-share", "2"], "test_share must be above 0 and below 1, got 2.0"),
        (["shd", "--test-share", "0.2"], "test_share must be left out with shd"),
        (["mine.npz", "--out", "mine.doc"], "--out must be a file named .svg, .png or .pdf"),
    ],
)
def test_what_cant_be_described_is_one_sentence(mine, words, sentence, capsys):
    assert main(["data", "describe", *words]) == 2
    said = capsys.readouterr().err
    assert sentence in said
    assert said.count("\n") == 1
