import pandas as pd

from eccles.figures import layers_by_start


def layers():
    rows = [
        (model, start, f"layers.{k}", size * (k + 1), 0.1 * k, 10.0**-k, 0.8)
        for model, depth in (("mlp", 2), ("vgg", 3))
        for start, size in (("E-I Init", 1.0), ("plain", 0.5))
        for k in range(depth)
    ]
    numbers = ["integrated_std", "spikes_per_step", "gradient_norm", "expected_std"]
    return pd.DataFrame(rows, columns=["model", "start", "layer", *numbers])


def test_a_column_a_network_and_a_line_a_start():
    drawing = layers_by_start(layers())
    axes = drawing.figure.axes
    assert [each.get_title() for each in axes[:3]] == ["mlp", "vgg", ""]
    assert [list(line.get_ydata()) for line in axes[1].lines] == [
        [1, 2, 3],
        [0.8, 0.8, 0.8],
        [0.5, 1, 1.5],
    ]
    assert [list(line.get_xdata()) for line in axes[1].lines] == [[1, 2, 3]] * 3
    assert len(drawing.data) == 10
    assert "expected of E-I Init" in drawing.caption


def test_starts_in_another_order():
    drawing = layers_by_start(layers(), starts=["plain"], numbers=["gradient_norm"])
    axes = drawing.figure.axes[0]
    assert [list(line.get_ydata()) for line in axes.lines] == [[1, 0.1]]
    assert set(drawing.data["start"]) == {"plain"}
    assert axes.get_yscale() == "log"
