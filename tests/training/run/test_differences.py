"""A run in a folder is told from the one that is asked for by the settings that differ."""

from typing import get_args

import pytest

from eccles import TrainConfig
from eccles.network import kilgore2025, layered
from eccles.training.run.differences import differences

OTHERS = {
    "data": {"data": "shd"},
    "device_bound": {"device_model": "ecram", "device_bound": 20.0},
    "device_model": {"device_model": "ecram"},
    "convention": {"convention": "norse"},
    "dt": {"dt": "2 ms"},
    "ei": {"ei": "1:1"},
    "engine": {"engine": "dense"},
    "groups": {"groups": "E:80,PV:20"},
    "hidden": {"hidden": "100,100"},
    "init": {"init": "fluctuation"},
    "initial_rate": {"initial_rate": "5 Hz"},
    "module": {"module": "Mine-12345678"},
    "momentum": {"momentum": 0.5},
    "network": {"network": kilgore2025()},
    "neuron": {"neuron": "adaptive"},
    "optimizer": {"optimizer": "adam"},
    "input_ei": {"input_ei": "80:20"},
    "recurrent": {"recurrent": 0.5},
    "signs": {"groups": "E:80,X:20", "signs": "X:inhibitory"},
    "steps": {"steps": 50},
    "surrogate": {"surrogate": "triangle"},
    "test_share": {"data": "mine.npz", "test_share": 0.3},
    "delay": {"recurrent": 0.5, "delay": "2 ms"},
    **{name: {"neuron": "adaptive", name: 0.3} for name in ("tau_adapt", "adapt_strength")},
    "e_excitatory": {"neuron": "conductance", "e_excitatory": 3.0},
    "e_inhibitory": {"neuron": "conductance", "e_inhibitory": -1.0},
    "izhikevich": {"neuron": "izhikevich", "izhikevich": "chattering"},
    "rate_target": {"rate_penalty": 1.0, "rate_target": 20.0},
    "tau_syn_inhibitory": {"recurrent": 0.5, "tau_syn_inhibitory": "20 ms"},
    "warmup": {"schedule": "cosine", "warmup": 2.0},
}
"""What differs, with what else it needs, where twice the usual value won't do."""

OF_DEEP = {
    "balance": {"balance": 0.5},
    "circuit": {"circuit": "free"},
    "engine": {"engine": "equations"},
    "inhibitory_spikes": {"inhibitory_spikes": 1.0},
    "init": {"init": "prior"},
    "model": {"model": "mlp4"},
    "step_target": {"rate_penalty": 1.0, "step_target": 0.2},
    "stabiliser": {"stabiliser": "none"},
    "tonic": {"tonic": 0.5},
    "warmup": {"warmup": 3},
}


def record(config):
    return {**config.model_dump(mode="json"), "identity": config.identity()}


def changed(model, name):
    """Return settings that differ from the usual ones in one."""

    def kind(**settings):
        return TrainConfig(**{"model": model, **settings})

    others = OTHERS | (OF_DEEP if model != "shallow" else {})
    if name in others:
        return kind(**others[name])
    annotation, usual = TrainConfig.model_fields[name].annotation, getattr(kind().resolved(), name)
    kinds = {annotation, *get_args(annotation)}
    if bool in kinds:
        return kind(**{name: not usual})
    choices = [each for each in kinds if isinstance(each, str) and each != usual]
    if choices:
        return kind(**{name: min(choices)})
    other = 2 if usual is None else 2 * usual or (1 if int in kinds else 0.5)
    return kind(**{name: other})


SETTINGS = [
    (model, name)
    for model in ("shallow", "vgg8")
    for name in sorted(TrainConfig(model=model).names())
    if (model, name) != ("shallow", "model")  # Its others are deep.
]


@pytest.mark.parametrize(("model", "name"), SETTINGS)
def test_every_setting_is_named_where_it_differs(model, name):
    usual, other = TrainConfig(model=model), changed(model, name)
    there, here = differences(record(usual), other), differences(record(other), usual)
    assert any(said.startswith(f"{name} ") for said in there)
    assert len(here) == len(there)
    assert all(said.endswith(" asked") and len(said) < 80 for said in (*there, *here))
    assert differences(record(other), other) == []


def test_what_auto_becomes_is_no_difference():
    assert differences(record(TrainConfig()), TrainConfig(lr=0.01, optimizer="sgd")) == []
    assert differences(record(TrainConfig()), TrainConfig(lr=0.02, epochs=5)) == [
        "epochs 30 there, 5 asked",
        "lr 0.01 there, 0.02 asked",
    ]


def test_what_differs_in_a_network_is_named():
    network = layered((5,), recurrent=True, delay=0.003)
    slower = layered((5,), recurrent=True, delay=0.004)
    said = differences(record(TrainConfig(network=network)), TrainConfig(network=slower))
    assert len(said) == 4
    assert "network.projections.E -> E.delay 0.003 there, 0.004 asked" in said
    alone = differences(record(TrainConfig(network=network)), TrainConfig(network=layered((5,))))
    assert "network.projections.E -> E.delay 0.003 there, none asked" in alone


def test_of_another_kind_of_network_the_model_is_said():
    said = differences(record(TrainConfig(model="vgg8", epochs=30)), TrainConfig())
    assert said[0] == "model vgg8 there, shallow asked"


def test_what_another_version_wrote_is_compared_as_it_is():
    there = {**record(TrainConfig()), "a_setting_of_later": 3, "epochs": 7}
    assert "epochs 7 there, 30 asked" in differences(there, TrainConfig())
