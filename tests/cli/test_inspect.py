"""`eccles inspect` as a user calls it, on a run that was made here."""

import json
import shlex
import shutil
from pathlib import Path

import pandas as pd
import pytest

from eccles.cli import main

pytestmark = pytest.mark.slow

TRAIN = ["train", "--model", "mlp8", "--width", "0.1", "--epochs", "2"]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    out = tmp_path_factory.mktemp("inspect") / "run"
    assert main([*TRAIN, "--measure", "layers,currents", "--out", str(out)]) == 0
    return out


@pytest.fixture
def ran(made, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    shutil.copytree(made, "mine")
    return Path("mine")


def test_a_table_a_picture_and_a_film(ran, capsys):
    assert main(["inspect", "mine", "--format", "svg,gif"]) == 0
    shown = capsys.readouterr().out
    assert shown.index("before training") < shown.index("after 2 epochs")
    assert shown.count("layers.7") == 2
    assert "balance" in shown
    assert shown.endswith("layers.svg, layers.csv, currents.gif, currents.csv in mine/figures\n")
    found = {path.name for path in (ran / "figures").iterdir()}
    assert found == {"layers.svg", "layers.csv", "currents.gif", "currents.csv"}
    assert (
        "fashion-mnist-sample, mlp8 ei, width 0.1, seed 0"
        in Path("mine/figures/layers.svg").read_text()
    )
    data = pd.read_csv("mine/figures/layers.csv")
    assert sorted(data["epoch"].unique()) == [-1, 0, 1]
    # The run goes on as if nobody had looked.
    assert main([*TRAIN, "--measure", "layers,currents", "--out", "mine"]) == 0


def test_json_has_every_row(ran, capsys):
    assert main(["inspect", "mine", "--format", "png", "--out", "there", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["files"] == ["there/layers.png", "there/layers.csv"]
    stored = [json.loads(line) for line in (ran / "layers.jsonl").read_text().splitlines()]
    assert told["layers"] == stored
    assert len(stored) == 3 * 7


def test_without_currents_there_is_no_film(ran, capsys):
    (ran / "currents.jsonl").unlink()
    assert main(["inspect", "mine", "--format", "svg"]) == 0
    assert "no film of currents: the run didn't measure them" in capsys.readouterr().out
    assert main(["inspect", "mine", "--format", "gif"]) == 2
    said = capsys.readouterr().err
    assert "--format must be some of svg, pdf, png for a run without currents, got 'gif'" in said
    assert "--measure layers,currents" in said


def test_the_command_that_is_named_mends_it(ran, capsys):
    (ran / "layers.jsonl").unlink()
    assert main(["inspect", "mine"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("eccles: inspect: RUN must hold layers.jsonl, got none in mine; ")
    command = said.partition("again with eccles ")[2]
    assert main(shlex.split(command)) == 0
    assert main(["inspect", "mine", "--format", "svg"]) == 0


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([], "RUN must be the folder of a run, got none; eccles train makes them"),
        (["nowhere"], "RUN must be the folder of a run, got nowhere without a config.json"),
        (["mine", "--format", "jpg"], "--format must be some of svg, pdf, png, gif, mp4, got"),
        (["mine", "--frmat", "svg"], "did you mean --format?"),
        (["mine", "--out", "mine/config.json"], "--out must be a folder, got the file"),
    ],
)
def test_bad_requests_are_one_sentence(ran, words, sentence, capsys):
    assert main(["inspect", *words]) == 2
    said = capsys.readouterr().err
    assert said.startswith("eccles: inspect: ")
    assert said.count("\n") == 1
    assert sentence in said
    assert not (ran / "figures").exists()


def test_damaged_rows_are_named(ran, capsys):
    (ran / "layers.jsonl").write_text('{"epoch": -1, "la')
    assert main(["inspect", "mine"]) == 1
    assert "mine/layers.jsonl must be as it was written" in capsys.readouterr().err
    (ran / "SHA256SUMS").unlink()
    assert main(["inspect", "mine"]) == 1
    assert "mine/layers.jsonl must be readable JSON lines" in capsys.readouterr().err
