import json
from pathlib import Path

import pytest

from eccles.cli import main
from eccles.devices import NAMES


def test_list_and_show(capsys):
    assert main(["devices", "list"]) == 0
    shown = capsys.readouterr().out
    assert all(name in shown for name in NAMES)
    assert main(["devices", "list", "--json"]) == 0
    assert set(json.loads(capsys.readouterr().out)) == set(NAMES)
    assert main(["devices", "show", "ecram"]) == 0
    assert ["gamma_down", "0.5085"] in [
        line.split() for line in capsys.readouterr().out.split("\n")
    ]


def test_steps_are_those_of_a_device_without_spread(capsys):
    """At its upper bound ecram takes 0.002 (1 - 0.1153) up; at the lower one 0.002 (1 - 0.5085)."""
    assert main(["devices", "show", "ecram", "--json"]) == 0
    steps = json.loads(capsys.readouterr().out)["steps"]
    assert steps[-1]["up"] == pytest.approx(0.002 * (1 - 0.1153))
    assert steps[0]["down"] == pytest.approx(0.002 * (1 - 0.5085))


def test_a_pair_has_no_step_down(tmp_path, capsys):
    """At zero pcm takes 0.01 (1 + 27.235)."""
    assert main(["devices", "show", "pcm", "--json"]) == 0
    steps = json.loads(capsys.readouterr().out)["steps"]
    assert steps[0] == {"conductance": 0.0, "up": pytest.approx(0.28235)}
    assert main(["devices", "show", "pcm"]) == 0
    assert ["conductance", "up"] in [each.split() for each in capsys.readouterr().out.splitlines()]
    assert main(["devices", "plot", "pcm", "--out", str(tmp_path / "pcm.svg")]) == 0
    assert "down" not in (tmp_path / "pcm.csv").read_text(encoding="utf-8")


def test_a_file_of_ones_own_is_drawn(tmp_path, capsys):
    path = tmp_path / "mine.yaml"
    path.write_text("rule: soft_bounds\nb_max_dtod: 0.2\n", encoding="utf-8")
    assert main(["devices", "plot", str(path), "--out", str(tmp_path / "mine.svg")]) == 0
    assert {"mine.svg", "mine.csv"} <= {each.name for each in tmp_path.iterdir()}
    assert "mine.svg" in capsys.readouterr().out


def test_a_device_without_pulses_is_shown_by_its_noise(tmp_path, capsys):
    path = tmp_path / "mine.yaml"
    path.write_text("{rule: gaussian, sigma: 2e-4}", encoding="utf-8")
    assert main(["devices", "show", str(path)]) == 0
    assert ["sigma", "0.0002"] in [each.split() for each in capsys.readouterr().out.splitlines()]
    assert main(["devices", "plot", str(path), "--out", str(tmp_path / "mine.svg")]) == 2
    assert "rule must be one whose pulses have a size, got" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["show"], "NAME must be one of eccles devices list"),
        (["show", "ecrm"], "there is no preset 'ecrm' (did you mean 'ecram'?)"),
        (["plot", "ecram", "--out", "picture.gif"], "must be a file named .svg"),
        (["lst"], "what to do must be one of"),
        (["show", "net.yaml"], "net.yaml must be a device, with any of rule, dw_min, up_down, "),
        (["show", "net.yaml"], " more, got 'groups, signs'"),
        (["show", "nowhere.yaml"], "device: nowhere.yaml must be a readable file"),
        (["show", "empty.yaml"], "empty.yaml must be a device, with any of rule, dw_min, "),
        (["show", "near.yaml"], "there is no setting 'dw' (did you mean 'dw_min'?)"),
    ],
)
def test_mistakes_are_one_sentence(words, sentence, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("net.yaml").write_text("groups: {E: 80}\nsigns: {}\n")
    Path("empty.yaml").touch()
    Path("near.yaml").write_text("rule: linear\ndw: 0.1\n")
    assert main(["devices", *words]) == 2
    told = capsys.readouterr().err
    assert sentence in told
    assert told.count("\n") == 1
