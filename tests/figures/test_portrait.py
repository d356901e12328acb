import pandas as pd

from eccles.figures import portrait


def sample(readouts, spikes):
    rows = [("input", 3, 5, 1.0), *(("hidden", unit, step, 1.0) for unit, step in spikes)]
    rows += [("membrane", unit, step, 0.1 * step) for unit in range(6) for step in range(4)]
    rows += [("readout", k, step, v) for k, values in enumerate(readouts) for step, v in values]
    return pd.DataFrame(rows, columns=["kind", "unit", "step", "value"]).assign(label=0)


def test_what_was_chosen_and_what_is_drawn():
    # Class 1 peaks highest, though class 0 ends highest.
    readouts = [[(0, 0.0), (1, 1.0)], [(0, 2.0), (1, 0.5)], [(0, 0.0), (1, 0.1)]]
    table = sample(readouts, [(0, 2), (2, 1), (2, 3), (5, 2)])
    drawing = portrait(table, 4, class_names=("Bag", "Boot", "Shirt"))
    assert "Black: the chosen class, Boot; the label is Bag." in drawing.caption
    inputs, hidden, membranes, outputs = drawing.figure.axes
    assert inputs.get_title(loc="left") == "1 input spikes"
    labels = [text.get_text() for text in hidden.get_legend().get_texts()]
    assert labels == ["excitatory (3)", "inhibitory (1)"]
    # The two of either kind that fire most, the lower number where they fire alike.
    assert [text.get_text() for text in membranes.get_yticklabels()] == ["I 4", "I 5", "E 0", "E 2"]
    labels = [text.get_text() for text in outputs.get_legend().get_texts()]
    assert labels == ["chosen: Boot", "label: Bag", "other classes"]
    assert drawing.data["time_ms"].max() == 5.0
    assert len(drawing.data) == len(table)


def test_a_silent_network():
    readouts = [[(0, 0.0), (1, 0.0)]] * 2
    drawing = portrait(sample(readouts, []), 4)
    # Nothing fires: the lowest class is chosen.
    assert "the chosen class, 0; the label is 0" in drawing.caption
    assert drawing.figure.axes[1].get_title(loc="left") == "0 hidden spikes"
