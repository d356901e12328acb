import pandas as pd
import pytest
from PIL import Image

from eccles.figures import currents_film


def currents():
    rows = []
    for epoch in (-1, 0):
        for layer in ("layers.1", "layers.2"):
            for current in ("excitatory", "integrated"):
                shift = (epoch + 1) + (current == "integrated")
                rows += [
                    (epoch, layer, current, shift + k / 2, shift + (k + 1) / 2, n)
                    for k, n in enumerate((1, 2, 1))
                ]
    columns = ["epoch", "layer", "current", "low", "high", "count"]
    return pd.DataFrame(rows, columns=columns)


def test_shares_are_areas_and_a_frame_is_an_epoch(tmp_path):
    film = currents_film(currents())
    assert film.frames == 2
    assert film.data["density"].tolist() == [0.5, 1.0, 0.5] * 8
    first = film.figure.axes[0]
    excitatory, integrated = first.patches
    assert first.get_title() == "layers.1"
    assert excitatory.get_data().values.tolist() == [0.5, 1.0, 0.5]
    assert excitatory.get_data().edges.tolist() == [0, 0.5, 1, 1.5]
    film.show(1)
    assert integrated.get_data().edges.tolist() == [2, 2.5, 3, 3.5]
    # Wide enough for both epochs.
    assert first.get_xlim() == pytest.approx((0, 3.5))
    paths = film.save(tmp_path, "currents", ["gif"])
    assert [path.name for path in paths] == ["currents.gif", "currents.csv"]
    with Image.open(paths[0]) as gif:
        assert gif.n_frames == 2


def test_far_bins_do_not_set_the_width():
    data = currents()
    data["count"] *= 1000
    far = data.iloc[:1].assign(low=1.5, high=1e9, count=1)
    film = currents_film(pd.concat([data.iloc[:3], far, data.iloc[3:]]))
    assert film.figure.axes[0].get_xlim()[1] == 3.5
    assert film.data["density"].max() == pytest.approx(1.0, rel=1e-3)


def test_a_bin_of_no_width_has_no_height():
    """A single number beyond the others, twice."""
    data = currents()
    alone = data.iloc[:1].assign(low=1.5, high=1.5, count=2)
    film = currents_film(pd.concat([data.iloc[:3], alone, data.iloc[3:]]))
    assert film.data["density"].iloc[3] == 0


def test_a_narrow_epoch_does_not_flatten_the_others():
    data = currents()
    narrow = data["epoch"] == 0
    data.loc[narrow, ["low", "high"]] /= 100
    film = currents_film(data)
    axes = film.figure.axes[0]
    assert axes.get_ylim()[1] == pytest.approx(1.05)
    assert film.figure.get_supxlabel() == "current, untrained"
    film.show(1)
    assert axes.get_ylim()[1] == pytest.approx(105)
    assert film.figure.get_supxlabel() == "current, 1 epoch"


def test_currents_that_a_layer_lacks():
    """Plain layers have what they integrate alone."""
    film = currents_film(currents().query("current == 'integrated'"))
    assert len(film.figure.axes[0].patches) == 1
    film.show(1)
