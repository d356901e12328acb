"""The results that are kept in the project, and the pages that account for them."""

import runpy
from pathlib import Path

import pytest

from eccles import studies
from eccles.studies.article import Article
from eccles.sweeps.plan import plan
from eccles.sweeps.schema import PROVENANCE
from eccles.sweeps.study import read_study
from eccles.sweeps.tables import load

ROOT = Path(__file__).parents[2]
ACCOUNTS = runpy.run_path(str(ROOT / "docs" / "accounts.py"))
STARTS = ROOT / "docs" / "reproduction" / "initialisation.md"
PAGES = sorted({*STARTS.parent.glob("*.md")} - {STARTS})
STUDIES = ["fashion-mnist", "fashion-mnist-noise", "portraits", "robustness"]


@pytest.fixture(scope="module")
def article():
    return Article("kilgore2025", ROOT / "results" / "kilgore2025")


@pytest.mark.parametrize("name", STUDIES)
def test_they_are_of_the_study_that_ships(article, name):
    shipped = {run.identity for run in plan(read_study(studies.find(f"kilgore2025/{name}"))).runs}
    runs = article[name].runs
    assert len(runs) > 10
    assert set(runs["run"]) <= shipped
    assert set(runs["status"]) == {"done"}
    assert set(runs["data_kind"]) == {"real"}


def test_they_say_where_they_come_from(article):
    for name in article:
        runs = article[name].runs
        assert runs[list(PROVENANCE)].notna().all().all()
        assert runs["eccles_commit"].str.fullmatch("[0-9a-f]{40}").all()


def test_their_tables_agree(article):
    for name in article:
        results = article[name]
        runs = results.runs.set_index("run").sort_index()
        epochs = results.epochs
        assert (epochs.groupby("run").size() == runs["epochs"] + 1).all()
        assert (epochs.groupby("run")["accuracy"].max() == runs["peak_accuracy"]).all()
        classes = results.classes
        assert len(classes) == classes["class"].nunique() * len(epochs)
        joined = classes.assign(right=classes["accuracy"] * classes["samples"])
        right = joined.groupby(["run", "epoch"])["right"].sum()
        samples = epochs["run"].map(runs["test_samples"]).to_numpy()
        total = epochs.set_index(["run", "epoch"])["accuracy"] * samples
        assert (right - total).abs().max() < 1e-6


@pytest.mark.parametrize("page", PAGES, ids=[page.stem for page in PAGES])
def test_a_page_shows_them(article, page, monkeypatch):
    monkeypatch.chdir(ROOT)
    text = page.read_text()
    assert "<!-- table" in text
    relative = Article("kilgore2025", Path("results/kilgore2025"))
    assert ACCOUNTS["filled"](text, relative) == text


def test_the_page_of_starts_shows_them():
    script = runpy.run_path(str(ROOT / "docs" / "initialisation.py"))
    layers = script["stored"](ROOT / "results" / "liu2026" / "initialisation")
    text = STARTS.read_text()
    assert text.count("<!-- end -->") == 4
    assert script["filled"](text, layers) == text


def test_the_starts_are_of_the_study_that_ships():
    results = load(ROOT / "results" / "liu2026" / "initialisation")
    shipped = {
        run.identity for run in plan(read_study(studies.find("liu2026/initialisation"))).runs
    }
    assert set(results.runs["run"]) == shipped
    assert set(results.runs["status"]) == {"done"}
    assert results.runs["eccles_commit"].str.fullmatch("[0-9a-f]{40}").all()
