import json
import subprocess
import sys

import pytest

from eccles import InputError, TrainConfig
from eccles.data import Binning
from eccles.network import layered


def test_the_defaults_are_the_articles():
    config = TrainConfig().resolved()
    assert (config.ei, config.hidden) == ("80:20", 100)
    assert (config.tau_mem, config.tau_syn) == (0.01, 0.005)
    assert (config.batch_size, config.epochs, config.lr) == (256, 30, 0.01)
    assert (config.optimizer, config.momentum, config.projection) == ("sgd", 0.0, True)
    assert (config.w1_std, config.w2_std) == (0.001, None)
    assert (config.surrogate, config.update_noise) == ("superspike", 0.0)


def test_unbounded_implies_its_own():
    config = TrainConfig(unbounded=True).resolved()
    assert (config.optimizer, config.lr, config.projection) == ("adam", 2e-4, False)
    assert config.w1_std is None
    config = TrainConfig(unbounded=True, optimizer="sgd", lr=0.1, w1_std=0.5).resolved()
    assert (config.optimizer, config.lr, config.w1_std) == ("sgd", 0.1, 0.5)
    with pytest.raises(InputError, match="projection must be off when unbounded"):
        TrainConfig(unbounded=True, projection=True)


def test_recordings_imply_their_own():
    config = TrainConfig(data="shd").resolved()
    assert (config.w1_std, config.batch_size) == (1.2e-4, 32)
    assert (config.optimizer, config.lr) == ("adam", 1e-4)
    assert TrainConfig(data="spoken-digits-sample", optimizer="sgd").resolved().lr == 0.001
    assert TrainConfig(data="shd", w1_std=1.0, batch_size=7).resolved().w1_std == 1.0
    assert TrainConfig(data="shd", batch_size=7).batch() == 7
    assert TrainConfig(data="shd", unbounded=True).resolved().lr == 2e-4
    assert TrainConfig(data="mine").batch() == TrainConfig().batch() == 256


def test_binning_of_recorded_spikes():
    assert TrainConfig().binning() == Binning(n_steps=100, max_time=1.4, clip=False)
    chosen = TrainConfig(steps=250, max_time="700 ms", clip=True)
    assert chosen.binning() == Binning(n_steps=250, max_time=0.7, clip=True)
    with pytest.raises(InputError, match="steps must be from 2 to 65,535, got 1"):
        TrainConfig(steps=1)


def test_what_is_resolved_stays():
    config = TrainConfig().resolved()
    assert config.resolved() == config
    assert TrainConfig(projection=False).resolved().projection is False


@pytest.mark.parametrize(
    ("settings", "same"),
    [
        ({"ei": 0.8}, {"ei": "80:20"}),
        ({"ei": "4:1"}, {"ei": "0.8"}),
        ({"ei": 1}, {"ei": "100:0"}),
        ({"tau_mem": "10 ms"}, {"tau_mem": 0.01}),
        ({"tau_syn": "5000 us"}, {}),
        ({"lr": 0.01, "optimizer": "sgd", "projection": True, "w1_std": 0.001}, {}),
        ({"unbounded": True}, {"unbounded": True, "optimizer": "adam", "lr": 2e-4}),
        ({"batch_size": "256"}, {}),
    ],
)
def test_the_same_run_has_the_same_identity(settings, same):
    assert TrainConfig(**settings).identity() == TrainConfig(**same).identity()


