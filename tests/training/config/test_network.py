"""Settings that say what a network is: one value, whoever says it and however."""

import json

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import eccles
from eccles import InputError, TrainConfig, dale
from eccles.network import kilgore2025, layered
from eccles.training.config.network import NetworkSettings
from eccles.training.prepare import prepare
from eccles.training.tasks.network import build_spiking

NETWORKS = [
    ({}, kilgore2025()),
    ({"ei": "50:50", "hidden": 40, "unbounded": True}, kilgore2025(0.5, 40, dale=False)),
    ({"hidden": "20,10"}, layered((20, 10))),
    ({"hidden": [20, 10], "recurrent": True}, layered((20, 10), recurrent=True)),
    ({"hidden": 20, "recurrent": 0.1}, layered((20,), recurrent=0.1)),
    ({"hidden": 20, "input_ei": 0.8}, layered((20,), inputs="4:1")),
    (
        {"groups": {"E": 8, "PV": 2}, "neuron": "adaptive", "tau_adapt": "50 ms"},
        layered(groups="E:8,PV:2", neuron={"model": "adaptive", "tau_adapt": 0.05}),
    ),
    ({"neuron": "adaptive", "adapt_strength": 1, "hidden": 10, "threshold": 0.5},
     layered((10,), neuron={"model": "adaptive", "strength": 1.0}, threshold=0.5)),
    ({"neuron": "conductance", "e_excitatory": 3, "e_inhibitory": 0, "hidden": 10},
     layered((10,), neuron={"model": "conductance", "e_excitatory": 3.0, "e_inhibitory": 0.0})),
    ({"convention": "norse", "hidden": 10},
     layered((10,), neuron={"model": "lif", "convention": "norse"})),
    ({"neuron": "izhikevich", "izhikevich": "chattering", "hidden": 10},
     layered((10,), neuron={"model": "izhikevich", "preset": "chattering"})),
    ({"hidden": "5,5", "tau_syn_inhibitory": "20 ms", "delay": "2 ms"},
     layered((5, 5), tau_syn_inhibitory=0.02, delay=0.002)),
    ({"groups": "IT:4,ET:2,PV:2", "signs": "IT:excitatory, ET:excitatory", "w1_std": 0.1},
     layered(groups="IT:4,ET:2,PV:2", signs={"IT": "excitatory", "ET": "excitatory"}, w1_std=0.1)),
]  # fmt: skip


@pytest.fixture(scope="module")
def few():
    train, test = eccles.data.load("fashion-mnist-sample")
    return eccles.data.Splits(train.take(slice(0, 40)), test.take(slice(0, 20)))


@pytest.mark.parametrize(("said", "network"), NETWORKS)
def test_settings_mean_a_network(said, network):
    config = TrainConfig(**said)
    assert config.network_of() == network == NetworkSettings(**said).network_of()
    assert config.plain == (network in (NETWORKS[0][1], NETWORKS[1][1]))
    if not config.plain:
        assert config.identity() == TrainConfig(network=network).identity()


@pytest.mark.parametrize(("said", "network"), NETWORKS[2:])
def test_they_are_trained_as_that_network(few, said, network):
    said = {**said, "epochs": 1, "batch_size": 20}
    task = prepare(TrainConfig(**said), few)
    assert task.network.network == network
    before = {name: weight.clone() for name, weight in task.network.matrices.items()}
    step = task.steps(0)
    for batch in range(2):
        step(*few.train.batch(slice(20 * batch, 20 * batch + 20)), batch)
        dale.check(task.network)
    same = build_spiking(TrainConfig(network=network), few.train).matrices
    assert all(torch.equal(before[name], weight) for name, weight in same.items())


SETTINGS = st.fixed_dictionaries(
    {},
    optional={
        "hidden": st.sampled_from([None, 10, 20, "10,20", [20, 20]]),
        "groups": st.sampled_from([None, "E:8,I:2", {"E": 16, "PV": 4}]),
        "ei": st.sampled_from([None, "80:20", 0.5]),
        "recurrent": st.sampled_from([0, 0.25, True, False]),
        "input_ei": st.sampled_from([None, "80:20", 0.5, "100:0"]),
        "neuron": st.sampled_from(["lif", "adaptive", "conductance"]),
        "tau_adapt": st.sampled_from([None, "50 ms"]),
        "threshold": st.sampled_from([1, 0.5]),
        "delay": st.sampled_from([None, "2 ms"]),
        "unbounded": st.booleans(),
        "dt": st.sampled_from([None, "2 ms", "14 ms"]),
        "rate_penalty": st.sampled_from([0, 0.1]),
        "schedule": st.sampled_from(["none", "cosine"]),
        "warmup": st.sampled_from([None, 0, 1]),
        "weight_decay": st.sampled_from([None, 0, 1e-4]),
        "w1_std": st.sampled_from([None, 0.01]),
    },
)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(SETTINGS)
def test_what_is_taken_is_the_same_run_from_a_file_and_resolved(said):
    try:
        config = TrainConfig(**said)
    except InputError as error:
        assert len(str(error)) < 500  # noqa: PT017
        return
    stored = json.loads(json.dumps(config.model_dump(mode="json")))
    resolved = config.resolved()
    for other in (TrainConfig(**stored), resolved, TrainConfig(**resolved.model_dump())):
        assert other.identity() == config.identity()
        assert config.plain or other.network_of() == config.network_of()
        assert other.binning() == config.binning()
    assert resolved.resolved() == resolved


