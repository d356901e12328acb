"""What nobody said has two words, "auto" and "none", wherever it is printed; both can be given."""

import json
import re
from pathlib import Path

import pytest

import eccles
from eccles import Study, TrainConfig
from eccles.cli import main
from eccles.settings import AUTO, NONE
from eccles.sweeps.plan import spelt
from eccles.sweeps.tables import load
from eccles.training.config import names_of
from eccles.training.config.words import unset

STORED = Path(__file__).parents[2] / "results"
STUDIES = sorted(str(each.parent) for each in STORED.glob("*/*/study.json"))
OTHERS = re.compile(r"\b(None|nan|NaN|NaT|null|unset)\b|<NA>")
"""Words that Python, pandas and SQL have for nothing."""

UNSAID = {
    (name, model)
    for model in ("shallow", "vgg8")
    for name in names_of(deep=model != "shallow")
    if TrainConfig.model_fields[name].get_default() is None
}


def test_every_setting_takes_the_word_that_says_nobody_did():
    assert len(UNSAID) > 40
    words = set()
    for name, model in UNSAID:
        words.add(unset(name))
        assert TrainConfig(model=model, **{name: unset(name)}) == TrainConfig(model=model), name
        assert spelt({name: None}) == f"{name} {unset(name)}"
    assert words == {AUTO, NONE}
    with pytest.raises(eccles.InputError, match="lr must be a number"):
        TrainConfig(lr=NONE)


def test_what_auto_became_is_auto_no_more():
    assert [unset("initial_rate"), unset("initial_rate", resolved=True)] == [AUTO, NONE]
    assert [unset("delay"), unset("delay", resolved=True)] == [AUTO, AUTO]
    assert unset("device_model") == NONE


def test_a_study_takes_them_too():
    said = {"device_model": [NONE, "ecram"], "initial_rate": [AUTO, "5 Hz"], "engine": [AUTO]}
    study = Study(grid=said, base={"w1_std": AUTO})
    meant = {"device_model": [None, "ecram"], "initial_rate": [None, "5 Hz"], "engine": [AUTO]}
    assert (study.grid, study.base) == (meant, {"w1_std": None})


@pytest.mark.parametrize("verb", ["train", "train --model vgg8", "sweep", "results", "show"])
def test_no_help_has_another_word(verb, capsys):
    assert main([*verb.split(), "--help"]) == 0
    assert not OTHERS.findall(capsys.readouterr().out)


@pytest.mark.parametrize("folder", STUDIES)
def test_no_table_has_another_word(folder, capsys):
    results = load(folder)
    for more in ([], ["--table", "runs", "--limit", "3"], ["--value", "final_accuracy"]):
        assert main(["results", folder, *more]) == 0
    printed = capsys.readouterr().out + results._repr_html_() + results.study._repr_html_()
    assert not OTHERS.findall(printed)


def test_a_flag_takes_the_word_of_a_file(tmp_path, capsys):
    (tmp_path / "a.yaml").write_text(
        "lr: 0.5\ninitial_rate: 5 Hz\ndevice_model: ecram\nepochs: 0\n"
    )
    words = ["--lr", "auto", "--initial-rate", "auto", "--device-model", "none", "--json", "--out"]
    assert main(["train", "--config", f"{tmp_path}/a.yaml", *words, str(tmp_path / "out")]) == 0
    capsys.readouterr()
    kept = json.loads((tmp_path / "out/config.json").read_text())
    names = ("lr", "initial_rate", "device_model")
    found = TrainConfig(**{name: kept[name] for name in names})
    assert found.resolved() == TrainConfig().resolved()
