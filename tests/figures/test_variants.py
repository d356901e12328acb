import pandas as pd
import pytest

from eccles.figures import accuracy_by_variant

COLUMNS = ["run", "variant", "condition", "ei", "w1_std", "seed", "initial_rate_hz", "accuracy"]
RUNS = pd.DataFrame(
    [
        ("a", "plain", "quiet", "50:50", 0.01, 0, 50.0, 0.3),
        ("b", "plain", "quiet", "50:50", 0.01, 1, 60.0, 0.5),
        ("c", "plain", "quiet", "50:50", 0.001, 0, 1.0, 0.8),
        ("d", "plain", "noisy", "100:0", 0.001, 0, 1.0, 0.7),
        ("e", "Adam", "quiet", "50:50", 0.001, 0, 2.0, 0.9),
    ],
    columns=COLUMNS,
).assign(seconds=1.0)


def test_means_by_hand():
    drawing = accuracy_by_variant(RUNS)
    rows = [tuple(row) for row in drawing.data.itertuples(index=False)]
    assert list(drawing.data.columns) == [*COLUMNS[1:5], "n", "initial_rate_hz", "mean"]
    # Two seeds at one start are one point of the line, at their mean rate.
    assert rows == [
        ("plain", "quiet", "50:50", 0.01, 2, 55.0, pytest.approx(0.4)),
        ("plain", "quiet", "50:50", 0.001, 1, 1.0, 0.8),
        ("plain", "noisy", "100:0", 0.001, 1, 1.0, 0.7),
        ("Adam", "quiet", "50:50", 0.001, 1, 2.0, 0.9),
    ]
    pd.testing.assert_frame_equal(drawing.more["runs"], RUNS[COLUMNS])


def test_a_column_a_variant_and_a_row_a_condition():
    drawing = accuracy_by_variant(
        RUNS, variants=["Adam", "plain"], conditions=["noisy", "quiet", "never"], band=(0.01, 25.6)
    )
    panels = drawing.figure.axes
    assert [axes.get_title() for axes in panels] == ["Adam", "plain", "", ""]
    assert [axes.get_ylabel() for axes in panels] == ["noisy", "", "quiet", ""]
    line, points = panels[3].get_lines()[:2]
    # A line goes from the lowest rate to the highest, whatever the order of the rows.
    assert line.get_xydata().tolist() == [[1.0, 80.0], pytest.approx([55.0, 40.0])]
    assert points.get_xydata().tolist() == [[50.0, 30.0], [60.0, 50.0], [1.0, 80.0]]
    assert panels[0].get_xscale() == "log"
    assert "Band: 0.01 to 25.6 Hz" in drawing.caption


def test_a_silent_network_has_a_place():
    axes = accuracy_by_variant(RUNS.assign(initial_rate_hz=[0, 40, 1, 1, 2])).figure.axes[-1]
    assert axes.get_xscale() == "symlog"
    assert axes.get_xlim()[0] < 0 < axes.get_xlim()[1]
    assert [label.get_text() for label in axes.get_xticklabels()] == ["0", "0.1", "1", "10"]


def test_it_is_a_csv(tmp_path):
    accuracy_by_variant(RUNS).save(tmp_path, "R1", ["svg"])
    lines = (tmp_path / "R1.csv").read_text().splitlines()
    assert lines[1] == "plain,quiet,50:50,0.01,2,55,0.4"
    assert len((tmp_path / "R1-runs.csv").read_text().splitlines()) == 1 + len(RUNS)
