import shutil
from pathlib import Path

import pandas as pd
import pytest

from eccles.errors import InputError
from eccles.figures import Drawing, Film
from eccles.studies.article import Article
from eccles.studies.kilgore2025.figures import FIGURES
from eccles.studies.kilgore2025.protocol import distances_by_group, late_accuracy
from eccles.sweeps.parquet import write_parquet
from eccles.sweeps.tables import load

STORED = Path(__file__).parents[3] / "results/kilgore2025"


@pytest.fixture(scope="module")
def stored():
    return Article("kilgore2025", STORED / "fashion-mnist")


@pytest.fixture(scope="module")
def portraits():
    if not (STORED / "portraits").exists():
        pytest.skip("needs results/kilgore2025/portraits")
    return Article("kilgore2025", STORED)


@pytest.fixture
def part(tmp_path):
    """Return a folder with part of a stored study: real runs, and the study they are part of."""

    def take(where):
        source, target = load(STORED / "fashion-mnist"), tmp_path / "part/fashion-mnist"
        target.mkdir(parents=True)
        shutil.copy(STORED / "fashion-mnist/study.json", target)
        for name in source.names:
            write_parquet(source.table(name, where=where), target / f"{name}.parquet")
        return Article("kilgore2025", target.parent)

    return take


def test_the_figures_of_the_article_in_its_order_and_then_our_own():
    article = [
        "1b", "1c", "1c-published", "1d", "1d-published", "2a", "2b", "2c-e", "3", "S4", "4",
        "S2", "S3", "5a-c", "5a-c-sampled", "5d-f", "5d-f-sampled",
    ]  # fmt: skip
    assert list(FIGURES) == [*article, "R1"]


def test_what_a_figure_is_drawn_as():
    kinds = {name: figure.kind for name, figure in FIGURES.items()}
    assert kinds.pop("S4") is Film
    assert set(kinds.values()) == {Drawing}


def test_all_stored_runs_are_in_the_picture(stored):
    drawing = FIGURES["1c"].draw(stored)
    runs = stored["fashion-mnist"].runs
    assert len(drawing.data) == 608
    assert drawing.data["peak_accuracy"].sum() == pytest.approx(runs["peak_accuracy"].sum())
    note = drawing.figure.get_suptitle()
    assert note == "success (filled): peak test accuracy over 50 %"


def test_the_published_rate_is_that_after_the_first_epoch(stored):
    drawing = FIGURES["1c-published"].draw(stored)
    assert len(drawing.data) == 608
    epochs = stored["fashion-mnist"].epochs.set_index(["run", "epoch"])["rate_hz"]
    wanted = [epochs[run, 0] for run in drawing.data["run"]]
    assert drawing.data["rate_hz"].tolist() == wanted
    assert "rate after the first epoch" in drawing.caption
    assert "as published" in drawing.figure.get_suptitle()
    before = FIGURES["1c"].draw(stored).data
    assert (drawing.data["rate_hz"] != before["initial_rate_hz"]).mean() > 0.5


@pytest.mark.slow
def test_a_study_that_is_not_finished_says_so(part):
    article = part("seed = 0 AND w1_std < 0.001")
    note = FIGURES["1c"].draw(article).figure.get_suptitle()
    assert note.endswith(" · 8 of 608 runs")
    note = FIGURES["4"].draw(article).figure.get_suptitle()
    assert "8 of 608 runs" in note


def test_a_figure_from_the_study_that_will_do(stored):
    figure = FIGURES["S2"]
    assert figure.source(stored) == "fashion-mnist"
    drawing = figure.draw(stored)
    assert drawing.data["run"].nunique() == 3
    shown = stored["fashion-mnist"].runs.set_index("run").loc[drawing.data["run"].unique()]
    assert shown["w1_std"].tolist() == [0.00075, 0.001, 0.004]
    assert set(shown["ei"]) == {"80:20"}
    assert set(shown["seed"]) == {0}
    assert "portraits has them" in drawing.figure.get_suptitle()


def test_one_samples_way_through_a_stored_network(portraits):
    drawing = FIGURES["1b"].draw(portraits)
    assert drawing.figure.get_suptitle().startswith("80:20, w1 scale 0.001, seed ")
    assert set(drawing.data["kind"]) == {"input", "hidden", "membrane", "readout"}
    assert drawing.data.loc[drawing.data["kind"] == "readout", "unit"].nunique() == 10
    assert drawing.data["label"].nunique() == 1


def test_what_a_stored_update_is_made_of(portraits):
    drawing = FIGURES["2a"].draw(portraits)
    counts = drawing.data.groupby(["projection", "stage"])["count"].sum().unstack()
    assert set(counts) == {"before", "gradient", "noise", "after"}
    # Every weight is in every stage.
    assert (counts.nunique(axis=1) == 1).all()
    assert "initial scales" in drawing.figure.get_suptitle()


