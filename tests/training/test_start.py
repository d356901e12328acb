"""Runs start at the rates that they ask for, and their record says with which scales."""

import json

import numpy as np
import pytest
import torch

import eccles
from eccles import InputError, TrainConfig
from eccles.cli import main
from eccles.network import layered
from eccles.sweeps.plan import plan
from eccles.sweeps.study import Study
from eccles.training.build import build_network, noise_units
from eccles.training.start import chosen

CONFIG = {"epochs": 1, "hidden": 30, "batch_size": 100}


@pytest.fixture(scope="module")
def few():
    """Return 300 real samples to train on, and 100 to test on."""
    train, test = eccles.data.load("fashion-mnist-sample")
    return eccles.data.Splits(train.take(slice(0, 300)), test.take(slice(0, 100)))


def rate(network, data):
    return eccles.evaluate(network, data).rate_hz


def test_a_rate_has_one_spelling_and_is_a_setting():
    usual = TrainConfig()
    assert usual.identity() == TrainConfig(initial_rate=None).identity() == "44136fa355b3678a"
    given = [5, 5.0, "5 Hz", "5Hz", " 5.0 hz ", "0.005 kHz"]
    assert {TrainConfig(initial_rate=each).initial_rate for each in given} == {"5 Hz"}
    by_group = ["PV: 15 Hz, E: 5", {"E": "5 Hz", "PV": 15.0}]
    assert {TrainConfig(initial_rate=each).initial_rate for each in by_group} == {
        "E: 5 Hz, PV: 15 Hz"
    }
    assert TrainConfig(initial_rate=5).identity() != usual.identity()
    again = TrainConfig(**TrainConfig(initial_rate=5).resolved().model_dump(mode="json"))
    assert again.identity() == TrainConfig(initial_rate=5).identity()


def test_a_run_starts_at_its_rate(few, tmp_path):
    config = TrainConfig(**CONFIG, initial_rate="8 Hz")
    result = eccles.train(config, data=few, out=tmp_path / "run")
    start = build_network(config, few.train)
    assert rate(start, few.train) == pytest.approx(8, rel=0.02)
    assert result.history[0]["rate_hz"] == rate(start, few.test)
    facts = json.loads((tmp_path / "run" / "provenance.json").read_text())["resolved"]
    assert facts["w1_std"] == start.initial_std[0] != 0.001
    assert facts["w2_std"] == start.w2_std
    # Settings that leave the rate alone leave the weights alone.
    assert build_network(TrainConfig(**CONFIG), few.train).initial_std[0] == 0.001


def test_rates_by_group_are_recorded(few, tmp_path):
    config = TrainConfig(**CONFIG, initial_rate={"E": "4 Hz", "I": "12 Hz"})
    eccles.train(config, data=few, out=tmp_path / "run")
    facts = json.loads((tmp_path / "run" / "provenance.json").read_text())["resolved"]
    scales = facts["w1_std_by_kind"]
    assert facts["w1_std"] is None
    assert 0.001 < scales["E"] < scales["I"]


def test_a_network_of_ones_own_starts_at_its_rate(few, tmp_path):
    config = TrainConfig(
        network=layered((20, 20), recurrent=True), epochs=1, batch_size=100, initial_rate=6
    )
    result = eccles.train(config, data=few, out=tmp_path / "run", measure={"rates": 1})
    assert result.history[0]["rate_hz"] == pytest.approx(6, rel=0.2)  # Other samples.
    facts = json.loads((tmp_path / "run" / "provenance.json").read_text())["resolved"]
    assert facts["scales"] == result.facts["scales"] == result.network.scales
    plain = eccles.SpikingNetwork(config.network, 784, 10)
    assert facts["scales"]["input -> hidden1.E"] != plain.scales["input -> hidden1.E"]


def test_relative_noise_is_relative_to_the_scale_that_was_found(few):
    config = TrainConfig(**CONFIG, initial_rate=8, update_noise=0.1, noise_scale="relative")
    network = build_network(config, few.train)
    assert noise_units(config, network) == (network.w1_stds["E"], network.w2_std)
    assert noise_units(config, network)[0] > 1.2e-3
    with pytest.raises(InputError, match="initial_rate must be one for all with relative noise"):
        TrainConfig(initial_rate="E: 5 Hz", noise_scale="relative")


def test_a_run_that_is_cut_goes_on_with_the_same_bits(few, tmp_path, stop_at, same_run):
    config = TrainConfig(**CONFIG | {"epochs": 2}, initial_rate=8, update_noise=1e-4)
    whole = eccles.train(config, data=few)
    with pytest.raises(stop_at.Stop):
        eccles.train(config, data=few, out=tmp_path / "cut", watch=stop_at(0))
    resumed = eccles.train(config, data=few, out=tmp_path / "cut")
    assert torch.equal(whole.network.input_to_hidden, resumed.network.input_to_hidden)
    assert whole.facts["w1_std"] == resumed.facts["w1_std"]


def test_samples_are_chosen_by_the_seed(few):
    one, two = (chosen(TrainConfig(seed=seed), few.train) for seed in (0, 1))
    assert len(one) == 300
    assert not np.array_equal(one.begins, two.begins)
    assert np.array_equal(one.begins, chosen(TrainConfig(seed=0, lr=1), few.train).begins)


def test_a_rate_is_an_axis_of_a_study():
    study = Study.model_validate(
        {"name": "rates", "grid": {"initial_rate": ["1 Hz", 5]}, "repeat": 2}
    )
    runs = plan(study).runs
    assert len({run.identity for run in runs}) == 4
    rates = [plan(study).config(run).initial_rate for run in runs]
    assert rates == ["1 Hz", "5 Hz"] * 2


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--initial-rate", "fast"], "train: initial_rate must be a rate above 0 such as"),
        (["--initial-rate", "-1"], "train: initial_rate must be"),
        (["--initial-rate", "0 Hz"], "train: initial_rate must be a rate above 0"),
        (["--initial-rate", "600 Hz"], "init: a rate must be at most 500 Hz"),
        (["--initial-rate", "E: 5 Hz, SST: 5 Hz"], "init: there is no group 'SST'"),
        (["--initial-rate", "5 Hz", "--w1-std", "0.1"], "w1_std must be left out with initial"),
    ],
)
def test_rates_that_cannot_be_leave_nothing(words, sentence, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["train", "--epochs", "1", *words]) == 2
    said = capsys.readouterr().err
    assert sentence in said
    assert said.count("\n") == 1
    assert list(tmp_path.iterdir()) == []
