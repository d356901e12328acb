"""`eccles inspect`, `figures` and `report` of one run, whatever its network."""

import json
import shutil
import sys
from pathlib import Path

import pandas as pd
import pytest

from eccles.cli import main

pytestmark = pytest.mark.slow

MODULE = """
import torch
from torch import nn
import eccles

class Counts(nn.Module):
    def __init__(self, n_inputs, n_classes):
        super().__init__()
        self.n, self.w = n_inputs, nn.Parameter(torch.rand(n_inputs, n_classes))
    def scores(self, events): return events.to_dense().sum(0) @ self.w
    def spikes(self, events): return events
    def projections(self): return {"input -> output": (self.w, eccles.Populations(self.n, 0))}
    def groups(self): return {"E": self.n}
"""

KINDS = {
    "shallow": ["--hidden", "10", "--measure", "rates,weights,sample"],
    "network": ["--groups", "E:8,PV:2", "--recurrent", "--measure", "weights,distances"],
    "module": ["--module", "own.py:Counts", "--measure", "rates,weights"],
    "deep": [
        "--model",
        "mlp2",
        "--width",
        "0.05",
        "--steps",
        "1",
        "--measure",
        "layers",
        "--validation",
        "0.1",
    ],
}
OF_EPOCHS = {"accuracy", "validation-accuracy", "rate", "spikes", "accuracy-by-class",
             "activity-by-class"}  # fmt: skip
_TIMED = ["accuracy", "rate", "accuracy-by-class"]
_WEIGHTS = ["mean-weights", "zero-weights"]
PICTURES = {
    "shallow": [*_TIMED, "rates", *_WEIGHTS, "activity-by-class", "sample-before", "sample-after"],
    "network": [*_TIMED, *_WEIGHTS, "distances", "activity-by-class"],
    "module": [*_TIMED, "rates", *_WEIGHTS, "activity-by-class"],
    "deep": ["accuracy", "validation-accuracy", "spikes", "accuracy-by-class", "layers"],
}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    home = tmp_path_factory.mktemp("runs")
    (home / "own.py").write_text(MODULE)
    for kind, words in KINDS.items():
        said = [f"{home}/{word}" if word.startswith("own.py") else word for word in words]
        assert main(["train", "--epochs", "0", *said, "--out", str(home / kind), "--json"]) == 0
    (home / "own.py").unlink()  # Nobody needs it to look at what came of it.
    return home


@pytest.fixture(params=KINDS)
def run(request, made, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    shutil.copytree(made / request.param, request.param)
    return request.param


def test_figures_draw_its_epochs_and_measures(run, capsys):
    capsys.readouterr()
    assert main(["figures", run, "--format", "svg", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["figure"] for row in rows] == PICTURES[run]
    assert f"{run}/figures/accuracy.svg" in rows[0]["files"]
    # One run has no interval.
    assert rows[0]["caption"] == "Test accuracy over epochs."
    accuracy = pd.read_csv(f"{run}/figures/accuracy.csv")
    history = Path(run, "history.jsonl").read_text().splitlines()
    assert list(accuracy["mean"]) == [pytest.approx(json.loads(x)["accuracy"]) for x in history]


@pytest.mark.parametrize("run", ["deep"], indirect=True)
@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--x", "epoch"], "must be left out with the folder of one run, got 'deep'"),
        (
            ["--only", "acuracy"],
            "no figure or table 'acuracy' (did you mean 'accuracy'?); this run has",
        ),
        (["--format", "gif"], "--format must be some of svg, pdf, png here, got 'gif'"),
    ],
)
def test_what_a_run_has_no_picture_for_is_told(run, words, sentence, capsys):
    assert main(["figures", run, *words]) == 2
    assert sentence in capsys.readouterr().err


@pytest.mark.parametrize("run", ["module", "deep"], indirect=True)
def test_a_report_has_settings_pictures_and_tables(run):
    assert main(["report", run]) == 0
    html = Path(run, "report.html").read_text()
    assert html.count("<figure ") == len(PICTURES[run])
    assert "fashion-mnist-sample" in html
    assert "test accuracy" in html


def test_inspect_prints_what_was_measured(run, capsys):
    capsys.readouterr()
    assert main(["inspect", run, "--format", "svg"]) == 0
    shown = capsys.readouterr().out
    assert "before training" in shown
    assert {"shallow": "hidden I->output", "network": "PV -> E", "module": "input -> output",
            "deep": "layers.1"}[run] in shown  # fmt: skip
    drawn = {*PICTURES[run]} - OF_EPOCHS
    assert {path.stem for path in Path(run, "figures").glob("*.svg")} == drawn


@pytest.mark.parametrize("run", ["network"], indirect=True)
def test_what_wasnt_measured_or_was_altered_is_told(run, tmp_path, capsys):
    for name in ("weights", "distances"):
        (tmp_path / f"network/{name}.jsonl").unlink()
    assert main(["inspect", "network"]) == 2
    said = capsys.readouterr().err
    assert "RUN must hold rates.jsonl or weights.jsonl, got none in network" in said
    assert "--measure rates,weights --no-resume --out network" in said
    file = tmp_path / "network/history.jsonl"
    file.write_text(file.read_text().replace("0.", "0.1", 1))
    for verb in ("figures", "report"):
        assert main([verb, "network"]) == 1
        said = capsys.readouterr().err
        assert "history.jsonl must be as it was written" in said
        assert said.count("\n") == 1


@pytest.mark.parametrize("run", ["module"], indirect=True)
def test_a_module_shows_its_groups_and_projections(run, capsys):
    assert main(["show", str(run)]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "E 784 excitatory" in shown
    assert "input -> output 784 x 10 784 0" in shown
    assert main(["show", str(run), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["groups"] == {"E": 784}
    assert told["projections"]["input -> output"]["n_post"] == 10


@pytest.mark.parametrize("verb", ["inspect", "figures", "report"])
def test_without_the_extras_it_is_a_sentence(made, verb, tmp_path, monkeypatch, capsys):
    """As with `pip install eccles` alone."""
    monkeypatch.chdir(tmp_path)
    for package in ("pandas", "altair"):
        monkeypatch.setitem(sys.modules, package, None)
    capsys.readouterr()
    assert main([verb, str(made / "shallow")]) == 2
    said = capsys.readouterr().err
    assert "pip install 'eccles[" in said
    assert said.count("\n") == 1
