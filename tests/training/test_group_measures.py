"""Measures by group: of spikes counted by hand, and of networks of any groups."""

import json
import math
from types import SimpleNamespace

import numpy as np
import pytest
import torch

import eccles
from eccles import SpikeDataset, SpikeEvents, SpikingNetwork, TrainConfig
from eccles.data import Splits
from eccles.network import kilgore2025, layered
from eccles.training.measures.groups import BY_GROUP
from eccles.training.measures.measures import MEASURES
from eccles.training.measures.snapshot import Snapshot
from eccles.training.measures.updates import first_update
from eccles.training.prepare import prepare
from eccles.training.samples import divide, epoch_order
from eccles.training.tasks.network import build_spiking


@pytest.fixture
def counted():
    """Two E neurons, one PV, one SST; five steps of 1 ms; samples of class a and b.

    In a: E0 at 0, 2 and 4, E1 at 2, PV at 3 and 4. In b: PV at 1.
    """
    raster = torch.zeros(5, 2, 4)
    raster[[0, 2, 4], 0, 0] = 1
    raster[2, 0, 1] = 1
    raster[[3, 4], 0, 2] = 1
    raster[1, 1, 2] = 1
    spikes = SpikeEvents.from_dense(raster, dt=1e-3)
    data = SpikeDataset("toy", "synthetic", spikes, np.array([0, 1]), ("a", "b"))
    return SimpleNamespace(
        spikes=spikes,
        samples=SimpleNamespace(test=data),
        groups={"E": slice(0, 2), "PV": slice(2, 3), "SST": slice(3, 4)},
        signs={"E": 1, "PV": -1, "SST": -1},
        batch_size=1,
    )


def test_rates_and_activity_by_hand(counted):
    rates = {row["group"]: row["rate_hz"] for row in BY_GROUP["rates"].measure(counted)}
    # Spikes over two samples of 5 ms and the group's neurons.
    assert rates == pytest.approx({"E": 4 / (2 * 2 * 0.005), "PV": 3 / 0.01, "SST": 0})
    rows = BY_GROUP["activity"].measure(counted)
    assert [(r["population"], r["class"]) for r in rows] == [
        (group, k) for k in (-1, 0, 1) for group in ("E", "PV", "SST", "all")
    ]
    found = {(row["population"], row["class_name"]): row for row in rows}
    assert found["E", "a"]["percent_excitatory"] == pytest.approx(100 * 4 / 6)
    assert found["PV", "b"]["percent_excitatory"] == 0
    assert found["E", "a"]["isi_mean"] == pytest.approx(0.002)
    assert found["PV", "a"]["isi_mean"] == pytest.approx(0.001)
    assert math.isnan(found["SST", "all"]["isi_mean"])
    assert [found[g, "all"]["active"] for g in ("E", "PV", "SST", "all")] == [1, 1, 0, 0.75]
    assert [found[g, "b"]["neurons"] for g in ("E", "PV", "SST", "all")] == [2, 1, 1, 4]


def test_intervals_by_hand(counted):
    rows = BY_GROUP["intervals"].measure(counted)
    assert len(rows) == 4 * 5  # Those that aren't there too: a silent network has rows.
    assert [row for row in rows if row["count"]] == [
        {"population": "E", "interval": 0.002, "count": 2},
        {"population": "PV", "interval": 0.001, "count": 1},
        {"population": "all", "interval": 0.001, "count": 1},
        {"population": "all", "interval": 0.002, "count": 2},
    ]


def test_intervals_of_several_spikes_in_a_step():
    one = np.zeros(1, np.int64)
    steps, units = np.array([1, 3], np.uint16), np.zeros(2, np.uint16)
    counts = np.array([3, 1], np.uint8)
    spikes = SpikeEvents(one, one + 2, steps, units, counts, n_steps=5, n_units=1, dt=1e-3)
    assert eccles.measures.interval_counts(spikes).tolist() == [2, 0, 1, 0, 0]


def test_distances_by_pair_of_groups(counted):
    rows = [row for row in BY_GROUP["distances"].measure(counted) if row["samples"] == "all"]
    pairs = {row["pair"]: row["n_pairs"] for row in rows if row["tau"] == 1e-3}
    assert pairs == {"E-E": 1, "E-PV": 2, "E-SST": 2, "PV-PV": 0, "PV-SST": 1, "SST-SST": 0}
    whole = eccles.measures.van_rossum(counted.spikes, 1e-3, "elephant")
    by_pair = {row["pair"]: row["elephant"] for row in rows if row["tau"] == 1e-3}
    assert by_pair["E-PV"] == pytest.approx(whole[:2, 2].mean())
    assert by_pair["PV-SST"] == pytest.approx(whole[2, 3])
    assert math.isnan(by_pair["SST-SST"])


