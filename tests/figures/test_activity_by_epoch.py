import math

import pandas as pd
import pytest

from eccles.figures import activity_by_epoch


def test_lines_by_hand(epochs, classes):
    bins = pd.DataFrame({"low": [0.0, 0.0], "high": [0.0, 1.0], "count": [1, 3]})
    histograms = pd.concat(
        [
            bins.assign(run="good", epoch=epoch, projection=projection)
            for epoch in (-1, 0, 1)
            for projection in ("input->hidden", "hidden E->output")
        ]
    )
    drawing = activity_by_epoch({"good": "a run"}, epochs, classes, histograms)
    data = drawing.data.set_index(["epoch", "class_name"])
    assert set(data["run"]) == {"good"}
    assert data.loc[(0, "Boot"), "excitatory_spikes"] == 16
    # The mean of both classes: (8 + 16) / 2 and (2 + 4) / 2.
    assert data.loc[(0, "mean"), "excitatory_spikes"] == 12
    assert data.loc[(0, "mean"), "inhibitory_spikes"] == 3
    assert data.loc[(0, "mean"), "percent_excitatory"] == pytest.approx(80)
    assert len(drawing.more["accuracy"]) == 3
    assert set(drawing.more["weights"]["projection"]) == {"input->hidden"}
    weights = drawing.figure.axes[3]
    labels = [text.get_text() for text in weights.get_legend().get_texts()]
    assert labels == ["before (25 % zeros)", "after (25 % zeros)"]
    lines = drawing.figure.axes[0].get_lines()
    assert [line.get_label() for line in lines] == ["Bag", "Boot", "mean"]
    assert lines[-1].get_color() == "black"


def test_a_silent_run_without_weights(epochs, classes):
    drawing = activity_by_epoch({"silent": "no spikes"}, epochs, classes)
    assert all(math.isnan(value) for value in drawing.data["percent_excitatory"])
    assert "undefined, and not drawn, where nothing fires: 9 of 9 points" in drawing.caption
    assert list(drawing.more) == ["accuracy"]