@pytest.mark.slow
@pytest.mark.parametrize(("name", "ei"), [("4", "50:50"), ("S2", "80:20"), ("S3", "95:5")])
def test_activity_by_epoch_of_stored_networks(portraits, name, ei):
    assert FIGURES[name].source(portraits) == "portraits"
    drawing = FIGURES[name].draw(portraits)
    runs = portraits["portraits"].runs.set_index("run").loc[drawing.data["run"].unique()]
    assert set(runs["ei"]) == {ei}
    assert runs["w1_std"].tolist() == [0.00075, 0.001, 0.004]
    assert set(runs["update_noise"]) == {0}
    assert set(drawing.more["weights"]["run"]) == set(runs.index)
    assert drawing.figure.get_suptitle().startswith(ei)


def test_distances_of_networks_with_inhibitory_neurons(with_distances):
    drawing = FIGURES["5a-c"].draw(with_distances)
    tests = drawing.more["tests"]
    assert sorted(tests["ei"].unique()) == ["50:50", "80:20", "95:5"]
    assert tests.loc[tests["group"] == "initial", "n"].tolist() == [152] * 3
    both = tests.loc[tests["group"] != "initial"].groupby("ei")["n"].sum()
    assert both.tolist() == [152] * 3
    assert tests["kendall_w"].tolist() == pytest.approx([1.0] * len(tests))
    assert drawing.figure.get_suptitle().startswith(
        "success: peak test accuracy over 50 % · tau: 1 ms · over all test samples"
    )
    assert "one of each (E-I), over all test samples, a value a network" in drawing.caption


def test_distances_as_published_are_those_of_one_sample_a_batch(stored):
    drawing = FIGURES["5a-c-sampled"].draw(stored)
    said = "over one test sample a batch"
    assert said in drawing.figure.get_suptitle()
    assert said in drawing.caption
    rows = stored["fashion-mnist"].table("distances", where="samples = 'one_per_batch'")
    rows = rows[(rows["epoch"] == -1) & (rows["tau"] == 0.001)].set_index(["run", "pair"])
    shown = drawing.data[drawing.data["group"] == "initial"].set_index(["run", "pair"])
    assert len(shown) == 3 * 3 * 152
    assert (shown["distance"] == rows["discrete"].reindex(shown.index)).all()


def test_distances_as_published_that_were_not_measured(with_distances):
    with pytest.raises(InputError, match="distances over one test sample a batch"):
        FIGURES["5a-c-sampled"].draw(with_distances)


@pytest.mark.parametrize("name", ["2b", "2c-e"])
def test_a_study_that_is_not_there(stored, name):
    study = "kilgore2025/fashion-mnist-noise-published"
    said = (
        rf"1,344 runs of {study}, got only fashion-mnist; eccles sweep {study} --out \S*/{study} "
    )
    with pytest.raises(InputError, match=said):
        FIGURES[name].draw(stored)


def test_a_measure_that_is_not_there(part):
    article = part("seed = 0 AND w1_std = 0.001")
    (article["fashion-mnist"].folder / "distances.parquet").unlink(missing_ok=True)
    said = r"must hold the measure distances, got runs, epochs, classes, weights.*; eccles sweep "
    with pytest.raises(InputError, match=said):
        FIGURES["5a-c"].draw(article)


def test_no_run_is_done(part):
    with pytest.raises(InputError, match="must hold runs that are done, got none; eccles sweep"):
        FIGURES["1c"].draw(part("seed = 99"))


def test_late_accuracy_by_hand():
    runs = pd.DataFrame(
        {"run": ["a"], "ei": ["50:50"], "seed": [0], "update_noise": [2e-4], "w1_std": [0.001]}
    )
    epochs = pd.DataFrame({"run": "a", "epoch": range(-1, 12), "accuracy": range(-1, 12)})
    found = late_accuracy(runs, epochs)
    # The last ten of twelve epochs: 2 to 11.
    assert found["accuracy"].tolist() == [6.5]
    assert found["noise"].tolist() == [0.2]


def test_distances_by_group_by_hand():
    runs = pd.DataFrame(
        {"run": ["a", "b"], "ei": "80:20", "successful": [False, True], "epochs": [30, 30]}
    )
    rows = [
        (run, epoch, tau, samples, epoch + tau)
        for run in "ab"
        for epoch in (-1, 9, 29)
        for tau in (0.001, 0.01)
        for samples in ("all", "one_per_batch")
    ]
    columns = ["run", "epoch", "tau", "samples", "discrete"]
    found = distances_by_group(runs, pd.DataFrame(rows, columns=columns).assign(pair="E-E"))
    assert sorted(map(tuple, found[["run", "group", "distance"]].to_numpy().tolist())) == [
        ("a", "failed", 29.001),
        ("a", "initial", -0.999),
        ("b", "initial", -0.999),
        ("b", "successful", 29.001),
    ]
