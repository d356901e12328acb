import pandas as pd
import pytest

from eccles.figures import update_distributions
from eccles.figures.histograms import density, draw_density

BINS = pd.DataFrame({"low": [0.0, 0.5, 0.0], "high": [0.5, 1.5, 0.0], "count": [2, 3, 5]})


def test_density():
    shown, zeros = density(BINS)
    # 10 weights: 2 in a bin of 0.5, 3 in one of 1, 5 exactly zero.
    assert shown["density"].tolist() == pytest.approx([0.4, 0.3])
    assert zeros == 0.5


def test_no_bins():
    shown, zeros = density(BINS.iloc[:0])
    assert len(shown) == 0
    assert zeros == 0


def test_a_panel_a_stage_and_projection():
    stages = ("before", "gradient", "noise", "after")
    parts = [
        BINS.assign(stage=stage, projection=projection)
        for projection in ("input->hidden", "hidden->output")
        for stage in stages
    ]
    drawing = update_distributions(pd.concat(parts), note="one batch")
    assert len(drawing.figure.axes) == 8
    assert drawing.data["count"].sum() == 80
    titles = [axes.get_title() for axes in drawing.figure.axes[:4]]
    assert titles == ["before the update", "gradient's change", "noise", "after the update"]
    assert drawing.figure.axes[0].texts[0].get_text() == "exactly 0: 50.0 %"


def test_all_zeros_and_no_noise():
    silent = BINS.tail(1).assign(stage="gradient", projection="input->hidden")
    drawing = update_distributions(silent)
    assert len(drawing.figure.axes) == 1
    assert drawing.figure.axes[0].texts[0].get_text() == "exactly 0: 100.0 %"


def test_bins_stand_on_the_axis_whatever_is_drawn_over_them():
    from matplotlib.figure import Figure

    axes = Figure().subplots()
    draw_density(axes, BINS, "black", "first")
    assert axes.get_ylim() == pytest.approx((0.15, 0.8))
    draw_density(axes, BINS.assign(count=[1, 999, 0]), "blue", "second")
    # 0.002 and 0.999: both fit, and both are filled to below the lower end.
    assert axes.get_ylim() == pytest.approx((0.001, 1.998))
    lowest = [fill.get_paths()[0].vertices[:, 1].min() for fill in axes.collections]
    assert max(lowest) < 0.001
