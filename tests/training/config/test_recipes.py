"""Recipes are settings like any others, which what is said besides overrides."""

import json

import pytest

from eccles import InputError, TrainConfig, recipe
from eccles.cli import main

SMALL = ["--epochs", "1", "--hidden", "10", "--json"]


def trained(capsys, *words):
    assert main(["train", *SMALL, *words]) == 0
    return json.loads(capsys.readouterr().out)


def test_a_recipe_is_its_settings(capsys, tmp_path):
    made = trained(capsys, "--recipe", "dale", "--out", str(tmp_path / "run"))
    config = TrainConfig(**recipe("dale"), epochs=1, hidden=10)
    assert made["identity"].startswith(config.identity())
    written = json.loads((tmp_path / "run" / "config.json").read_text())
    assert {name: written[name] for name in recipe("dale")} == recipe("dale")


def test_files_and_flags_win_over_it(capsys, tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text("lr: 0.002\nbatch_size: 128\n")
    made = trained(capsys, "--recipe", "dale", "--config", str(path), "--batch-size", "64",
                   "--out", str(tmp_path / "run"))  # fmt: skip
    said = recipe("dale") | {"lr": 0.002, "batch_size": 64}
    assert made["identity"].startswith(TrainConfig(**said, epochs=1, hidden=10).identity())


def test_nobody_changes_a_recipe():
    recipe("dale")["lr"] = 1.0
    assert recipe("dale")["lr"] < 1


@pytest.mark.parametrize("ask", [recipe, lambda name: TrainConfig(**recipe(name))])
def test_others_are_refused(ask):
    with pytest.raises(InputError, match=r"recipe must be .* got 'dael' \(did you mean 'dale'\?"):
        ask("dael")
