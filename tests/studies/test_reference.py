"""The results that are kept in the project, and the page that accounts for them."""

import runpy
from pathlib import Path

import pytest

import eccles
from eccles import studies
from eccles.sweeps.plan import plan
from eccles.sweeps.schema import PROVENANCE
from eccles.sweeps.study import read_study

ROOT = Path(__file__).parents[2]
NAME = "kilgore2025/fashion-mnist"


@pytest.fixture(scope="module")
def results():
    return eccles.load(ROOT / "results" / NAME)


def test_they_are_of_the_study_that_ships(results):
    runs = {run.identity for run in plan(read_study(studies.find(NAME))).runs}
    assert set(results.runs["run"]) == runs
    assert set(results.runs["status"]) == {"done"}
    assert set(results.runs["data_kind"]) == {"real"}


def test_they_say_where_they_come_from(results):
    assert results.runs[list(PROVENANCE)].notna().all().all()
    assert results.runs["eccles_commit"].str.fullmatch("[0-9a-f]{40}").all()


def test_their_tables_agree(results):
    runs = results.runs.set_index("run").sort_index()
    epochs = results.epochs
    assert (epochs.groupby("run").size() == runs["epochs"] + 1).all()
    assert (epochs.groupby("run")["accuracy"].max() == runs["peak_accuracy"]).all()
    classes = results.classes
    assert len(classes) == 10 * len(epochs)
    joined = classes.assign(right=classes["accuracy"] * classes["samples"])
    right = joined.groupby(["run", "epoch"])["right"].sum()
    total = epochs.set_index(["run", "epoch"])["accuracy"] * 10_000
    assert (right - total).abs().max() < 1e-6


def test_the_page_shows_them(results):
    account = runpy.run_path(str(ROOT / "examples" / "accuracy_by_rate.py"))
    page = (ROOT / "docs" / "kilgore2025.md").read_text()
    assert "\n".join(account["table"](results.runs)) in page


def test_the_picture_is_drawn(results, tmp_path):
    account = runpy.run_path(str(ROOT / "examples" / "accuracy_by_rate.py"))
    account["draw"](results.runs, tmp_path / "rates.svg")
    assert (tmp_path / "rates.svg").stat().st_size > 10_000
