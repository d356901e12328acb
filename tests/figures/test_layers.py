import pandas as pd
import pytest

from eccles.figures.layers import layer_statistics

LINES = ["layers.1", "layers.2"]


def layers(epochs=(-1, 0), **numbers):
    rows = [
        {"epoch": epoch, "layer": layer, **{name: each(epoch, k) for name, each in numbers.items()}}
        for epoch in epochs
        for k, layer in enumerate(LINES)
    ]
    return pd.DataFrame(rows)


def ys(axes):
    return [list(line.get_ydata()) for line in axes.lines]


def test_a_panel_a_number_and_a_line_an_epoch(tmp_path):
    drawing = layer_statistics(
        layers(
            spikes_per_step=lambda epoch, k: 0.1 * (epoch + 2) + 0.01 * k,
            integrated_std=lambda epoch, k: 1.0 + k,
            expected_std=lambda epoch, k: 0.8,
            balance=lambda epoch, k: None,
        )
    )
    rate, spread, *rest = drawing.figure.axes
    assert ys(rate)[0] == pytest.approx([0.1, 0.11])
    assert ys(rate)[1] == pytest.approx([0.2, 0.21])
    assert ys(spread) == [[1, 2], [0.8, 0.8], [1, 2], [0.8, 0.8]]
    assert [axes.axison for axes in rest] == [False, False]
    (legend,) = drawing.figure.legends
    said = [text.get_text() for text in legend.get_texts()]
    assert said == ["before training", "epoch 1", "E-I Init expects"]
    assert list(drawing.data) == [
        "epoch", "layer", "depth", "spikes_per_step", "integrated_std", "expected_std"
    ]  # fmt: skip
    assert drawing.data["depth"].tolist() == [1, 2, 1, 2]
    paths = drawing.save(tmp_path, "layers", ["svg"])
    assert [path.name for path in paths] == ["layers.svg", "layers.csv"]
    assert "before training" in paths[0].read_text()


def test_of_many_epochs_a_few_are_drawn():
    drawing = layer_statistics(layers(range(-1, 30), balance=lambda epoch, k: 1.0))
    shown = drawing.data["epoch"].unique().tolist()
    assert len(shown) == 6
    assert (shown[0], shown[-1]) == (-1, 29)


def test_what_differs_much_has_a_logarithm():
    near = layer_statistics(layers(gradient_norm=lambda epoch, k: 1.0 + k))
    far = layer_statistics(layers(gradient_norm=lambda epoch, k: 1e4 * k))
    wide = layer_statistics(layers(gradient_norm=lambda epoch, k: 1 + 1e4 * k))
    scales = [each.figure.axes[0].get_yscale() for each in (near, far, wide)]
    assert scales == ["linear", "linear", "log"]
