import numpy as np
import pandas as pd
import pytest

from eccles.figures import by_setting, style
from eccles.figures.beside import Beside


def drawn_at(axes):
    """Return where points are drawn, in points of print from where their numbers would be."""
    found = {}
    for line in axes.get_lines():
        path = line.get_xydata()
        shift = line.get_transform().transform(path) - axes.transData.transform(path)
        for (x, y), (aside, up) in zip(path.tolist(), shift, strict=True):
            assert up == pytest.approx(0)
            found[x, y] = aside * 72 / axes.figure.dpi
    return found


def test_points_that_would_overlap_are_spread():
    axes = style.figure(2, 2).subplots()
    axes.set(xlim=(0, 2), ylim=(0, 100))
    # Of 100 points of print a point takes two: those at 10 and 11 would overlap.
    Beside(axes, 100, 60, 100).draw([0, 0, 0, 1], [10, 11, 50, 11], "k")
    places = drawn_at(axes)
    one, two, far, other = (places[at] for at in ((0, 10), (0, 11), (0, 50), (1, 11)))
    assert one == pytest.approx(far) == pytest.approx(other)
    assert one > 3
    assert two - one > 2


def test_points_stay_at_their_place():
    axes = style.figure(2, 2).subplots()
    axes.set(xlim=(0, 2), ylim=(0, 100))
    Beside(axes, 100, 3, 100).draw([0] * 9, [10 + k / 9 for k in range(9)], "k")
    assert set(np.round(list(drawn_at(axes).values()), 6)) == {1.5}


def test_no_point_lies_under_its_mean_or_beyond_the_panel():
    runs = pd.DataFrame({"lr": [1e-4] * 20 + [0.1] * 20, "y": [k / 20 for k in range(20)] * 2})
    (axes,) = by_setting(runs, "lr", y="y").figure.axes
    dots = [line for line in axes.get_lines() if line.get_markersize() == 2]
    at = np.concatenate([line.get_transform().transform(line.get_xydata()) for line in dots])
    assert len(at) == 40
    box = axes.get_window_extent()
    assert (at > [box.x0, box.y0]).all()
    assert (at < [box.x1, box.y1]).all()
    means = axes.transData.transform(axes.containers[0].lines[0].get_xydata())
    assert min(abs(x - m) for x, _ in at for m, _ in means) > 2
