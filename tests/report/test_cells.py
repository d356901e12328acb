import pytest

from eccles.report import cells
from eccles.stats import confidence_interval


def test_a_row_a_cell_over_its_repeats(small):
    runs, _ = small
    runs["data_kind"] = "real"
    runs["peak_accuracy"] = [0.2, 0.4, 0.9, 0.5]
    runs.loc[3, "status"] = "failed"
    table = cells(runs, ("ei", "seed")).set_index("ei")
    assert list(table["n"]) == [2, 1]
    assert list(table["failed"]) == [0, 1]
    assert list(table["dead"]) == [0, 0]
    silent = cells(runs.assign(final_rate_hz=0.0), ("ei", "seed")).set_index("ei")
    assert list(silent["dead"]) == [2, 1]
    assert list(table["peak accuracy (%)"]) == pytest.approx([30, 90])
    low, high = confidence_interval([20.0, 40.0])
    assert table["95 % interval from (%)"].iloc[0] == pytest.approx(low)
    assert table["to (%)"].iloc[0] == pytest.approx(high)
    assert table["to (%)"].isna().iloc[1]  # Of one run.
    assert list(table["lowest (%)"]) == pytest.approx([20, 90])
    assert list(table["rate before training (Hz)"]) == [15, 10]


def test_kinds_of_data_are_cells_of_their_own(small):
    table = cells(small[0], ("ei", "seed"))
    assert list(table["n"]) == [1, 1, 1, 1]
    assert set(table["data_kind"]) == {"real", "synthetic"}


def test_only_seeds_differ(small):
    assert list(cells(small[0].assign(data_kind="real"), ("seed",))["ei"]) == ["50:50", "80:20"]
