"""Networks of one's own are trained, resumed and measured as the network of one layer is."""

import json

import numpy as np
import pytest
import torch
import yaml

import eccles
from eccles import dale
from eccles.cli import main
from eccles.errors import InputError
from eccles.network import circuit, layered
from eccles.training.config import TrainConfig
from eccles.training.prepare import prepare
from eccles.training.tasks.network import build_spiking

CIRCUIT = """
data: fashion-mnist-sample
epochs: 1
network:
  populations:
    cortex:
      groups: {E: 16, PV: 3, SST: 2}
      signs: {E: excitatory, PV: inhibitory, SST: inhibitory}
      tau_mem: {E: 20 ms, PV: 10 ms, SST: 20 ms}
      tau_syn: {excitatory: 10 ms, inhibitory: 20 ms}
  projections:
    "input -> E": {}
    "input -> PV": {scale: 2e-4}
    "E -> E": {probability: 0.3}
    "E -> PV": {}
    "E -> SST": {delay: 3 ms}
    "PV -> E": {}
    "SST -> PV": {}
    "E -> output": {}
"""


@pytest.fixture(scope="module")
def few():
    """Return 300 real samples to train on, and 100 to test on."""
    train, test = eccles.data.load("fashion-mnist-sample")
    return eccles.data.Splits(train.take(slice(0, 300)), test.take(slice(0, 100)))


def config(network=None, **settings):
    network = network or layered((20,), recurrent=0.5)
    return TrainConfig(network=network, **{"epochs": 2, "batch_size": 100, **settings})


