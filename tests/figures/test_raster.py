import numpy as np
import pytest

import eccles
from eccles import InputError, SpikeEvents

EVENTS = SpikeEvents.from_trials([[0.001, 0.001, 0.003], [], [0.002]], [[0, 0, 2], [], [1]])


def test_the_numbers_are_those_of_the_events():
    drawing = eccles.raster(EVENTS, [2, 0])
    rows = [tuple(row) for row in drawing.data.itertuples(index=False)]
    assert rows == [(2, 2.0, 1, 1.0), (0, 1.0, 0, 2.0), (0, 3.0, 2, 1.0)]
    above, below = drawing.figure.axes[1], drawing.figure.axes[3]
    assert np.asarray(above.collections[0].get_offsets()).tolist() == [[1, 0], [3, 2]]
    assert below.lines[0].get_ydata().tolist() == [0, 2, 0, 1]
    assert "<svg" in drawing._repr_svg_()


def test_a_sample_without_events_is_empty_and_says_so():
    drawing = eccles.raster(EVENTS, [0, 1])
    assert set(drawing.data["sample"]) == {0}
    said = [[text.get_text() for text in axes.texts] for axes in drawing.figure.axes]
    assert said == [[], ["no spikes"], [], []]


def test_units_and_spikes_are_whole_numbers():
    for axes in eccles.raster(EVENTS).figure.axes:
        ticks = axes.get_yticks()
        low, high = axes.get_ylim()
        assert {tick for tick in ticks if low <= tick <= high} <= {0, 1, 2}


def test_units_that_excite_have_a_colour():
    drawing = eccles.raster(EVENTS, 0, n_excitatory=2, titles=["$3 a $"])
    assert len(np.unique(drawing.figure.axes[0].collections[0].get_facecolors(), axis=0)) == 2


@pytest.mark.parametrize(
    ("sample", "named", "sentence"),
    [
        (3, {}, "samples must be whole numbers from -3 to 2, or a slice, got 3"),
        ([], {}, "sample must be 1 to 12 samples, got 0"),
        (0, {"titles": ["a", "b"]}, "the number of titles must be 1, one a sample, got 2"),
    ],
)
def test_what_cant_be_drawn_is_one_sentence(sample, named, sentence):
    with pytest.raises(InputError, match=sentence):
        eccles.raster(EVENTS, sample, **named)
