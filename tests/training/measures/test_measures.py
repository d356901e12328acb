import json
import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from eccles import Populations, SpikeDataset, SpikeEvents, TrainConfig, measures
from eccles.data import Splits
from eccles.errors import InputError
from eccles.functional import LIFParameters
from eccles.network import layered
from eccles.nn import EINetwork, SpikingNetwork
from eccles.training.build import build_network
from eccles.training.loop import train
from eccles.training.measures.measures import MEASURES, check_measures, defined, is_due
from eccles.training.measures.snapshot import Snapshot, hidden_spikes
from eccles.training.samples import divide


def rows_of(name, snapshot, **wanted):
    """Return a measure's rows, or those that have what is wanted."""
    rows = MEASURES[name].measure(snapshot)
    return [row for row in rows if all(row[key] == value for key, value in wanted.items())]


@pytest.fixture
def toy():
    """Two excitatory neurons and an inhibitory one, each of which fires at 2 to its input at 0.

    Five steps of 1 ms, three samples of class a, b, b: inputs 0 and 2 fire in the first, all in
    the second, none in the third.
    """
    network = EINetwork(3, Populations(2, 1), 2, neuron=LIFParameters(dt=1e-3))
    with torch.no_grad():
        network.input_to_hidden.copy_(1.2 * torch.eye(3))
        network.hidden_to_output.copy_(torch.tensor([[0.0, 1.0], [0.0, 0.5], [-1.0, 0.0]]))
    raster = torch.zeros(5, 3, 3)
    raster[0, 0, 0] = raster[0, 0, 2] = 1
    raster[0, 1, :] = 1
    events = SpikeEvents.from_dense(raster, dt=1e-3)
    data = SpikeDataset("toy", "synthetic", events, np.array([0, 1, 1]), ("a", "b"))
    config = TrainConfig(hidden=3, ei="2:1", batch_size=2)
    return Snapshot(network, divide(config, Splits(data, data)), config, -1)


@pytest.fixture
def snapshot(data):
    """A network of real samples that fires."""
    config = TrainConfig(w1_std=0.005)
    return Snapshot(build_network(config, data.train), divide(config, data), config, 0)


def test_weights_by_projection(toy):
    rows = {row["projection"]: row for row in rows_of("weights", toy)}
    assert list(rows) == ["input->hidden", "hidden E->output", "hidden I->output"]
    assert (rows["input->hidden"]["weights"], rows["input->hidden"]["zeros"]) == (9, 6 / 9)
    assert (rows["hidden E->output"]["mean"], rows["hidden I->output"]["mean"]) == (0.375, -0.5)


def test_only_weights_of_connections_count(toy):
    """Of four weights from E to E two are connections: 0, which counts, and 0.75."""
    network = SpikingNetwork(layered((3,), ei="2:1", recurrent=0.5), 3, 2)
    name = "hidden->hidden"
    network.masks()[name][:2, :2] = torch.tensor([[True, False], [False, True]])
    with torch.no_grad():
        network.matrices[name][:2, :2] = torch.tensor([[0.0, 0.0], [0.0, 0.75]])
    sparse = replace(toy, network=network)
    rows = {row["projection"]: row for row in rows_of("weights", sparse)}
    own = rows["E -> E"]
    assert (own["weights"], own["zeros"]) == (2, 0.5)
    assert (own["mean"], own["std"], own["median"]) == (0.375, 0.375, 0.375)
    assert rows["input -> E"]["weights"] == 6
    bins = rows_of("weight_histograms", sparse, projection="E -> E")
    assert [row["count"] for row in bins if row["count"]] == [1, 1]


def test_spectra_by_hand(toy):
    rows = {row["projection"]: row for row in rows_of("spectra", toy)}
    assert list(rows) == ["input->hidden", "hidden->output"]
    w2 = toy.network.hidden_to_output.detach().numpy()
    assert rows["hidden->output"]["entropy"] == measures.spectral_entropy(w2)
    assert all(np.isnan(row["radius"]) for row in rows.values())
    circuit = SpikingNetwork(layered((5,), recurrent=True), 3, 2)
    rows = {row["projection"]: row for row in rows_of("spectra", replace(toy, network=circuit))}
    w = circuit.matrices["hidden->hidden"].detach().numpy()
    assert rows["hidden->hidden"]["radius"] == measures.spectral_radius(w)
    assert np.isnan(rows["input->hidden"]["radius"])


