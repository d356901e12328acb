"""Runs start at the rates that they ask for, and their record says with which scales."""

import json

import numpy as np
import pytest
import torch

import eccles
from eccles import InputError, TrainConfig
from eccles.cli import main
from eccles.cli.display import TrainDisplay
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
        (["--init", "fluctuation", "--w1-std", "0.1"], "w1_std must be left out with init fluct"),
        (["--init", "spectral"], "init: spectral must be of a network with recurrent projections"),
        (["--init", "prior"], "init must be one of half-normal, fluctuation, spectral for a net"),
        (["--model", "mlp2", "--init", "spectral"], "init must be one of measured, bernoulli, pri"),
    ],
)
def test_rates_that_cannot_be_leave_nothing(words, sentence, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["train", "--epochs", "1", *words]) == 2
    said = capsys.readouterr().err
    assert sentence in said
    assert said.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_half_normal_is_what_auto_means():
    for said in ({}, {"recurrent": True}):
        assert TrainConfig(**said, init="half-normal").identity() == TrainConfig(**said).identity()
        assert TrainConfig(**said, init="fluctuation").identity() != TrainConfig(**said).identity()
    assert TrainConfig(recurrent=True).resolved().initial_rate == "5 Hz"
    assert TrainConfig(recurrent=True, init="spectral").resolved().initial_rate is None


@pytest.mark.parametrize(
    "said", [{}, {"recurrent": True, "ei": "1:1"}, {"groups": "E:20,PV:5,SST:5", "recurrent": 0.5}]
)
def test_a_run_starts_by_a_rule_and_says_so(said, few, tmp_path, capsys):
    settings = {"hidden": 30, **said, "batch_size": 100, "init": "fluctuation", "seed": 2}
    with TrainDisplay() as watch:
        result = eccles.train(
            TrainConfig(**settings, epochs=0), data=few, out=tmp_path / "run", watch=watch
        )
    facts = json.loads((tmp_path / "run" / "provenance.json").read_text())["resolved"]["start"]
    assert facts == result.facts["start"] == result.summary()["start"]
    assert facts["init"] == "fluctuation"
    printed = capsys.readouterr().out
    for name in result.network.driven():
        assert f"{name} {facts['predicted_hz'][name]:.3g} Hz predicted" in printed
    mean = np.mean(list(facts["measured_hz"].values()))
    assert result.history[0]["rate_hz"] == pytest.approx(mean, rel=0.5)
    # What the rule says, at a rate: the same proportions.
    at_rate = eccles.train(TrainConfig(**settings, epochs=0, initial_rate=4), data=few)
    measured = list(at_rate.facts["start"]["measured_hz"].values())
    assert measured == pytest.approx([4] * len(measured), rel=0.4)
    for own, other in zip(
        result.network.driven().values(), at_rate.network.driven().values(), strict=True
    ):
        ratios = {
            round(float(a.weights.abs().sum() / b.weights.abs().sum()), 4)
            for a, b in zip(own.synapses, other.synapses, strict=True)
        }
        assert len(ratios) == 1
        assert ratios != {1.0}


def test_relative_noise_and_hidden_defaults_are_said(few, tmp_path, capsys):
    config = TrainConfig(**CONFIG | {"epochs": 0}, optimizer="adamw", update_noise=0.1,
                         noise_scale="relative", w1_std=0.002)  # fmt: skip
    with TrainDisplay() as watch:
        eccles.train(config, data=few, out=tmp_path / "run", watch=watch)
    facts = json.loads((tmp_path / "run" / "provenance.json").read_text())["resolved"]
    assert facts["optimizer_options"]["weight_decay"] == 0.01
    said = capsys.readouterr().out
    assert "adamw at 0.01 (betas 0.9 0.999, eps 1e-08, weight_decay 0.01)" in said
    assert (
        "noise of 0.1 times the scale of each projection at first: input -> hidden 0.002;" in said
    )
