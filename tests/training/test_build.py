import pytest
import torch

from eccles import InputError, TrainConfig
from eccles.engines import DenseEngine
from eccles.engines.event.engine import EventEngine
from eccles.functional import SuperSpike, Triangle
from eccles.training.build import build_network, build_optimizer, make_optimizer


def test_a_network_as_configured(data):
    config = TrainConfig(ei="3:1", hidden=40, tau_mem="8 ms", tau_syn="4 ms", seed=2)
    network = build_network(config, data.train, threads=2)
    assert network.input_to_hidden.shape == (784, 40)
    assert network.hidden_to_output.shape == (40, 10)
    assert (network.hidden.n_excitatory, network.hidden.n_inhibitory) == (30, 10)
    assert network.neuron[:3] == (8e-3, 4e-3, 1e-3)
    assert network.neuron.surrogate == SuperSpike(100.0)
    assert isinstance(network.engine, EventEngine)
    other = build_network(TrainConfig(surrogate="triangle", surrogate_scale=0.3), data.train)
    assert other.neuron.surrogate == Triangle(0.3)
    assert isinstance(other.engine, DenseEngine)


def test_an_engine_that_cannot_work(data):
    with pytest.raises(InputError, match=r"engine: event must have .* use --engine dense or auto"):
        build_network(TrainConfig(surrogate="sigmoid", engine="event"), data.train)


@pytest.mark.skipif(torch.cuda.is_available(), reason="needs a machine without a GPU")
def test_a_device_that_is_not_there(data):
    with pytest.raises(InputError, match="got 'cuda'; use --device cpu"):
        build_network(TrainConfig(device="cuda"), data.train)


@pytest.mark.parametrize(
    ("settings", "kind", "options"),
    [
        ({}, torch.optim.SGD, {"lr": 0.01, "momentum": 0, "weight_decay": 0}),
        ({"momentum": 0.9}, torch.optim.SGD, {"momentum": 0.9}),
        ({"unbounded": True}, torch.optim.Adam, {"lr": 2e-4}),
        ({"unbounded": True, "optimizer": "sgd", "lr": 0.5}, torch.optim.SGD, {"lr": 0.5}),
        ({"optimizer": "adamw", "lr": 0.5}, torch.optim.AdamW, {"lr": 0.5}),
        ({"optimizer": "rmsprop", "momentum": 0.1}, torch.optim.RMSprop, {"momentum": 0.1}),
    ],
)
def test_an_optimizer_as_configured(data, settings, kind, options):
    config = TrainConfig(**settings)
    network = build_network(config, data.train)
    optimizer = build_optimizer(config, network)
    assert type(optimizer) is kind
    (group,) = optimizer.param_groups
    assert {name: group[name] for name in options} == options
    assert [id(p) for p in group["params"]] == [id(p) for p in network.parameters()]


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"optimizer": "adm"}, r"there is no optimizer 'adm' \(did you mean 'adam'\?\)"),
        ({"optimizer": "lbfgs"}, "there is no optimizer 'lbfgs'"),
        ({"optimizer": "optimizer"}, "there is no optimizer 'optimizer'"),
        ({"optimizer": "adagrad", "momentum": 0.5}, "momentum must be 0 for adagrad, got 0.5"),
    ],
)
def test_optimizers_that_cannot_be(data, settings, sentence):
    config = TrainConfig(**settings)
    with pytest.raises(InputError, match=sentence):
        build_optimizer(config, build_network(config, data.train))


def test_fused_updates_are_those_of_any_network_alone():
    weights = [torch.nn.Parameter(torch.ones(3, 2))]
    for name, one_pass in (("adam", True), ("adamw", True), ("sgd", False), ("rmsprop", False)):
        config = TrainConfig(recurrent=True, optimizer=name)
        for fused in (True, False):
            options = make_optimizer(config, weights, fused=fused).param_groups[0]
            assert bool(options.get("fused")) == (fused and one_pass)
