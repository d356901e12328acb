import json
import re

import numpy as np
import pytest

from eccles.errors import InputError
from eccles.report import explorer

pytestmark = pytest.mark.slow


def binds(chart):
    return {each["name"]: each.get("bind", {}) for each in chart["params"]}


def test_menus_of_what_differs_and_of_nothing_else(small):
    charts = explorer(*small)
    for chart in (charts.wide, charts.narrow):
        menus = binds(chart)
        assert menus["only_ei"]["options"] == ["all", "50:50", "80:20"]
        assert menus["only_seed"]["options"] == ["all", "0", "1"]
        assert not {"only_w1_std", "only_update_noise", "only_study"} & menus.keys()
        assert (menus["chosen_epoch"]["min"], menus["chosen_epoch"]["max"]) == (0, 2)


def test_kinds_of_data_are_never_shown_together(small):
    charts = explorer(*small)
    assert binds(charts.wide)["only_data_kind"]["options"] == ["real", "synthetic"]
    assert "never a mixture" in charts.notes[0]
    runs, epochs = small
    charts = explorer(runs[runs["data_kind"] == "real"], epochs)
    assert "only_data_kind" not in binds(charts.wide)
    assert charts.notes == ()


def test_studies_are_never_shown_together(small):
    runs, epochs = small
    # One menu is enough where each study has data of one kind.
    charts = explorer(runs.assign(study=runs["data_kind"]), epochs)
    menus = binds(charts.wide)
    assert menus["only_study"]["options"] == ["real", "synthetic"]
    assert "only_data_kind" not in menus


def test_the_run_that_is_chosen_first_is_one_that_is_shown(small):
    runs, epochs = small
    runs.loc[runs["data_kind"] == "synthetic", "peak_accuracy"] = 0.9
    (picked,) = [p for p in explorer(runs, epochs).wide["params"] if p["name"] == "picked"]
    assert runs.loc[picked["value"][0]["number"], "data_kind"] == "real"


def test_failures_and_thinning_are_said(small):
    runs, epochs = small
    runs.loc[0, "status"] = "failed"
    notes = " ".join(explorer(runs, epochs, rows=4).notes)
    assert "1 run failed, and has no place here." in notes
    assert "every 10th epoch" in notes
    # Both of seed 1, though one of them would fit.
    assert "2 of 3 runs are left out" in notes


def test_no_run_is_done(small):
    runs, epochs = small
    with pytest.raises(InputError, match="must have a run that is done"):
        explorer(runs.assign(status="failed"), epochs)


def test_colours_can_be_given(small):
    chart = json.dumps(explorer(*small, palette={"80:20": "#123456"}).wide)
    assert '["#0072B2", "#123456"]' in chart


def test_charts_hold_no_data(reference):
    charts = explorer(reference.runs, reference.epochs, reference.table("weights"))
    assert len(json.dumps(charts.wide)) < 30_000
    assert "datasets" not in charts.wide


@pytest.mark.parametrize(("hz", "end"), [(0.0, 1000.0), (700.0, 1400.0)])
def test_an_axis_of_one_rate_has_two_ends(small, hz, end):
    """As of networks that are all silent: their labels would lie over each other."""
    runs, epochs = small
    charts = explorer(runs.assign(initial_rate_hz=hz), epochs.assign(rate_hz=hz))
    ends = ends_of(charts.wide, "rate before training (Hz)")
    assert ends["domainMin"] < hz
    assert ends["domainMax"] > end


def quoted(chart):
    """Return charts as text; what is quoted in their expressions has single quotes."""
    return json.dumps(chart).replace('\\"', "'")


def ends_of(chart, axis):
    """Return where the horizontal axis of a name begins and ends, and its marks as text."""
    text = quoted(chart)
    return {
        end: float(
            re.search(rf'"{end}": {{"expr": "{{.*?\'{re.escape(axis)}\': ([-0-9.e+]+)', text)[1]
        )
        for end in ("domainMin", "domainMax")
    }


@pytest.mark.parametrize("rates", [(4.9, 5.1), (0.0, 0.0), (0.01, 900.0), (3.0, 7.0)])
def test_no_point_lies_on_the_frame_and_three_marks_are_in_sight(small, rates):
    runs, epochs = small
    some = np.linspace(*rates, len(runs))
    charts = explorer(runs.assign(initial_rate_hz=some), epochs.assign(rate_hz=rates[0]))
    ends = ends_of(charts.wide, "rate before training (Hz)")
    assert ends["domainMin"] < rates[0]
    assert ends["domainMax"] > rates[1]
    marks = re.search(r"'rate before training \(Hz\)': \[(.*?)\]", quoted(charts.wide))[1]
    seen = [float(mark) for mark in marks.split(",")]
    assert len(seen) >= 3
    assert all(ends["domainMin"] <= mark <= ends["domainMax"] for mark in seen)


def test_points_at_one_value_are_spread_less_than_values_are_apart(small):
    runs, epochs = small
    runs = runs.assign(lr=[0.1, 0.2, 0.1, 0.2])
    text = json.dumps(explorer(runs, epochs, settings=("ei", "lr", "seed")).wide)
    shares = re.search(r'"xOffset": {"expr": ".*? \* (\d+) \* {(.*?)}\[across\]', text)
    beside = json.loads("{" + shares[2].replace("\\", "") + "}")
    assert 0 < beside["learning rate"] < 0.2
    assert {beside[name] for name in beside if "rate " in name and "(Hz)" in name} == {0.0}