def test_operations_by_hand(toy):
    """Five spikes of inputs and five of neurons, each with one weight that isn't 0."""
    rows = {row["projection"]: row for row in rows_of("operations", toy)}
    found = {name: (3 * row["spikes"], 3 * row["operations"]) for name, row in rows.items()}
    assert found == {
        "input->hidden": pytest.approx((5, 5)),
        "hidden E->output": pytest.approx((3, 3)),
        "hidden I->output": pytest.approx((2, 2)),
    }
    dense = SpikingNetwork(layered((4,), ei="3:1", recurrent=True, w1_std=9.0), 3, 2)
    rows = {row["projection"]: row for row in rows_of("operations", replace(toy, network=dense))}
    assert rows["input -> E"]["operations"] * 3 == pytest.approx(5 * 3)
    spikes = rows["E -> I"]["spikes"]
    assert spikes > 0
    assert rows["E -> E"]["operations"] == pytest.approx(3 * spikes)
    assert rows["E -> output"]["operations"] == pytest.approx(2 * spikes)


def test_histograms_count_every_weight(toy):
    rows = rows_of("weight_histograms", toy)
    zeros = [row["count"] for row in rows if row["low"] == row["high"] == 0]
    assert zeros == [6, 2, 1]
    totals = {}
    for row in rows:
        totals[row["projection"]] = totals.get(row["projection"], 0) + row["count"]
    assert list(totals.values()) == [9, 4, 2]


def test_distances_by_hand(toy):
    """Sample 1: the second neuron alone is silent. Sample 2: all alike. Sample 3: all silent."""
    one = 1 / 3
    rows = rows_of("distances", toy, tau=0.001, samples="all")
    assert [(row["pair"], row["n_pairs"], row["n_samples"]) for row in rows] == [
        ("E-E", 1, 3),
        ("E-I", 2, 3),
        ("I-I", 0, 3),
    ]
    assert [row["elephant"] for row in rows[:2]] == pytest.approx([one, one / 2])
    assert [row["rossum2001"] for row in rows[:2]] == pytest.approx(
        [one * math.sqrt(0.5), one / 2 * math.sqrt(0.5)]
    )
    # The traces of a spike at 2 are recorded at 2, 3 and 4.
    kept = math.sqrt(1 + math.exp(-2) + math.exp(-4))
    assert [row["discrete"] for row in rows[:2]] == pytest.approx([one * kept, one / 2 * kept])
    assert all(math.isnan(rows[2][name]) for name in ("discrete", "rossum2001", "elephant"))


def test_the_first_sample_of_each_batch(toy):
    """Batches of two: the first and the third sample."""
    rows = rows_of("distances", toy, tau=0.01, samples="one_per_batch")
    assert [row["n_samples"] for row in rows] == [2, 2, 2]
    assert [row["elephant"] for row in rows[:2]] == pytest.approx([1 / 2, 1 / 4])


def test_activity_by_hand(toy):
    """Spikes of the three neurons: 1 0 1, 1 1 1 and none."""
    assert len(rows_of("activity", toy)) == 3 * 3
    (every,) = rows_of("activity", toy, **{"class": -1, "population": "all"})
    assert (every["class_name"], every["neurons"], every["samples"]) == ("all", 3, 3)
    assert every["rate_hz"] == pytest.approx(5 / (3 * 3 * 0.005))
    assert every["active"] == 1
    assert every["percent_excitatory"] == 100 * 3 / 5
    assert math.isnan(every["isi_mean"])
    assert math.isnan(every["isi_cv"])
    (first,) = rows_of("activity", toy, class_name="a", population="E")
    assert (first["neurons"], first["samples"], first["active"]) == (2, 1, 0.5)
    assert (first["rate_hz"], first["percent_excitatory"]) == (pytest.approx(100), 50)
    # One of two neurons fires: the mean varies by a fourth, the neurons by a half of it each.
    assert first["synchrony"] == pytest.approx(0.5)
    (alone,) = rows_of("activity", toy, class_name="b", population="I")
    assert (alone["samples"], alone["synchrony"]) == (2, 1)