def test_the_command_line_trains_what_a_file_describes(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.yaml").write_text(CIRCUIT, encoding="utf-8")
    words = ["train", "--config", "mine.yaml", "--measure", "rates,weights", "--json"]
    assert main(words) == 0
    summary = json.loads(capsys.readouterr().out)
    folder = tmp_path / summary["out"]
    assert folder.name.startswith("fashion-mnist-sample-network-21-seed0-")
    assert (summary["n_excitatory"], summary["n_inhibitory"]) == (16, 5)
    rates = [json.loads(line) for line in (folder / "rates.jsonl").read_text().splitlines()]
    assert [(row["epoch"], row["group"], row["neurons"], row["sign"]) for row in rates] == [
        (epoch, *group)
        for epoch in (-1, 0)
        for group in (("E", 16, 1), ("PV", 3, -1), ("SST", 2, -1))
    ]
    mean = sum(row["rate_hz"] * row["neurons"] for row in rates[:3]) / 21
    assert mean == pytest.approx(summary["initial_rate_hz"])
    weights = [json.loads(line) for line in (folder / "weights.jsonl").read_text().splitlines()]
    by_name = {row["projection"]: row for row in weights if row["epoch"] == 0}
    assert set(by_name) == set(circuit().projections) - {"SST -> E"}
    own = TrainConfig(**yaml.safe_load(CIRCUIT))
    there = build_spiking(own, eccles.data.load(own.data).train).connections()["E -> E"][1]
    assert by_name["E -> E"]["weights"] == int(there.sum()) < 256
    assert by_name["E -> PV"]["weights"] == 48
    # The same command again finds the run finished, and a run's own settings are its own.
    assert main(words) == 0
    assert json.loads(capsys.readouterr().out) == summary
    assert main(["train", "--config", str(folder / "config.json"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["identity"] == summary["identity"]


@pytest.mark.parametrize(
    ("network", "epochs", "more_than"),
    [
        (layered((40,), recurrent=True), 3, 0.4),
        (layered((40, 40)), 5, 0.3),
        (circuit(), 2, 0.5),
        (layered((40,), recurrent=True, neuron="adaptive"), 2, 0.4),
        (layered((40,), recurrent=True, neuron="conductance"), 2, 0.4),
    ],
)
def test_defaults_beat_chance_by_far(network, epochs, more_than):
    result = eccles.train(TrainConfig(network=network, epochs=epochs))
    assert result.accuracy[-1] > more_than
    # Two layers may leave classes unanswered, and then say so.
    assert all(said.startswith("unanswered: ") for said in result.warnings)
    assert 4 < result.history[0]["rate_hz"] < 6


def test_an_auto_rate_leaves_scales_that_are_said_and_what_cannot_start(few):
    said = layered((20,), recurrent=True, w1_std=0.002)
    network = build_spiking(config(said), few.train)
    assert network.scales == eccles.SpikingNetwork(said, 784, 10).scales
    # One neuron and one sample have rates of 0, 10, 20 ... Hz: the usual scales stay.
    one = layered((1,), ei="100:0", recurrent=True)
    network = build_spiking(config(one), few.train.take([0]))
    assert network.scales == eccles.SpikingNetwork(one, 784, 10).scales
    with pytest.raises(InputError, match="must be able to start at 7 Hz"):
        build_spiking(config(one, initial_rate=7), few.train.take([0]))


def test_a_run_that_is_cut_goes_on_with_the_same_bits(few, tmp_path):
    whole = eccles.train(config(epochs=3), data=few, out=tmp_path / "whole")

    class StoppedError(Exception):
        pass

    class Stops(eccles.training.watch.Unwatched):
        def measured(self, row):
            if row["epoch"] == 1:
                raise StoppedError

    with pytest.raises(StoppedError):
        eccles.train(config(epochs=3), data=few, out=tmp_path / "cut", watch=Stops())
    resumed = eccles.train(config(epochs=3), data=few, out=tmp_path / "cut")
    drop = ("seconds", "compile_seconds")
    strip = [
        [{k: v for k, v in row.items() if k not in drop} for row in each.history]
        for each in (whole, resumed)
    ]
    assert strip[0] == strip[1]
    for name, weight in whole.network.state_dict().items():
        assert torch.equal(weight, resumed.network.state_dict()[name])


@pytest.mark.parametrize("settings", [{}, {"update_noise": 1e-3}, {"optimizer": "sgd", "lr": 0.1}])
def test_dale_and_missing_connections_hold_after_every_run(few, settings):
    result = eccles.train(config(epochs=1, **settings), data=few)
    dale.check(result.network)
    before = build_spiking(config(epochs=1, **settings), few.train)
    assert not torch.equal(before.input_to_hidden, result.network.input_to_hidden)


def test_dale_and_missing_connections_hold_after_every_step(few):
    wired = TrainConfig(groups="E:12,PV:4,SST:4", recurrent=0.3, neuron="adaptive", lr=1.0,
                        batch_size=20, initial_rate="20 Hz", update_noise=0.1)  # fmt: skip
    task = prepare(wired, few)
    step, masks = task.steps(0), task.network.masks()
    assert masks
    for batch, first in enumerate(range(0, len(few.train), 20)):
        step(*few.train.batch(np.arange(first, min(first + 20, len(few.train)))), batch)
        dale.check(task.network)
        for name, mask in masks.items():
            assert not task.network.matrices[name].detach()[~mask].any()


@pytest.mark.slow
def test_why_auto_took_the_dense_engine_is_recorded(few, tmp_path, capsys):
    out = tmp_path / "run"
    eccles.train(TrainConfig(neuron="izhikevich", hidden=5, epochs=0), data=few, out=out)
    kept = json.loads((out / "provenance.json").read_text())
    assert "not Izhikevich" in json.dumps(kept)
    eccles.train(config(epochs=0), data=few, out=tmp_path / "other")
    assert "engine_reason" not in (tmp_path / "other/provenance.json").read_text()


def test_a_network_is_evaluated_by_group(few):
    result = eccles.train(config(epochs=1), data=few)
    found = eccles.evaluate(result.network, few.test)
    assert found.accuracy == result.accuracy[-1]
    assert found.sizes == {"E": 16, "I": 4}
    assert found.summary()["rate_hz"] == result.history[-1]["rate_hz"]
    few_at_once = eccles.evaluate(result.network, few.test, batch_size=7)
    assert (few_at_once.spikes == found.spikes).all()
    narrow = few.test.take([0])
    assert eccles.evaluate(result.network, narrow).samples.sum() == 1


def test_threads_and_seeds(few):
    one, two = (eccles.train(config(epochs=1), data=few, threads=n) for n in (1, 2))
    other = eccles.train(config(epochs=1, seed=1), data=few)
    assert one.accuracy == two.accuracy
    assert one.history[-1]["loss"] == two.history[-1]["loss"] != other.history[-1]["loss"]


@pytest.mark.slow
def test_the_engines_train_alike(few):
    found = [
        eccles.train(config(epochs=1, engine=name), data=few).history[-1]["loss"]
        for name in ("event", "dense")
    ]
    assert found[0] == pytest.approx(found[1], rel=1e-3)


def test_identities():
    usual = TrainConfig()
    assert "network" not in usual.model_dump(mode="json", exclude_none=True)
    assert usual.identity() == TrainConfig(network=None).identity()
    assert config().identity() == config(layered((20,), recurrent=0.5)).identity()
    assert config().identity() != config(layered((20,), recurrent=0.4)).identity()


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"ei": "50:50"}, "ei must be left out with network, which says it, got '50:50'"),
        ({"hidden": 50}, "hidden must be left out with network"),
        ({"tau_mem": "5 ms"}, "tau_mem must be left out with network"),
        ({"unbounded": True}, "unbounded must be left out with network"),
        ({"recurrent": True}, "recurrent must be left out with network"),
    ],
)
def test_what_a_network_says_itself_is_refused(settings, sentence):
    with pytest.raises(InputError, match=sentence):
        config(**settings)


def test_mistakes_in_a_network_name_it():
    with pytest.raises(InputError, match="there is no setting 'neurons'"):
        TrainConfig(network={"populations": {"a": {"groups": {"E": 3}, "neurons": "lif"}}})
    projections = {"input -> E": {}, "E -> E": {"delay": "1.5 ms"}, "E -> output": {}}
    network = {"populations": {"a": {"groups": {"E": 3}}}, "projections": projections}
    with pytest.raises(InputError, match="delay"):
        eccles.train(TrainConfig(network=network, epochs=1))
    with pytest.raises(InputError, match="measure"):
        eccles.train(config(epochs=1), measure={"update": 1})
