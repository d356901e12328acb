import pandas as pd
import pytest

from eccles.errors import InputError
from eccles.figures import accuracy_by_change

RUNS = pd.DataFrame(
    [
        ("mlp8", "recipe", 0, 0.8),
        ("mlp8", "recipe", 1, 0.9),
        ("mlp8", "no scaling", 0, 0.5),
        ("mlp8", "no scaling", 1, float("nan")),
        ("vgg8", "recipe", 0, 0.7),
        ("vgg8", "no scaling", 0, float("nan")),
    ],
    columns=["model", "change", "seed", "accuracy"],
)


def marks(axes):
    """Return the places of points and of bars, row by row, and the dashed line's."""
    dashed, *others = axes.lines
    assert dashed.get_linestyle() == "--"
    return list(dashed.get_xdata()), [(list(o.get_xdata()), list(o.get_ydata())) for o in others]


def test_points_bars_and_the_mean_of_the_first_change():
    left, right = accuracy_by_change(RUNS).figure.axes
    dashed, others = marks(left)
    assert dashed == pytest.approx([85, 85])
    (points, rows), (bar, _), (single, low), _ = others
    assert (points, rows) == (pytest.approx([80, 90]), [0, 0])
    assert bar == pytest.approx([85, 85])
    assert (single, low) == ([50], [1])
    assert [text.get_text() for text in right.texts] == ["no run finished"]
    assert [each.get_text() for each in left.get_yticklabels()] == ["recipe", "no scaling"]


def test_order_and_numbers():
    drawing = accuracy_by_change(RUNS, changes=["no scaling", "recipe"])
    left = drawing.figure.axes[0]
    assert marks(left)[0] == [50, 50]
    assert left.get_ylim() == (1.5, -0.5)
    assert len(drawing.data) == len(RUNS)
    assert "mean of no scaling" in drawing.caption
    assert len(accuracy_by_change(RUNS, changes=["recipe"]).data) == 3


def test_nothing_to_draw():
    with pytest.raises(InputError, match="a table with a row or more"):
        accuracy_by_change(RUNS.iloc[:0])
