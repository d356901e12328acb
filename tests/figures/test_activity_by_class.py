import math

import pytest

from eccles.figures import activity_by_class


def test_points_by_hand(runs, epochs, classes):
    drawing = activity_by_class(runs, epochs, classes, at_epochs=(-1, 0, 29))
    data = drawing.data.set_index(["run", "epoch", "class"])
    # The last epoch stands in for one that comes after it.
    assert sorted(data.index.get_level_values("epoch").unique()) == [-1, 0, 1]
    assert data.loc[("good", 0, 1), "total_spikes"] == 20
    assert data.loc[("good", 0, 1), "percent_excitatory"] == pytest.approx(80)
    assert data.loc[("bad", -1, 0), "percent_excitatory"] == pytest.approx(25)
    assert math.isnan(data.loc[("silent", 1, 0), "percent_excitatory"])
    groups = data["group"].groupby("run").first()
    # A peak of exactly 50 % isn't over 50 %.
    assert groups.to_dict() == {"bad": "failed", "good": "successful", "silent": "failed"}
    assert "6 of 18 points aren't drawn: nothing fired." in drawing.caption
    curves = drawing.more["curves"]
    assert len(curves) == 9
    assert curves["accuracy"].max() == pytest.approx(0.8)
    titles = [axes.get_title() for axes in drawing.figure.axes]
    assert titles[:4] == ["successful: 1 network", "untrained", "1 epoch", "2 epochs"]
    assert titles[4] == "failed: 2 networks"


def test_the_former_name_of_the_epochs_works_and_says_so(runs, epochs, classes):
    with pytest.warns(DeprecationWarning, match="moments is now at_epochs") as said:
        former = activity_by_class(runs, epochs, classes, moments=(-1, 1))
    assert said[0].filename == __file__
    assert former.data.equals(activity_by_class(runs, epochs, classes, at_epochs=(-1, 1)).data)


def test_silent_networks_alone(runs, epochs, classes):
    silent = [table[table["run"] == "silent"] for table in (runs, epochs, classes)]
    drawing = activity_by_class(*silent, at_epochs=(-1, 1))
    assert drawing.data["percent_excitatory"].isna().all()
    assert "4 of 4 points" in drawing.caption
