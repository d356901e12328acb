"""The results that are kept in the project, and the pages that account for them."""

import runpy
from pathlib import Path

import numpy as np
import pytest

from eccles import studies
from eccles.studies.article import Article
from eccles.sweeps.plan import plan
from eccles.sweeps.schema import PROVENANCE
from eccles.sweeps.study import read_study
from eccles.sweeps.tables import load

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
ACCOUNTS = runpy.run_path(str(ROOT / "docs" / "accounts.py"))
STARTS = ROOT / "docs" / "reproduction" / "initialisation.md"
TRAINING = runpy.run_path(str(ROOT / "docs" / "deep_training.py"))
TRAINED = sorted(
    STARTS.parent / f"{page}.md"
    for page in {"deep-claims", *(study for study, _ in TRAINING["STUDIES"].values())}
)
DEVICES = STARTS.parent / "devices.md"
CIRCUITS = runpy.run_path(str(ROOT / "docs" / "circuits.py"))
ASKED = {
    study: STARTS.parent / f"{name}.md"
    for study, name in CIRCUITS["STUDIES"].items()
    if (ROOT / "results" / study).is_dir()
}
BALANCE = runpy.run_path(str(ROOT / "docs" / "balance.py"))
REPEATS = runpy.run_path(str(ROOT / "docs" / "repeats.py"))
OTHERS = {STARTS, DEVICES, BALANCE["PAGE"], REPEATS["PAGE"], *TRAINED, *ASKED.values()}
PAGES = [STARTS.parent / f"{name}.md" for name in ACCOUNTS["FILLED"]]
STUDIES = [
    "fashion-mnist",
    "fashion-mnist-noise",
    "fashion-mnist-noise-published",
    "portraits",
    "robustness",
]


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


def test_a_script_fills_each_page():
    assert {*PAGES} | OTHERS == {*STARTS.parent.glob("*.md")}
    assert not {*PAGES} & OTHERS


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


def test_the_page_of_devices_shows_them():
    script = runpy.run_path(str(ROOT / "docs" / "device_ratios.py"))
    text = DEVICES.read_text()
    assert text.count("<!-- end -->") == len(script["TABLES"])
    assert script["filled"](text, script["stored"](ROOT / "results/devices/ratios")) == text


def test_devices_are_of_the_study_that_ships():
    results = load(ROOT / "results" / "devices" / "ratios")
    shipped = plan(read_study(studies.find("devices/ratios"), "laptop")).runs
    assert set(results.runs["run"]) == {run.identity for run in shipped}
    assert set(results.runs["status"]) == {"done"}
    assert set(results.runs["data_kind"]) == {"real"}


@pytest.mark.parametrize("study", ASKED)
def test_a_page_of_circuits_shows_them(study):
    text = ASKED[study].read_text()
    assert "<!-- table" in text
    assert CIRCUITS["filled"](text, ROOT / "results" / study) == text


def test_the_page_of_balance_shows_it():
    text = BALANCE["PAGE"].read_text()
    assert text.count("<!-- end -->") == len(BALANCE["TABLES"]) + 2  # Two are of studies apart.
    assert BALANCE["filled"](text, ROOT / "results") == text


@pytest.mark.parametrize(
    ("folder", "study", "scale"),
    [
        (BALANCE["APART"], BALANCE["STUDY"], "parts"),
        (BALANCE["LONGER"], BALANCE["STUDY"], "longer"),
    ],
)
def test_runs_that_lie_apart_are_of_a_study_that_ships(folder, study, scale):
    results = load(ROOT / "results" / folder)
    shipped = {run.identity for run in plan(read_study(studies.find(study), scale)).runs}
    assert set(results.runs["run"]) <= shipped
    assert set(results.runs["status"]) == {"done"}


def test_the_page_of_repeats_shows_them():
    text = REPEATS["PAGE"].read_text()
    assert text.count("<!-- end -->") == len(REPEATS["TABLES"])
    assert REPEATS["filled"](text, ROOT / "results") == text


@pytest.mark.parametrize("study", [*ASKED, BALANCE["STUDY"]])
def test_circuits_are_of_the_study_that_ships(study):
    results = load(ROOT / "results" / study)
    shipped = plan(read_study(studies.find(study), "laptop")).runs
    assert set(results.runs["run"]) == {run.identity for run in shipped}
    assert set(results.runs["status"]) == {"done"}
    # What stands in for SHD is synthetic, and says so.
    assert set(results.runs["data_kind"]) == {"synthetic" if study == "shd/dale" else "real"}


@pytest.mark.parametrize("page", TRAINED, ids=[page.stem for page in TRAINED])
def test_a_page_of_trained_networks_shows_them(page):
    text = page.read_text()
    for name, (study, _) in TRAINING["STUDIES"].items():
        assert study != page.stem or f"accuracies of {name} -->" in text
    assert TRAINING["filled"](text, ROOT / "results" / "liu2026") == text


@pytest.mark.parametrize("name", TRAINING["STUDIES"])
def test_trained_networks_are_of_the_study_that_ships(name):
    results = load(ROOT / "results" / "liu2026" / name)
    study, scale = TRAINING["STUDIES"][name]
    shipped = plan(read_study(studies.find(f"liu2026/{study}"), scale)).runs
    assert set(results.runs["run"]) == {run.identity for run in shipped}
    assert results.runs["eccles_commit"].str.fullmatch("[0-9a-f]{40}").all()
    assert set(results.runs["data_kind"].dropna()) == {"real"}


def test_no_gradient_is_straight_through():
    """What docs/reproduction/ablations.md says of it: the same bits with and without."""
    tables = load(ROOT / "results" / "liu2026" / "ablations")
    runs = tables.runs[tables.runs["status"] == "done"]
    keys = ["model", "seed", "init", "stabiliser", "gradient_exponent"]
    pairs = [rows for _, rows in runs.groupby(keys) if len(rows) == 2]
    assert len(pairs) == 6
    for pair in pairs:
        first, second = (
            tables.epochs[tables.epochs["run"] == run][["epoch", "loss", "accuracy"]].to_numpy()
            for run in pair["run"]
        )
        assert len(first) > 1
        np.testing.assert_array_equal(first, second)


def test_the_starts_are_of_the_study_that_ships():
    results = load(ROOT / "results" / "liu2026" / "initialisation")
    shipped = {
        run.identity for run in plan(read_study(studies.find("liu2026/initialisation"))).runs
    }
    assert set(results.runs["run"]) == shipped
    assert set(results.runs["status"]) == {"done"}
    assert results.runs["eccles_commit"].str.fullmatch("[0-9a-f]{40}").all()
