"""`eccles train --model` as a user calls it, on a few real images."""

import json
from pathlib import Path

import numpy as np
import pytest

from eccles.cli import main
from eccles.data import ImageSplits, load_images
from eccles.training import loop

SMALL = ["--width", "0.2", "--epochs", "1"]


@pytest.fixture(autouse=True)
def _few(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ECCLES_OFFLINE", "1")
    known = loop.open_data

    def few(config, data_dir=None):
        if config.data != "fashion-mnist-sample":
            return known(config, data_dir)
        train, test = load_images(config.data)
        return ImageSplits(train.take(slice(0, 96)), test.take(slice(0, 20)))

    monkeypatch.setattr(loop, "open_data", few)


def result(capsys, *words):
    assert main(["train", *words, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_the_model_may_stand_anywhere(capsys):
    first = result(capsys, "--model", "mlp8", *SMALL)
    (folder,) = Path("runs").iterdir()
    assert folder.name.startswith("fashion-mnist-sample-mlp8-ei-seed0-")
    for words in (["--model=mlp8", *SMALL], [*SMALL, "--model", "mlp8"]):
        assert result(capsys, *words)["identity"] == first["identity"]


@pytest.mark.slow
def test_a_run_from_its_own_settings(capsys):
    first = result(capsys, "--model", "mlp8", *SMALL, "--out", "one", "--threads", "2")
    again = result(capsys, "--config", "one/config.json", "--out", "two", "--threads", "2")
    assert again["loss"] == first["loss"]
    words = ["--config", "one/config.json", "--gradient-exponent", "0", "--out", "three"]
    assert result(capsys, *words)["identity"] != first["identity"]


@pytest.mark.parametrize(
    ("start", "flag"),
    [("ei", "--circuit=bn"), ("bn", "--circuit=ei"), ("ei", "--epochs=2"), ("ei", "--model=mlp16")],
)
def test_what_a_rule_set_is_left_to_the_rule_by_other_flags(start, flag, capsys):
    first = ["--model", "mlp8", "--circuit", start, *SMALL]
    result(capsys, *first, "--out", "one")
    kept = json.loads(Path("one/config.json").read_text())
    assert (kept["lr"], kept["warmup"], kept["init"], kept["momentum"]) == (None,) * 4
    became = json.loads(Path("one/provenance.json").read_text())["resolved"]
    assert became["lr"] == (0.1 if start == "bn" else 0.002)
    asked = result(capsys, "--config", "one/config.json", flag, "--out", "two")
    assert asked["identity"] == result(capsys, *first, flag, "--out", "three")["identity"]


def test_a_folder_of_a_run_whose_rules_were_written_out_goes_on(capsys):
    words = ["--model", "mlp8", *SMALL, "--out", "one"]
    first = result(capsys, *words)
    path = Path("one/config.json")
    became = json.loads(Path("one/provenance.json").read_text())["resolved"]
    whole = {**json.loads(path.read_text()), "lr": became["lr"], "warmup": became["warmup"]}
    path.write_text(json.dumps(whole))
    assert result(capsys, *words)["identity"] == first["identity"]
    assert result(capsys, "--config", str(path), "--out", "two")["identity"] == first["identity"]


def test_switches_as_the_help_has_them(capsys):
    assert main(["train", "--model", "vgg8", "--help"]) == 0
    shown = capsys.readouterr().out
    assert "--straight-through False" in shown
    first = result(capsys, "--model", "mlp8", *SMALL)
    changed = result(capsys, "--model", "mlp8", *SMALL, "--straight-through", "False")
    assert changed["identity"] != first["identity"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--data", "fashion-mnits"], "got 'fashion-mnits' (did you mean 'fashion-mnist'?)"),
        (["--data", "shd"], "must be one of fashion-mnist, fashion-mnist-sample, cifar10"),
        (["--circuit", "bn", "--batch-size", "95"], "every batch of bn must be 2 samples or more"),
        (["--engine", "fused", "--surrogate", "arctan"], "engine must be auto or equations"),
        (["--width", "0.01"], "width must be 0.04 or more, for 4 units in every layer, got 0.01"),
        (["--ei", "80:20"], "--ei is an option of a network of spiking neurons"),
        (["--circuit", "bn", "--stabiliser", "epsilon"], "with bn, got 'stabiliser epsilon'; "),
        (["--data", "./nowhere"], "got './nowhere'; there is no such folder"),
        (["--data", "./nowhere", "--out", "here"], "got './nowhere'; there is no such folder"),
    ],
)
def test_requests_that_can_not_be_met(words, said, capsys):
    assert main(["train", "--model", "mlp8", *words]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1


@pytest.mark.parametrize("words", [["--circuit", "ei"], ["--circuit=ei"], ["--no-decay-gains"]])
def test_options_of_deep_networks_want_a_model(words, capsys):
    assert main(["train", *words]) == 2
    assert "is an option of a deep network, which" in capsys.readouterr().err


def test_cifar_that_is_not_there(capsys, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert main(["train", "--model", "mlp8", "--data", "cifar10"]) == 1
    assert "put cifar-10-binary.tar.gz" in capsys.readouterr().err


def gestures(seed):
    rng = np.random.default_rng(seed)
    for part in ("train", "test"):
        for shift, name in enumerate(("left", "right")):
            folder = Path("mine/gestures", part, name)
            folder.mkdir(parents=True, exist_ok=True)
            for k in range(2):
                x, y = rng.integers(0, 64, 500) + 64 * shift, rng.integers(0, 128, 500)
                t, p = rng.integers(0, 10**6, 500), rng.integers(0, 2, 500)
                np.savez(folder / f"{k}.npz", x=x, y=y, t=t, p=p)


def test_recordings_of_ones_own_name_the_folder(capsys):
    gestures(0)
    words = ["--data", "./mine/gestures", "--steps", "2", "--circuit", "bn"]
    done = result(capsys, "--model", "mlp8", *SMALL, *words)
    assert Path(done["out"]).name.startswith("gestures-mlp8-bn-seed0-")
    # Other recordings in the same folder are another run, in a folder of its own.
    gestures(1)
    other = result(capsys, "--model", "mlp8", *SMALL, *words)
    assert other["out"] != done["out"]
    assert other["identity"] != done["identity"]
    assert main(["train", "--model", "mlp8", *SMALL, *words, "--out", done["out"]]) == 2
    assert "with another (data " in capsys.readouterr().err
