import pandas as pd
import pytest

from eccles.report.compact import compact


@pytest.fixture
def long(small):
    """Return the small runs with 31 epochs each."""
    runs, epochs = small
    first = epochs[epochs["epoch"] == -1]
    return runs, pd.concat([first.assign(epoch=k, accuracy=k / 100) for k in range(-1, 30)])


def test_what_fits_is_whole(small):
    data = compact(*small, None, ["ei"])
    assert (len(data.runs), len(data.epochs), data.step, data.left_out) == (4, 12, 1, 0)
    assert list(data.epochs["trained"][:3]) == [0, 1, 2]
    assert list(data.epochs["until"][:3]) == [1, 2, 3]
    assert list(data.runs["peak_trained"]) == [2] * 4


def test_epochs_are_thinned_before_runs(long):
    data = compact(*long, None, ["ei"], rows=70)
    assert (data.step, data.left_out) == (2, 0)
    assert list(data.epochs["trained"].unique()) == list(range(0, 31, 2))
    kept = data.epochs[data.epochs["number"] == 0]
    assert list(kept["accuracy"]) == [(t - 1) / 100 for t in range(0, 31, 2)]


def test_then_whole_repeats_go(long):
    data = compact(*long, None, ["ei"], rows=8)
    assert (data.step, data.left_out) == (10, 2)
    assert list(data.runs["run"]) == ["50:50-0", "80:20-0"]
    assert set(data.epochs["number"]) == set(data.runs["number"])


def test_the_last_epoch_stays_whatever_the_step(small):
    runs, epochs = small
    data = compact(runs, epochs, None, ["ei"], rows=8)
    assert data.step == 2
    assert list(data.epochs["trained"].unique()) == [0, 2]
    assert list(data.epochs["until"][:2]) == [2, 3]
    data = compact(runs, epochs[epochs["epoch"] < 1], None, ["ei"], rows=7)
    assert list(data.epochs["trained"].unique()) == [0, 1]


def test_a_run_that_was_shorter_keeps_its_last_row(small):
    """At any epoch of the slider one row of each run holds: trained <= epoch < until."""
    runs, epochs = small
    shorter = epochs[(epochs["run"] != runs["run"][1]) | (epochs["epoch"] < 1)]
    rows = compact(runs, shorter, None, ["ei"]).epochs
    for epoch, trained in ((0, [0, 0, 0, 0]), (1, [1, 1, 1, 1]), (2, [2, 1, 2, 2])):
        shown = rows[(rows["trained"] <= epoch) & (epoch < rows["until"])]
        assert list(shown["number"]) == [0, 1, 2, 3]
        assert list(shown["trained"]) == trained


def test_failed_runs_have_no_place(small):
    runs, epochs = small
    runs.loc[0, "status"] = "failed"
    data = compact(runs, epochs, None, ["ei"])
    assert list(data.runs["run"]) == list(runs["run"][1:])
    assert len(data.epochs) == 9


def test_weights_are_of_the_same_runs(reference):
    weights = reference.table("weights")
    runs = reference.runs.head(3)
    data = compact(runs, reference.epochs, weights, ["ei"])
    assert len(data.weights) == 3 * 2 * 3
    one = weights[(weights["run"] == runs["run"][2]) & (weights["epoch"] == 29)]
    shares = data.weights.query("number == 2 and trained == 30")["zeros"]
    assert max(shares) > 0.02  # A share already, as the measure gives it.
    assert list(shares) == pytest.approx(list(one["zeros"]))


def test_a_seed_goes_as_a_whole(long):
    """Three of four runs would fit: one cell would keep two repeats, the other one."""
    for rows in (8, 12, 15):
        data = compact(*long, None, ["ei"], rows=rows)
        assert list(data.runs["run"]) == ["50:50-0", "80:20-0"]
    assert len(compact(*long, None, ["ei"], rows=16).runs) == 4


def test_a_first_seed_that_is_too_much(long):
    data = compact(*long, None, ["ei"], rows=7)
    assert (list(data.runs["run"]), data.left_out) == (["50:50-0"], 3)


def test_histograms_are_of_the_same_runs_and_count_as_rows(portraits):
    weights, histograms = portraits.table("weights"), portraits.table("weight_histograms")
    runs = portraits.runs.assign(study="portraits").head(2)
    everything = runs, portraits.epochs, weights, ["ei"]
    data = compact(*everything, histograms=histograms)
    own = histograms[histograms["run"].isin(runs["run"])]
    assert len(data.histograms) == len(own)
    assert data.histograms["count"].sum() == 2 * 4 * 79_400
    assert list(data.runs["has_weights"]) == list(data.runs["has_histograms"]) == [1, 1]
    # Half of the epochs (-1, 1, 3, ..., 29) are 16 of 31; of the measured ones all stay.
    few = compact(*everything, rows=len(own) + 2 * 12 + 2 * 31 - 1, histograms=histograms)
    assert (few.step, len(few.histograms), len(few.epochs)) == (2, len(own), 2 * 16)
    without = compact(runs, portraits.epochs, None, ["ei"])
    assert (len(without.weights), len(without.histograms)) == (0, 0)
    assert list(without.runs["has_histograms"]) == [0, 0]