def test_data_of_ones_own_starts_at_a_rate_whatever_its_spikes():
    own = TrainConfig(data="mine.npz").resolved()
    assert (own.initial_rate, own.w1_std, own.batch_size, own.lr) == ("5 Hz", None, 32, 3e-4)
    assert TrainConfig(data="mine.npz", w1_std=0.01).resolved().initial_rate is None
    files = TrainConfig(data="own-recordings").resolved()
    assert (files.initial_rate, files.w1_std, files.optimizer) == ("5 Hz", None, "adam")
    said = TrainConfig(data="own-recordings", w1_std=1e-4).resolved()
    assert (said.initial_rate, said.w1_std) == (None, 1e-4)
    assert TrainConfig(data="own-1a2b3c4d-as-own-recordings").resolved().initial_rate == "5 Hz"
    assert TrainConfig(data="shd").resolved().w1_std == 1.2e-4
    assert TrainConfig(data="mine.npz").identity() == TrainConfig(data="a/mine.npz").identity()
    assert TrainConfig(data="mine.npz").identity() != TrainConfig(data="a/yours.npz").identity()
    with pytest.raises(InputError, match="test_share must be left out, for only data of one's own"):
        TrainConfig(test_share=0.3)


def test_every_setting_is_part_of_the_identity():
    changes = {
        "data": "fashion-mnist",
        "steps": 50,
        "max_time": 1.0,
        "clip": True,
        "ei": "50:50",
        "ei_rounding": True,
        "hidden": 50,
        "tau_mem": 0.011,
        "tau_syn": 0.006,
        "w1_std": 0.002,
        "initial_rate": "5 Hz",
        "init": "fluctuation",
        "w2_std": 0.1,
        "surrogate": "arctan",
        "surrogate_scale": 50.0,
        "zero_start": False,
        "unbounded": True,
        "projection": False,
        "epochs": 29,
        "batch_size": 255,
        "drop_last": True,
        "validation": 0.1,
        "optimizer": "adam",
        "lr": 0.011,
        "momentum": 0.1,
        "update_noise": 1e-5,
        "noise_scale": "relative",
        "seed": 1,
        "engine": "dense",
        "device": "cuda",
        "dt": 2e-3,
        "groups": "E:90,I:10",
        "signs": None,
        "input_ei": "80:20",
        "recurrent": True,
        "neuron": "conductance",
        "convention": "snntorch",
        "tau_adapt": None,
        "adapt_strength": None,
        "e_excitatory": None,
        "e_inhibitory": None,
        "izhikevich": None,
        "tau_syn_inhibitory": None,
        "delay": None,
        "threshold": 0.9,
        "network": layered((20,)),
        "test_share": None,
        "module": "Mine-12345678",
        "weight_decay": 0.1,
        "schedule": "cosine",
        "warmup": 1,
        "rate_penalty": 0.1,
        "rate_target": None,
        "device_model": "ecram",
        "device_bound": None,
    }
    assert changes.keys() == TrainConfig().names() - {"model"}
    # Those without a value here mean something beside others alone.
    beside = {
        "signs": ({"groups": "E:80,IT:20"}, "IT:excitatory", "IT:inhibitory"),
        "tau_adapt": ({"neuron": "adaptive"}, None, 0.05),
        "adapt_strength": ({"neuron": "adaptive"}, None, 0.1),
        "e_excitatory": ({"neuron": "conductance"}, None, 4.0),
        "e_inhibitory": ({"neuron": "conductance"}, None, 0.0),
        "izhikevich": ({"neuron": "izhikevich"}, None, "chattering"),
        "tau_syn_inhibitory": ({"recurrent": True}, None, 0.02),
        "device_bound": ({"device_model": "ecram"}, 10.0, 20.0),
        "delay": ({"recurrent": True}, None, 0.002),
        "test_share": ({"data": "mine/"}, 0.2, 0.5),
        "rate_target": ({"rate_penalty": 1}, 10.0, 5.0),
    }
    alone = {name: value for name, value in changes.items() if name not in beside}
    found = {TrainConfig(**{name: value}).identity() for name, value in alone.items()}
    found.add(TrainConfig().identity())
    assert len(found) == len(alone) + 1
    for name, (others, *values) in beside.items():
        pair = {TrainConfig(**others, **{name: value}).identity() for value in values}
        assert len(pair) == 2, name


def test_identities_outlive_versions_and_processes():
    """A change here makes every stored run another run."""
    assert TrainConfig().identity() == "44136fa355b3678a"
    assert TrainConfig(ei=0.5, unbounded=True, seed=7).identity() == "77733f8a134d0da2"
    code = "from eccles import TrainConfig; print(TrainConfig().identity())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == TrainConfig().identity() + "\n"


