"""Devices of one's own in studies: read once, and shown by a short name."""

import json

import pandas as pd
import pytest

from eccles import InputError, TrainConfig
from eccles.cli import main
from eccles.devices import Device
from eccles.devices.presets import said
from eccles.sweeps.devices import called, device_names, values_of
from eccles.sweeps.plan import plan
from eccles.sweeps.study import Study, read_study
from eccles.sweeps.tables import load

STUDY = """
base: {data: fashion-mnist-sample, epochs: 0, hidden: 10}
grid: {device_model: [none, ecram, mine.yaml, {dw_min: 0.01}]}
repeat: 2
"""
MINE = Device(rule="soft_bounds", dw_min=0.002, cycle=0.5)


@pytest.fixture(autouse=True)
def _own_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there").mkdir()
    for file in ("there/mine.yaml", "there/ecram.yaml"):
        (tmp_path / file).write_text("rule: soft_bounds\ndw_min: 0.002\ncycle: 0.5\n")
    (tmp_path / "there/study.yaml").write_text(STUDY)


def test_a_file_is_read_once_and_stands_in_the_study(tmp_path):
    study = read_study(tmp_path / "there/study.yaml")
    assert study.grid["device_model"] == [None, "ecram", "mine", {"dw_min": 0.01}]
    assert study.devices == {"mine": said(MINE)}
    (tmp_path / "there/mine.yaml").unlink()
    again = Study.model_validate(json.loads(json.dumps(study.model_dump(mode="json"))))
    assert again == study
    configs = [plan(again).config(run) for run in plan(again).runs[:4]]
    assert [each.device_model for each in configs] == [
        None,
        "ecram",
        said(MINE),
        said({"dw_min": 0.01}),
    ]


def test_however_a_device_is_said_it_is_the_same_run():
    ways = [
        {"base": {"device_model": MINE}},
        {"base": {"device_model": "there/mine.yaml"}},
        {"base": {"device_model": "there/ecram.yaml"}},
        {"base": {"device_model": "thin"}, "devices": {"thin": MINE.model_dump()}},
        {"base": {"device_model": "thin", "device_bound": 5}, "devices": {"thin": said(MINE)}},
    ]
    found = [plan(Study.model_validate({"repeat": 2, **each})) for each in ways]
    usual = TrainConfig(device_model=MINE, seed=1)
    known = [each.config(each.runs[1]) for each in found]
    assert [each.identity() for each in known[:4]] == [usual.identity()] * 4
    assert known[4] == TrainConfig(device_model=MINE, seed=1, device_bound=5)
    # A file that has a preset's name isn't taken for the preset.
    assert found[2].study.base["device_model"] == "there/ecram.yaml"


def test_names_say_the_file_or_what_tells_devices_apart():
    study = Study(base={"device_model": "there/mine.yaml"}, repeat=2)
    texts = [
        said({"rule": "pow", "dw_min": 0.002, "cycle": cycle, "power": 2}) for cycle in (0.5, 1.5)
    ]
    names = device_names(study, [None, "ecram", said(MINE), *texts, texts[0]])
    assert names == {
        said(MINE): "mine",
        texts[0]: "custom pow, cycle 0.5, dw_min 0.002",
        texts[1]: "custom pow, cycle 1.5, dw_min 0.002",
    }
    same = [said({"rule": "linear", "gamma_up": g, "gamma_down": g, "cycle": g}) for g in (0.1, 1)]
    curve = [f'{{"nodes_up": [1.0, {g}], "rule": "piecewise"}}' for g in (0.5, 0.7)]
    found = device_names(study, [*same, *curve])
    assert len(set(found.values())) == 4
    assert found[curve[0]] == "custom piecewise, nodes_up [1.0, 0.5]"
    close = [said({"cycle": c}) for c in (0.1, 0.10000001)]
    both = {"custom constant, cycle 0.1", "custom constant, cycle 0.1 (2)"}
    assert set(device_names(study, close).values()) == both
    rows = pd.DataFrame({"device_model": [None, said(MINE)]})
    assert list(called(study, rows)["device_model"]) == ["none", "mine"]
    assert rows["device_model"][1] == said(MINE)
    for shown, value in (("mine", said(MINE)), (said(MINE), said(MINE)), ("none", None)):
        (found,) = values_of(study, rows, {"device_model": shown}).values()
        assert found == value or (value is None and pd.isna(found))
    with pytest.raises(InputError, match="device_model must be one of none, mine, got 'mone'"):
        values_of(study, rows, {"device_model": "mone"})


def test_a_study_that_is_copied_elsewhere_is_whole(done_by_threads, tmp_path, capsys):
    done_by_threads(read_study(tmp_path / "there/study.yaml"))
    (tmp_path / "there/mine.yaml").unlink()
    (tmp_path / "out").rename(tmp_path / "copy")
    capsys.readouterr()
    assert main(["results", "copy"]) == 0
    shown = capsys.readouterr().out
    assert "{" not in shown
    assert max(map(len, shown.splitlines()[:8])) <= 80
    for name in ("none", "ecram", "mine", "custom constant, dw_min 0.01"):
        assert shown.count(f" {name}  ") == 1
    assert main(["results", "copy", "--against", "device_model=mine"]) == 0
    assert "custom constant" in capsys.readouterr().out
    # Tables have the constants, however a device is shown.
    known = {"ecram", said(MINE), said({"dw_min": 0.01})}
    assert set(load("copy").runs["device_model"].dropna()) == known
    assert main(["figures", "copy", "--format", "svg", "--x", "device_model"]) == 0
    picture = (tmp_path / "copy/figures/peak_accuracy.svg").read_text()
    assert "mine</text>" in picture
    assert "soft_bounds" not in picture


def test_the_reference_is_said_as_the_table_says_it(done_by_threads, tmp_path, capsys):
    grid = {"device_model": [None, "ecram"], "tau_syn_inhibitory": [None, "10 ms"]}
    base = {"data": "fashion-mnist-sample", "epochs": 0, "hidden": 10, "recurrent": 0.1}
    done_by_threads(Study(name="words", base=base, grid=grid, repeat=2))
    out = str(tmp_path / "out")
    assert main(["results", out, "--against", "device_model=none,tau_syn_inhibitory=auto"]) == 0
    table = capsys.readouterr().out
    assert table.count(" none  ") == 1
    assert table.count(" auto  ") == 1
    assert main(["results", out, "--against", "device_model=nome"]) == 2
    said = capsys.readouterr().err
    assert "must be one of none, ecram, got 'nome' (did you mean 'none'?)" in said
