"""Small campaigns of each sort, and proof that a campaign finds what it must find."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="forks, signals and limits of Linux"),
]


_SPEC = importlib.util.spec_from_file_location("signs", HERE / "signs.py")
signs = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(signs)


def campaign(name, folder, *words):
    """Run a campaign; return its exit status and what it wrote of itself."""
    file = folder / f"{name}.json"
    command = [sys.executable, str(HERE / f"{name}.py"), "--jobs", "1", "--json", str(file), *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stderr
    return done.returncode, json.loads(file.read_text(encoding="utf-8"))


def test_two_hundred_hostile_inputs(tmp_path):
    status, found = campaign("fuzz", tmp_path, "--inputs", "200")
    assert found["faults"] == []
    assert status == 0
    assert found["inputs"] == 200
    words = [
        sum(kind[word] for kind in found["kinds"].values()) for word in ("accepted", "refused")
    ]
    assert min(words) > 20


def test_faults_that_are_planted_are_found(tmp_path):
    # The twelve that there are, in turn.
    status, found = campaign(
        "fuzz", tmp_path, "--inputs", "12", "--kinds", "planted", "--patience", "0.5"
    )
    assert status == 1
    assert found["kinds"] == {"planted": {"accepted": 1, "refused": 2, "fault": 9}}
    groups = {fault["group"].partition(":")[0] for fault in found["faults"]}
    assert groups == {
        "IndexError in planted.py",
        "longer than 500 letters",
        "more than one line",
        "wrong",
        "hangs in planted.py",
        "MemoryError in planted.py",
        "kills the process by signal 11",
        "ends the process with status 0",
        "SystemExit in planted.py",
    }


def test_kills_change_nothing(tmp_path):
    status, found = campaign("kill", tmp_path, "--kills", "3", "--kinds", "train")
    assert found["faults"] == []
    assert status == 0
    assert found["kinds"]["all"]["kills"] == 3


def test_a_checkpoint_that_says_another_epoch_is_found(tmp_path):
    status, found = campaign("kill", tmp_path, "--kills", "1", "--kinds", "train", "--plant")
    assert status == 1
    assert len(found["faults"]) == 1


def test_no_update_of_a_device_flips_a_sign(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["signs.py", "--updates", "1"])
    assert signs.main() == 0
    shown = capsys.readouterr().out.splitlines()
    assert [line.split()[-3:] for line in shown[1:]] == [["0", "0", "0"]] * 10
    assert int(shown[-1].split()[1].replace(",", "")) == 8 * 400_000


@pytest.mark.parametrize("broken", signs.BROKEN)
def test_a_device_that_breaks_a_rule_is_found(broken, monkeypatch, capsys):
    class Broken(signs.Crossbar):
        def update_(self, weight, before, key, batch):
            super().update_(weight, before, key, batch)
            factor = {"flipped": -1.0, "beyond": 1e9, "no number": float("nan")}[broken]
            weight[:, 0] = factor * before[:, 0]

    monkeypatch.setattr(signs, "Crossbar", Broken)
    _, counts = signs.round_of(0, 0)
    assert counts[broken] > 0
