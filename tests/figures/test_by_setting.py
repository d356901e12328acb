import pandas as pd
import pytest

from eccles import InputError
from eccles.figures import by_setting

COLUMNS = ["run", "ei", "tau_mem", "initial_rate", "peak_accuracy"]
RUNS = pd.DataFrame(
    [
        ("a", "50:50", 0.005, "1 Hz", 0.2),
        ("b", "50:50", 0.005, "1 Hz", 0.4),
        ("c", "50:50", 0.020, "1 Hz", 0.5),
        ("d", "80:20", 0.020, "100 Hz", 0.7),
        ("e", "80:20", 0.005, "100 Hz", 0.6),
        ("f", "80:20", 0.005, "100 Hz", None),
    ],
    columns=COLUMNS,
)


def means_drawn(axes):
    """Return the lines through means, and not the points of runs."""
    drawn = (container.lines[0] for container in axes.containers)
    return [line.get_xydata().tolist() for line in drawn]


def test_means_by_hand_in_the_units_of_the_axes():
    drawing = by_setting(RUNS, "tau_mem", by="ei")
    (axes,) = drawing.figure.axes
    assert means_drawn(axes) == [
        [[5.0, pytest.approx(30.0)], [20.0, 50.0]],
        [[5.0, 60.0], [20.0, 70.0]],
    ]
    assert (axes.get_xlabel(), axes.get_ylabel()) == (
        "membrane time constant (ms)",
        "peak test accuracy (%)",
    )
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["50:50", "80:20"]
    # A run without a value is no point and counts nowhere.
    assert list(drawing.more["runs"]["run"]) == list("abcde")
    assert list(drawing.data["n"]) == [2, 1, 1, 1]
    assert "1 to 2 runs a mean" in drawing.caption


def test_epochs_are_those_that_a_network_was_trained_for():
    runs = RUNS.assign(peak_epoch=[-1, 0, 4, 9, 9, 9])
    drawing = by_setting(runs, "ei", y="peak_epoch")
    assert drawing.figure.axes[0].get_ylabel() == "epochs trained at the peak"
    assert list(drawing.data["mean"]) == [2, 10]  # Of 0, 1 and 5 epochs, and of 10.


def test_texts_are_places_side_by_side():
    (axes,) = by_setting(RUNS, "ei", by="tau_mem").figure.axes
    assert [label.get_text() for label in axes.get_xticklabels()] == ["50:50", "80:20"]
    first, second = means_drawn(axes)
    assert [x for x, _ in first] == [pytest.approx(-0.15), pytest.approx(0.85)]
    assert [x for x, _ in second] == [pytest.approx(0.15), pytest.approx(1.15)]
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["5 ms", "20 ms"]


def test_rates_are_numbers_and_decades_a_logarithm():
    (axes,) = by_setting(RUNS, "initial_rate").figure.axes
    assert [x for x, _ in means_drawn(axes)[0]] == [1.0, 100.0]
    assert axes.get_xscale() == "log"
    silent = RUNS.assign(scale=[0.0, 0.0, 1e-4, 1e-4, 1e-1, 1.0])
    assert by_setting(silent, "scale").figure.axes[0].get_xscale() == "symlog"


def test_a_panel_a_value():
    panels = by_setting(RUNS, "tau_mem", rows="ei").figure.axes
    titles = [axes.get_title() for axes in panels]
    assert titles == ["excitatory : inhibitory: 50:50", "excitatory : inhibitory: 80:20"]
    assert [means_drawn(axes)[0][0][1] for axes in panels] == [pytest.approx(30.0), 60.0]


def test_panels_that_share_an_axis_show_what_each_has():
    runs = RUNS.assign(peak_accuracy=[0.7, 0.72, 0.74, 0.1, 0.12, 0.11])
    drawing = by_setting(runs, "tau_mem", rows="ei")
    for axes in drawing.figure.axes:
        low, high = axes.get_ylim()
        assert low < 10
        assert high > 74


