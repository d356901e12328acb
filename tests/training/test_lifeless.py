"""A network that can't learn says so in its first epoch, everywhere."""

import json
import math

import pytest

import eccles
from eccles import TrainConfig
from eccles.cli import main
from eccles.training.diagnosis import lifeless
from eccles.training.watch import Unwatched

GUESSING = math.log(10)


def history(*rows):
    """Return rows of epochs from -1 on, each a rate and a loss."""
    return [{"epoch": k, "rate_hz": r, "loss": loss} for k, (r, loss) in enumerate(rows, start=-1)]


@pytest.mark.parametrize(
    ("rows", "wanted"),
    [
        ([(5.0, None)], None),
        ([(0.0, None)], "silent"),
        ([(0.0087, None)], "nearly silent"),
        ([(0.01, None)], None),
        ([(0.0087, None), (0.0, GUESSING)], "dead"),
        ([(5.0, None), (0.0, 2.0)], None),
        ([(5.0, None), (5.0, GUESSING)], "dead"),
        ([(5.0, None), (5.0, 2.3025851249694824)], "dead"),
        ([(5.0, None), (5.0, 2.3025)], None),
        ([(0.0, None), (0.0, GUESSING)], None),  # Said before.
        ([(5.0, None), (5.0, 2.0), (0.0, GUESSING)], "dead"),
        ([(5.0, None), (5.0, GUESSING), (0.0, GUESSING)], None),  # Said before.
    ],
)
def test_by_hand(rows, wanted):
    said = lifeless(TrainConfig(), history(*rows), 10)
    assert (said and said.partition(":")[0]) == wanted
    if said:
        assert said.endswith('; try --initial-rate "5 Hz"')


def test_what_to_try_where_a_rate_was_asked_for():
    said = lifeless(TrainConfig(initial_rate=1), history((5.0, None), (5.0, GUESSING)), 10)
    assert "; try another --initial-rate than 1 Hz, one for a group alone such as " in said
    assert "in epoch 1 no readout" in said


def test_one_class_is_no_guess():
    assert lifeless(TrainConfig(), history((5.0, None), (5.0, 0.0)), 1) is None


class Told(Unwatched):
    def __init__(self):
        self.said = []

    def measured(self, row):
        self.said.append(row["epoch"])

    def warned(self, sentence):
        self.said.append(sentence.partition(":")[0])


@pytest.fixture(scope="module")
def few():
    train, test = eccles.data.load("fashion-mnist-sample")
    return eccles.data.Splits(train.take(slice(0, 300)), test.take(slice(0, 100)))


@pytest.mark.parametrize(
    ("settings", "told", "warnings"),
    [
        ({"w1_std": 1e-5}, [-1, "silent", 0, 1], ["silent", "near chance"]),
        # Inhibition keeps every readout below zero.
        ({"ei": "0:100", "w1_std": 0.01}, [-1, 0, "dead", 1], ["dead", "near chance"]),
        ({"optimizer": "adam", "lr": 3e-3, "initial_rate": 5}, [-1, 0, 1], []),
    ],
)
def test_a_run_says_it_once_and_keeps_it(settings, told, warnings, few, tmp_path):
    config = TrainConfig(epochs=2, batch_size=20, **settings)
    watch = Told()
    result = eccles.train(config, data=few, out=tmp_path / "run", watch=watch)
    assert watch.said == told
    assert [said.partition(":")[0] for said in result.warnings] == warnings
    kept = json.loads((tmp_path / "run" / "result.json").read_text())
    assert kept["warnings"] == result.warnings
    assert result.summary()["warnings"] == result.warnings


def test_a_caller_without_a_watcher_is_told_by_the_log(few, caplog):
    config = TrainConfig(epochs=1, w1_std=1e-5)
    result = eccles.train(config, data=few)
    assert [each.message for each in caplog.records] == [f"train: {s}" for s in result.warnings]
    assert {each.name for each in caplog.records} == {"eccles"}
    caplog.clear()
    eccles.train(config, data=few, watch=Unwatched())
    assert not caplog.records


def test_networks_of_ones_own_say_it_too(few):
    layers = eccles.network.layered((10,), recurrent=True, w1_std=1e-6)
    result = eccles.train(TrainConfig(epochs=1, network=layers), data=few)
    assert result.warnings[0].startswith("silent: ")


def test_the_command_line_says_it_in_the_first_epoch(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    words = ["train", "--w1-std", "1e-5", "--epochs", "1"]
    assert main(words) == 0
    lines = capsys.readouterr().out.splitlines()
    (untrained,) = (k for k, line in enumerate(lines) if line.startswith("untrained"))
    assert lines[untrained + 1].startswith("silent: no hidden neuron fires before training")
    assert main([*words, "--no-resume", "--json"]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out)["warnings"][0] == lines[untrained + 1]
    assert lines[untrained + 1] in err
