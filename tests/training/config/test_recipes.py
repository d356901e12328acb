"""Recipes are settings like any others, which what is said besides overrides."""

import json
import re

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


def test_flags_win_over_it(capsys, tmp_path):
    made = trained(capsys, "--recipe", "dale", "--batch-size", "64", "--out", str(tmp_path / "run"))
    said = recipe("dale") | {"batch_size": 64}
    assert made["identity"].startswith(TrainConfig(**said, epochs=1, hidden=10).identity())


def test_nobody_changes_a_recipe():
    recipe("dale")["lr"] = 1.0
    assert recipe("dale")["lr"] < 1


@pytest.mark.parametrize("ask", [recipe, lambda name: TrainConfig(**recipe(name))])
def test_others_are_refused(ask):
    with pytest.raises(InputError, match=r"recipe must be .* got 'dael' \(did you mean 'dale'\?"):
        ask("dael")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (
            ["--unbounded"],
            "input_ei must be left out with unbounded, .* --recipe dale sets input_ei",
        ),
        (["--model", "mlp8"], "input_ei is a setting of .* --recipe dale sets input_ei to paired"),
        (["--config", "run.yaml"], "--recipe must be left out with --config, got 'dale'"),
    ],
)
def test_what_goes_against_a_recipe_is_told_of_it(words, sentence, capsys):
    assert main(["train", "--recipe", "dale", *words]) == 2
    assert re.search(sentence, capsys.readouterr().err)