def test_many_values_twice_are_a_map():
    rows = [(f"{a}{b}", a / 10, b / 10, (a + b) / 20) for a in range(8) for b in range(8)]
    runs = pd.DataFrame(rows, columns=["run", "lr", "noise", "peak_accuracy"])
    axes, bar = by_setting(runs, "lr", by="noise").figure.axes
    (image,) = axes.get_images()
    # Upwards comes the noise, along the learning rate.
    assert image.get_array()[1, 2] == pytest.approx(100 * 3 / 20)
    assert bar.get_ylabel() == "peak test accuracy (%)"


def test_an_axis_of_shares_ends_at_all_and_none():
    (axes,) = by_setting(RUNS[:2], "ei").figure.axes
    # Student's interval of these two is wider than all shares there are.
    assert axes.get_ylim() == (0, 100)


@pytest.mark.slow
def test_what_is_missing_has_a_place_and_runs_may_be_apart():
    runs = RUNS.assign(flag=[True, False, None, True, None, None])
    (axes,) = by_setting(runs, "flag").figure.axes
    assert [label.get_text() for label in axes.get_xticklabels()] == ["yes", "no", "auto"]
    empty = by_setting(RUNS.assign(device_model=None), "device_model")
    assert list(empty.data["n"]) == [5]
    for named in ({"x": "run"}, {"x": "tau_mem", "by": "run"}, {"x": "tau_mem", "rows": "run"}):
        assert len(by_setting(RUNS, **named).data) == 5


def test_runs_that_agree_have_an_interval_of_no_width():
    same = pd.DataFrame({"ei": ["a"] * 9, "peak_accuracy": [0.1 + 0.2] * 9})
    assert by_setting(same, "ei").data["sd"][0] == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize(
    ("named", "said"),
    [
        ({"x": "tau"}, r"no column 'tau' \(did you mean 'tau_mem'"),
        ({"x": "ei", "by": "ei"}, "must be different columns"),
        ({"x": "ei", "y": "run"}, "must be a column of numbers, got 'run'"),
    ],
)
def test_what_cant_be_drawn_is_one_sentence(named, said):
    with pytest.raises(InputError, match=said):
        by_setting(RUNS, **named)
    with pytest.raises(InputError, match="must have a value in some run, got none"):
        by_setting(RUNS[5:], "ei")


def test_many_values_have_looks_of_their_own_and_a_legend_beside_the_panels():
    kinds = [f"device {k}" for k in range(8)]
    runs = pd.DataFrame([(kind, "80:20", 0.5) for kind in kinds], columns=["kind", "ei", "y"])
    drawing = by_setting(runs, "ei", y="y", by="kind")
    drawing.figure.draw_without_rendering()
    (axes,), (legend,) = drawing.figure.axes, drawing.figure.legends
    assert [text.get_text() for text in legend.get_texts()] == kinds
    assert legend.get_window_extent().x0 > axes.get_window_extent().x1
    lines = [container.lines[0] for container in axes.containers]
    assert len({(line.get_color(), line.get_marker()) for line in lines}) == len(kinds)


@pytest.mark.parametrize("rates", [["1 Hz", "2 Hz"], ["1 Hz", "100 Hz"]])
def test_means_at_one_number_lie_side_by_side(rates):
    rows = [(kind, rate, 0.5 + k / 10) for kind in "abc" for rate in rates for k in range(2)]
    runs = pd.DataFrame(rows, columns=["kind", "initial_rate", "y"])
    drawing = by_setting(runs, "initial_rate", y="y", by="kind")
    drawing.figure.draw_without_rendering()
    (axes,) = drawing.figure.axes
    places = []
    for container in axes.containers:
        line, caps, bars = container.lines
        for artist in (line, *caps, *bars):
            aside = artist.get_transform().transform((1, 0.5)) - axes.transData.transform((1, 0.5))
            places.append(aside[0] * 72 / axes.figure.dpi)
        assert line.get_xydata()[0].tolist() == [1, 0.55]  # The numbers stay what they are.
    assert places == pytest.approx([-2.5] * 4 + [0] * 4 + [2.5] * 4)
