import json
from pathlib import Path

import numpy as np
import pytest

from eccles.cli import main

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
        "events     1 a sample, 0 to 1; 4.58% of all units and steps",
        "odd        1 samples have no event",
        "odd        classes differ in size, from 2 to 10 samples",
        "odd        no sample to test on is of b",
        "odd        1 of 4 units never fire",
        "odd        2 samples to test on are among those to train on, event for event",
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
    assert "4,000 to train on, 1,000 to test on" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["nope.npz"], "nope.npz must be a file or folder, got nothing of that name"),
        (["fashion-mnis"], "did you mean 'fashion-mnist'?"),
        (["cifar10"], "spikes, or images that become spikes, got 'cifar10'"),
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