def test_other_networks_are_other_runs():
    found = {TrainConfig(**said).identity() for said, _ in NETWORKS}
    assert len(found) == len(NETWORKS)


def test_steps_of_any_length():
    binning = TrainConfig(dt="2 ms", max_time="700 ms").binning()
    assert (binning.n_steps, binning.max_time, binning.dt) == (351, 0.7, 0.002)
    binning = TrainConfig(dt="3 ms").binning()
    assert binning.n_steps == 468
    assert binning.max_time == pytest.approx(1.401)
    train, _ = eccles.data.load("spoken-digits-sample", binning=TrainConfig(dt="7 ms").binning())
    network = build_spiking(TrainConfig(dt="7 ms", recurrent=True, hidden=10), train)
    assert (train.events.n_steps, network.wiring.dt) == (201, 0.007)
    with pytest.raises(InputError, match="must be left out with images"):
        eccles.data.load("fashion-mnist-sample", binning=binning)


def test_a_penalty_keeps_one_layer_as_it_is_and_lowers_its_rate(few):
    said = {"hidden": 20, "w1_std": 0.01, "epochs": 3, "batch_size": 20, "lr": 0.05}
    plain = eccles.train(TrainConfig(**said), data=few)
    pressed = eccles.train(TrainConfig(rate_penalty=1, rate_target="1 Hz", **said), data=few)
    assert pressed.history[0]["rate_hz"] == plain.history[0]["rate_hz"]
    assert pressed.history[-1]["rate_hz"] < plain.history[-1]["rate_hz"]
    # One whose target is out of reach costs nothing, and is the same training.
    free = eccles.train(TrainConfig(rate_penalty=1, rate_target="1 kHz", **said), data=few)
    assert free.history[-1]["loss"] == pytest.approx(plain.history[-1]["loss"], rel=1e-4)


def test_noise_in_units_of_each_projection(few):
    config = TrainConfig(
        hidden=20,
        recurrent=True,
        update_noise=0.5,
        noise_scale="relative",
        lr=1e-9,
        optimizer="sgd",
    )
    task = prepare(config, few)
    before = {name: w.detach().clone() for name, w in task.network.matrices.items()}
    task.network.project = lambda: None
    task.steps(0)(*few.train.batch(slice(0, 20)), 0)
    for name, link in zip(task.network.network.projections, task.network.wiring.links,
                          strict=True):  # fmt: skip
        change = task.network.matrices[link.weights].detach() - before[link.weights]
        spread = float(change[link.rows, link.columns].detach().std())
        assert spread == pytest.approx(0.5 * task.network.scales[name], rel=0.3), name