@pytest.fixture(scope="module")
def few():
    train, test = eccles.data.load("fashion-mnist-sample")
    return Splits(train.take(slice(0, 60)), test.take(slice(0, 60)))


def test_one_layer_measures_the_same_either_way(few):
    config = TrainConfig(w1_std=0.005)
    samples = divide(config, few)
    shallow = Snapshot(prepare(config, few).network, samples, config, 0)
    network = kilgore2025(w1_std=0.005)
    pool = build_spiking(TrainConfig(network=network), few.train)
    general = Snapshot(pool, samples, config, 0)
    for name in BY_GROUP:
        rows, others = (MEASURES[name].measure(snapshot) for snapshot in (shallow, general))
        assert repr(rows) == repr(others), name
        assert any(row.get("rate_hz", 1) > 0 for row in rows)


def test_a_samples_trip_is_the_same_either_way(few):
    config = TrainConfig(w1_std=0.005)
    samples = divide(config, few)
    shallow = Snapshot(prepare(config, few).network, samples, config, 0)
    pool = build_spiking(TrainConfig(network=kilgore2025(w1_std=0.005)), few.train)
    rows, others = (
        MEASURES["sample"].measure(Snapshot(network, samples, config, 0))
        for network in (shallow.network, pool)
    )
    assert sum(row["kind"] == "hidden" for row in rows) > 50
    for name in ("kind", "unit", "step", "label"):
        assert [row[name] for row in rows] == [row[name] for row in others]
    assert [row["value"] for row in rows] == pytest.approx(
        [row["value"] for row in others], rel=1e-4, abs=1e-5
    )


def test_an_update_is_what_the_next_step_does(few):
    """With plain SGD: the weights after it are those that the run has then, bit for bit."""
    config = TrainConfig(groups="E:8,PV:2", recurrent=0.5, optimizer="sgd", lr=0.5, warmup=0,
                         update_noise=1e-3, batch_size=20, w1_std=0.05)  # fmt: skip
    task = prepare(config, few)
    stages = first_update(task.snapshot(-1))
    names = list(task.network.matrices)
    assert all(list(stages[stage]) == names for stage in ("before", "gradient", "noise", "after"))
    events, labels = few.train.batch(epoch_order(config, few.train, 0)[:20])
    task.steps(0)(events, labels, 0)
    for name, weight in task.network.matrices.items():
        assert np.array_equal(stages["after"][name], weight.detach().double().numpy())
        assert np.abs(stages["gradient"][name]).max() > 0
        assert stages["noise"][name].std() == pytest.approx(1e-3, rel=0.2)


def test_a_neuron_without_a_potential_has_none_in_its_trip(few):
    class Still:
        def start(self, like):
            return (torch.zeros_like(like),)

        def step(self, excitatory, inhibitory, state):
            return torch.zeros_like(excitatory), state

    config = TrainConfig(network=layered((5,)))
    network = SpikingNetwork(layered((5,)), 784, 10, neurons={"hidden": Still()}, engine="dense")
    rows = MEASURES["sample"].measure(Snapshot(network, divide(config, few), config, 0))
    assert all(math.isnan(row["value"]) for row in rows if row["kind"] == "membrane")


@pytest.mark.parametrize("name", MEASURES)
def test_rows_have_the_columns_and_plain_values(name, few):
    network = layered(groups="E:8,PV:2", recurrent=0.5, w1_std=0.01)
    config = TrainConfig(network=network, epochs=1, batch_size=30)
    rows = eccles.train(config, data=few, measure={name: 1}).measures[name]
    kinds = {"VARCHAR": str, "BIGINT": int, "DOUBLE": float}
    assert {row["epoch"] for row in rows} == {-1, 0}
    for row in rows:
        assert list(row) == ["epoch", *MEASURES[name].columns]
        for column, kind in MEASURES[name].columns.items():
            assert row[column] is None or type(row[column]) is kinds[kind]
        json.dumps(row, allow_nan=False)