def test_population_rate_by_hand(toy):
    rates = {p: rows_of("population_rate", toy, population=p) for p in ("E", "I", "all")}
    assert [row["step"] for row in rates["E"]] == [0, 1, 2, 3, 4]
    assert [row["rate_hz"] for row in rates["E"]] == pytest.approx([0, 0, 3 / (6 * 0.001), 0, 0])
    assert rates["I"][2]["rate_hz"] == pytest.approx(2 / (3 * 0.001))
    assert rates["all"][2]["rate_hz"] == pytest.approx(5 / (9 * 0.001))


def test_a_samples_trip(toy):
    rows = rows_of("sample", toy)
    assert {(row["sample"], row["label"]) for row in rows} == {(0, 0)}
    assert [(row["unit"], row["step"]) for row in rows if row["kind"] == "input"] == [
        (0, 0),
        (2, 0),
    ]
    hidden = [(row["unit"], row["step"], row["value"]) for row in rows if row["kind"] == "hidden"]
    assert hidden == [(0, 2, 1), (2, 2, 1)]
    membranes = rows_of("sample", toy, kind="membrane")
    assert [row["unit"] for row in membranes[::5]] == [0, 1, 2]
    # At 2 the membrane is the current of step 1; it is reset, and takes up what is left from 4 on.
    a = toy.network.neuron.alpha
    found = [row["value"] for row in membranes[:5]]
    assert found == pytest.approx([0, 0, 1.2, 0, 1.2 * a * a], rel=1e-6)
    readouts = rows_of("sample", toy, kind="readout", unit=1)
    assert [row["step"] for row in readouts] == [0, 1, 2, 3, 4, 5]
    assert [row["value"] for row in readouts][:5] == pytest.approx([0, 0, 0, 0, 1], rel=1e-6)


def test_the_membranes_of_few_neurons(snapshot):
    rows = rows_of("sample", snapshot)
    spikes = snapshot.network.spikes(snapshot.samples.test.events[:1])
    counts = spikes.to_dense()[:, 0].sum(dim=0).tolist()
    shown = {row["unit"] for row in rows if row["kind"] == "membrane"}
    for kind, n in ((range(80), 3), (range(80, 100), 2)):
        assert shown & set(kind) == set(sorted(kind, key=lambda unit: -counts[unit])[:n])
    assert len(shown) == 5
    hidden = [(row["step"], row["unit"]) for row in rows if row["kind"] == "hidden"]
    assert hidden == list(zip(spikes.steps.tolist(), spikes.units.tolist(), strict=True))
    assert len(hidden) > 100


def test_hidden_spikes_dont_depend_on_the_batches(snapshot):
    whole = snapshot.spikes
    assert whole is snapshot.spikes
    counts = snapshot.network.respond(snapshot.samples.test.events).spike_counts.numpy()
    assert np.array_equal(measures.spike_counts(whole), counts)
    parts = hidden_spikes(snapshot.network, snapshot.samples.test, 7)
    for name in ("begins", "ends", "steps", "units"):
        assert np.array_equal(getattr(parts, name), getattr(whole, name))
    assert len(hidden_spikes(snapshot.network, snapshot.samples.test.take(slice(0, 0)))) == 0


@pytest.mark.parametrize("name", MEASURES)
def test_rows_have_the_columns_and_plain_values(name, snapshot):
    rows = MEASURES[name].measure(snapshot)
    assert rows
    for row in rows:
        assert list(row) == list(MEASURES[name].columns)
        for column, value in row.items():
            kinds = {"VARCHAR": str, "BIGINT": int, "DOUBLE": float}
            assert type(value) is kinds[MEASURES[name].columns[column]]
        json.dumps(defined(row), allow_nan=False)


