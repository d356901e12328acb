import pandas as pd

from eccles.figures import accuracy_by_rate

RUNS = pd.DataFrame(
    {
        "run": ["a", "b", "c"],
        "ei": ["50:50", "50:50", "80:20"],
        "initial_rate_hz": [0.0, 30.0, 2.0],
        "peak_accuracy": [0.5, 0.7, 0.8],
        "seconds": [1.0, 2.0, 3.0],
    }
)


def test_a_panel_a_ratio_and_a_point_a_run():
    drawing = accuracy_by_rate(RUNS, band=(0.01, 25.6), line=0.86)
    # A peak of exactly 50 % isn't over 50 %.
    assert drawing.data["successful"].tolist() == [False, True, True]
    assert list(drawing.data.columns) == [
        "run", "ei", "initial_rate_hz", "peak_accuracy", "successful"
    ]  # fmt: skip
    titles = [axes.get_title() for axes in drawing.figure.axes]
    assert titles == ["50:50   (1 of 2 over 50 %)", "80:20   (1 of 1 over 50 %)"]
    filled, hollow = drawing.figure.axes[0].collections
    assert filled.get_offsets().tolist() == [[30.0, 70.0]]
    assert hollow.get_offsets().tolist() == [[0.0, 50.0]]
    assert "Band: 0.01 to 25.6 Hz" in drawing.caption
    assert "Dashed: 86 %" in drawing.caption


def test_no_point_is_outside():
    assert accuracy_by_rate(RUNS).figure.axes[0].get_xlim()[1] == 300
    fast = RUNS.assign(initial_rate_hz=[0.0, 900.0, float("nan")])
    for axes in accuracy_by_rate(fast).figure.axes:
        assert axes.get_xlim()[1] > 900