def test_decay_of_the_weights_is_the_optimizers_own_unless_said():
    def decay(**said):
        samples = eccles.data.load("fashion-mnist-sample")
        return prepare(TrainConfig(**said), samples).optimizer.param_groups[0]["weight_decay"]

    assert decay() == 0
    assert decay(optimizer="adamw") == 0.01
    assert decay(optimizer="adamw", weight_decay=0) == 0
    assert decay(recurrent=True, weight_decay=0.25) == 0.25


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"hidden": "10;5"}, "hidden must be neurons of each layer, .* got '10;5'"),
        ({"hidden": []}, "hidden must be neurons of each layer, .* got \\[\\]"),
        ({"hidden": "100,"}, "hidden must be neurons"),
        ({"hidden": [10, 0]}, "hidden must be neurons"),
        ({"hidden": "9" * 5000}, "hidden must be neurons"),
        ({"hidden": True}, "hidden must be a whole number, got True"),
        ({"groups": "E:80,PV:12", "hidden": 100}, "groups must sum to hidden, 100 .* 80 . 12 = 92"),
        ({"groups": "E:80,PV:12", "hidden": "92,50"}, "groups must sum to hidden, 50"),
        ({"groups": "E:80,I:20", "ei": "80:20"}, "ei must be left out with groups, got '80:20'"),
        ({"groups": "E:80,E:20"}, "group E must be given once"),
        ({"groups": "E:80,I:0"}, "size of group I must be a whole number, 1 neuron or more, got 0"),
        ({"groups": "E:80,IT:20"}, "the sign of IT must be said"),
        ({"groups": "E:8,IT:2", "signs": "IT:excitatory,IT:free"}, "the sign of IT must be given"),
        ({"groups": "E:8,I:2", "signs": "I:excitatory"}, "the sign of I must be inhibitory"),
        ({"groups": "E:8,PV:2", "signs": "PX:free"}, "got one of 'PX'; there are E, PV"),
        ({"signs": "E:excitatory"}, "signs must be left out without groups"),
        ({"recurrent": 1.5}, "recurrent must be a probability between 0 and 1, or true, got 1.5"),
        ({"recurrent": "often"}, "recurrent must be a probability .* got 'often'"),
        ({"recurrent": float("nan")}, "recurrent must be a probability .* got nan"),
        ({"input_ei": "80:20", "unbounded": True}, "input_ei must be left out with unbounded"),
        ({"input_ei": "0:100"}, "with some that excite, got '0:100'"),
        ({"input_ei": "many"}, "input_ei must be a ratio such as 80:20, the excitatory share"),
        ({"neuron": "liff"}, "neuron must be 'lif', 'adaptive', .* got 'liff'"),
        ({"tau_adapt": "50 ms"}, "tau_adapt must be left out with lif neurons"),
        ({"neuron": "adaptive", "e_inhibitory": 0}, "e_inhibitory must be left out with adaptive"),
        ({"neuron": "adaptive", "convention": "norse"}, "convention must be left out with adapt"),
        ({"convention": "brian"}, "convention must be 'spytorch', 'snntorch' or 'norse', got"),
        ({"neuron": "conductance", "unbounded": True}, "as it goes to conductance neurons"),
        ({"neuron": "izhikevich", "threshold": 2}, "threshold must be left out for izhikevich"),
        ({"delay": "2 ms"}, "delay must be left out"),
        ({"tau_syn_inhibitory": "20 ms"}, "tau_syn_inhibitory must be left out"),
        ({"delay": 0, "recurrent": True}, "delay must be a time above 0"),
        *[({name: "3 ms"}, f"{name} must be left out.* got '3 ms'")
          for name in ("delay", "tau_syn_inhibitory", "tau_adapt")],
        ({"network": layered((9,), ei="1:2"), "tau_mem": "3 ms"}, "network, .* got '3 ms'"),
        ({"tau_mem": "0.5 us"}, "tau_mem must be 1 us or more, got '0.5 us'"),
        ({"population": {}}, r"\(did you mean 'populations'\?\); it is a part of network"),
        ({"projections": {}}, "no setting 'projections'; it is a part of network"),
        ({"groups": {"E": 8, "PV": 4.5}}, "groups must be names and whole sizes such as"),
        ({"threshold": 0}, "threshold must be above 0"),
        ({"recurrent": True, "projection": False}, "projection must be left out, got False"),
        ({"network": layered((9,), ei="1:2"), "hidden": 9}, "hidden must be left out with network"),
        ({"network": layered((10,)), "neuron": "adaptive"}, "neuron must be left out with network"),
        ({"dt": "2 s"}, "dt must be from .* to 1.4 s, max_time, got '2 s'"),
        ({"dt": "1 us"}, "dt must be from"),
        ({"dt": "2 ms", "steps": 100}, "steps must be left out with dt, got 100; .* make 701"),
        ({"rate_target": "5 Hz"}, "rate_target must be left out without rate_penalty, got '5 Hz'"),
        ({"rate_penalty": 1, "rate_target": "5 ms"}, "rate_target must be a rate above 0 such as"),
        ({"rate_penalty": -1}, "rate_penalty must be 0 or more"),
        ({"warmup": 31}, "warmup must be at most 30 epochs, got 31"),
        ({"schedule": "linear"}, "schedule must be 'none' or 'cosine', got 'linear'"),
    ],
)  # fmt: skip
def test_mistakes_are_one_sentence(said, sentence):
    with pytest.raises(InputError, match=sentence) as caught:
        TrainConfig(**said)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 500


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"recurrent": True, "delay": "1.5 ms"}, "must be a whole number of steps of 1 ms"),
        ({"recurrent": True, "delay": "200 ms"}, "must be at most a sample's 100 ms"),
        (
            {"recurrent": True, "optimizer": "rprop", "weight_decay": 1},
            "weight_decay must be 0 for",
        ),
    ],
)
def test_mistakes_that_only_data_or_torch_show(few, said, sentence):
    with pytest.raises(InputError, match=sentence):
        prepare(TrainConfig(hidden=10, **said), few)


def test_a_schedule_of_any_network(few):
    for kind in ({}, {"recurrent": True}):
        config = TrainConfig(hidden=10, epochs=4, batch_size=20, lr=0.4, schedule="cosine",
                             warmup=1, **kind)  # fmt: skip
        task = prepare(config, few)
        seen = []
        for epoch in range(4):
            step = task.steps(epoch)
            for batch in range(2):
                step(*few.train.batch(slice(20 * batch, 20 * batch + 20)), batch)
                seen.append(task.optimizer.param_groups[0]["lr"])
        assert seen[:3] == pytest.approx([1e-7, 0.2, 0.4], rel=1e-6)
        assert seen[5] == pytest.approx(0.2)
        assert seen[-1] < 0.05
        flat = prepare(config.model_copy(update={"schedule": "none"}), few)
        flat.steps(3)(*few.train.batch(slice(0, 20)), 1)
        assert flat.optimizer.param_groups[0]["lr"] == 0.4