def test_what_isnt_defined_is_null():
    row = {"epoch": 3, "name": "x", "a": math.nan, "b": 0.0, "c": None}
    assert defined(row) == {"epoch": 3, "name": "x", "a": None, "b": 0.0, "c": None}


def test_an_update_is_the_one_that_comes(data):
    """One batch an epoch: the network after it is what its update was said to leave."""
    config = TrainConfig(batch_size=300, epochs=2, w1_std=0.003, update_noise=1e-4, lr=5.0)
    result = train(config, data=data, measure={"updates": 1, "weight_histograms": 1})

    def after(epoch):
        names = ("projection", "low", "high", "count")
        rows = result.measures["updates"]
        return [
            tuple(row[name] for name in names)
            for row in rows
            if (row["epoch"], row["stage"], row["projection"]) == (epoch, "after", "input->hidden")
        ]

    def weights(epoch):
        rows = result.measures["weight_histograms"]
        return [
            tuple(row[name] for name in ("projection", "low", "high", "count"))
            for row in rows
            if (row["epoch"], row["projection"]) == (epoch, "input->hidden")
        ]

    assert after(-1) == weights(0)
    assert after(0) == weights(1)
    assert weights(0) != weights(-1)


def test_stages_of_a_quiet_update(snapshot):
    """Without noise: nothing is added by it, and what the projection cuts is zero afterwards."""
    stages = {}
    for row in rows_of("updates", snapshot, projection="input->hidden"):
        stages.setdefault(row["stage"], []).append(row)
    assert list(stages) == ["before", "gradient", "noise", "after"]
    n = 784 * 100
    assert all(sum(row["count"] for row in rows) == n for rows in stages.values())
    assert [row["count"] for row in stages["noise"]] == [n]
    assert any(row["high"] < 0 < row["count"] for row in stages["gradient"])
    assert all(row["low"] >= 0 for row in stages["after"])


@pytest.mark.parametrize("engine", ["event", "dense"])
def test_measures_dont_disturb_the_run(data, config, same_run, engine):
    small = Splits(data.train.take(slice(0, 64)), data.test.take(slice(0, 30)))
    config = config.model_copy(update={"engine": engine, "epochs": 2, "update_noise": 1e-4})
    measured = train(config, data=small, measure=dict.fromkeys(MEASURES, 1))
    same_run(measured, train(config, data=small))
    assert set(measured.measures) == set(MEASURES)
    for rows in measured.measures.values():
        assert {row["epoch"] for row in rows} == {-1, 0, 1}


def test_measures_go_on_where_a_run_was_stopped(data, config, tmp_path, stop_at):
    measure = {"activity": 2, "distances": 2}
    whole = train(config, data=data, measure=measure)
    with pytest.raises(stop_at.Stop):
        train(config, data=data, measure=measure, out=tmp_path / "run", watch=stop_at(0))
    gone_on = train(config, data=data, measure=measure, out=tmp_path / "run")
    assert gone_on.measures == whole.measures


@pytest.mark.parametrize(
    ("every", "epochs", "due"),
    [(1, 3, [-1, 0, 1, 2]), (2, 6, [-1, 1, 3, 5]), (4, 6, [-1, 3, 5]), (9, 3, [-1, 2])],
)
def test_when_a_measure_is_due(every, epochs, due):
    assert [epoch for epoch in range(-1, epochs) if is_due(epoch, every, epochs)] == due


@pytest.mark.parametrize(
    ("measure", "sentence"),
    [
        ({"wieghts": 1}, r"no measure 'wieghts' \(did you mean 'weights'\?\)"),
        ({"weights": 0}, "weights must be a number of epochs, 1 or more, got 0"),
        ({"classes": True}, "classes must be a number of epochs"),
    ],
)
def test_bad_measures(measure, sentence):
    with pytest.raises(InputError, match=sentence):
        check_measures(measure)