def test_a_default_that_is_said_changes_nothing():
    usual = TrainConfig()
    assert TrainConfig(**usual.resolved().model_dump()).identity() == usual.identity()


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"epoch": 3}, r"there is no setting 'epoch' \(did you mean 'epochs'\?\)"),
        ({"learning": 3}, "there is no setting 'learning'"),
        ({"epochs": -1}, "epochs must be 0 or more, got -1"),
        ({"epochs": -3}, "epochs must be .* got -3"),
        ({"identity": "ab"}, "identity is no setting, .* leave it out"),
        ({"epochs": 2.5}, "epochs must be a whole number, got 2.5"),
        ({"epochs": "many"}, "epochs must be a whole number, got 'many'"),
        ({"batch_size": 0}, "batch_size must be .* got 0"),
        ({"hidden": 0}, "hidden must be neurons of each layer, .* got 0"),
        ({"lr": 0}, "lr must be above 0, got 0"),
        ({"lr": -1.0}, "lr must be above 0"),
        ({"lr": float("nan")}, "lr must be .*got nan"),
        ({"lr": float("inf")}, "lr must be a finite number, got inf"),
        ({"tau_mem": 0}, "tau_mem must be a time above 0 .* got 0"),
        ({"tau_syn": -1e-3}, "tau_syn must be a time above 0"),
        ({"tau_mem": "10 m"}, "tau_mem must be a time above 0 .* got '10 m'"),
        ({"w1_std": -1}, "w1_std must be .* got -1"),
        ({"update_noise": -1e-3}, "update_noise must be"),
        ({"momentum": 1.0}, "momentum must be below 1, got 1.0"),
        ({"validation": 1.0}, "validation must be below 1"),
        ({"seed": -1}, "seed must be"),
        ({"surrogate": "superspik"}, "surrogate must be 'superspike', 'sigmoid'"),
        ({"engine": "fast"}, "engine must be 'auto', 'event', .* got 'fast'"),
        ({"engine": "fused"}, "engine must be one of auto, event, dense, got 'fused'"),
        ({"circuit": "bn"}, "circuit is a setting of a deep network, which a network of spik"),
        ({"ei": "80:20:1"}, "ei must be a ratio such as 80:20"),
        ({"ei": 1.5}, "ei must be a ratio .* got 1.5"),
        ({"ei": 0.333}, "ei must give a whole number of neurons"),
        ({"ei": [80, 20]}, r"ei must be a text, got \[80, 20\]"),
    ],
)
def test_mistakes_are_one_sentence(settings, sentence):
    with pytest.raises(InputError, match=sentence) as caught:
        TrainConfig(**settings)
    assert "\n" not in str(caught.value)


def test_rounding_is_a_setting():
    populations = TrainConfig(ei=0.333, ei_rounding=True).populations()
    assert (populations.n_excitatory, populations.n_inhibitory) == (33, 67)


def test_settings_are_frozen():
    with pytest.raises(ValueError, match="frozen"):
        TrainConfig().epochs = 3


def test_a_file_of_settings(tmp_path):
    path = tmp_path / "run.yaml"
    path.write_text("ei: 80:20\ntau_mem: 10 ms\ntau_syn: 5e-3\nlr: 1e-2\nepochs: 12\n")
    config = TrainConfig.from_yaml(path)
    assert config == TrainConfig(ei="80:20", tau_mem=0.01, tau_syn=0.005, lr=0.01, epochs=12)
    path.write_text(json.dumps(config.model_dump()))
    assert TrainConfig.from_yaml(path) == config
    path.write_text("lr: ten\n")
    with pytest.raises(InputError, match=r"train: lr must be a number, got 'ten'"):
        TrainConfig.from_yaml(path)
    path.write_text("")
    assert TrainConfig.from_yaml(path) == TrainConfig()


def test_none_is_no_device():
    assert TrainConfig(device_model="none") == TrainConfig()
