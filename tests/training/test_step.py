"""The step that training takes, and its fused twin."""

import numpy as np
import pytest
import torch

from eccles import EINetwork, Populations, TrainConfig, train
from eccles.engines import DenseEngine
from eccles.engines.event.engine import EventEngine
from eccles.training import step as module
from eccles.training.build import build_network, build_optimizer, build_step
from eccles.training.step import AutogradStep, FusedStep, is_plain, training_step

SGD = torch.optim.SGD


def network(engine=None, **options):
    return EINetwork(784, Populations(16, 4), 10, engine=engine or EventEngine(), **options)


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("sigmas", [None, (2e-4, 1e-3)])
@pytest.mark.parametrize(("projection", "dale"), [(True, True), (False, True), (True, False)])
def test_both_steps_do_the_same(data, threads, sigmas, projection, dale):
    plain = network(dale=dale)
    fused = network(EventEngine(threads), dale=dale)
    before = [w.detach().clone() for w in plain.weights]
    one = AutogradStep(plain, SGD(plain.parameters(), lr=0.1), sigmas, projection=projection)
    other = training_step(fused, SGD(fused.parameters(), lr=0.1), sigmas, projection=projection)
    assert type(other) is FusedStep
    for batch in range(4):
        samples = data.train.batch(np.arange(200) + 20 * batch)
        assert other(*samples, 2**64 - 5, batch) == one(*samples, 2**64 - 5, batch)
        for found, wanted in zip(fused.weights, plain.weights, strict=True):
            assert torch.equal(found, wanted)
    assert not any(torch.equal(a, b) for a, b in zip(before, plain.weights, strict=True))
    assert all(w.grad is None for w in fused.weights)


@pytest.mark.slow
@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"update_noise": 2e-4, "ei": "50:50"},
        {"update_noise": 0.2, "noise_scale": "relative", "projection": False},
        {"unbounded": True, "optimizer": "sgd", "lr": 0.01},
        {"batch_size": 300, "hidden": 130},
        {"device_model": "ecram"},
        {"device_model": "reram-sb", "initial_rate": "5 Hz"},
    ],
)
def test_a_run_is_the_same_with_either(data, settings, same_run, monkeypatch, tmp_path):
    config = TrainConfig(**{"epochs": 2, "batch_size": 32, **settings})
    fused = train(config, data=data, threads=2, out=tmp_path / "fused")
    monkeypatch.setattr(module, "is_plain", lambda *_: False)
    plain = train(config, data=data, out=tmp_path / "plain")
    same_run(fused, plain)


def test_the_learning_rate_may_change_between_steps(data):
    ours, wanted = network(), network()
    optimizers = [SGD(net.parameters(), lr=0.1) for net in (ours, wanted)]
    steps = FusedStep(ours, optimizers[0]), AutogradStep(wanted, optimizers[1])
    samples = data.train.batch(slice(0, 50))
    for rate in (0.1, 0.01):
        for optimizer, step in zip(optimizers, steps, strict=True):
            # As loading a checkpoint does, this replaces the optimizer's own dictionaries.
            state = optimizer.state_dict()
            state["param_groups"][0]["lr"] = rate
            optimizer.load_state_dict(state)
            step(*samples, 0, 0)
        assert torch.equal(ours.input_to_hidden, wanted.input_to_hidden)


@pytest.mark.parametrize(
    "options",
    [
        {"momentum": 0.9},
        {"weight_decay": 1e-3},
        {"maximize": True},
        {"lr": torch.tensor(0.1)},
        {"foreach": True},
    ],
    ids=str,
)
def test_other_options_go_through_autograd(options):
    net = network()
    assert is_plain(SGD(net.parameters(), lr=0.1), net)
    optimizer = SGD(net.parameters(), **{"lr": 0.1, **options})
    assert not is_plain(optimizer, net)
    assert type(training_step(net, optimizer)) is AutogradStep


def test_other_optimizers_parameters_and_engines_go_through_autograd():
    net = network()
    w1, w2 = net.weights
    for optimizer in (
        torch.optim.Adam(net.parameters()),
        SGD([w2, w1], lr=0.1),
        SGD([w1], lr=0.1),
        SGD([{"params": [w1]}, {"params": [w2], "lr": 1.0}], lr=0.1),
        SGD(network().parameters(), lr=0.1),
    ):
        assert not is_plain(optimizer, net)
    dense = network(DenseEngine())
    step = training_step(dense, SGD(dense.parameters(), lr=0.1))
    assert type(step) is AutogradStep
    w2.requires_grad_(False)
    assert not is_plain(SGD([w1, w2], lr=0.1), net)


@pytest.mark.parametrize(
    ("settings", "kind", "sigmas"),
    [
        ({}, FusedStep, None),
        ({"update_noise": 0.5}, FusedStep, (0.5, 0.5)),
        ({"engine": "dense"}, AutogradStep, None),
        ({"momentum": 0.5}, AutogradStep, None),
        ({"unbounded": True}, AutogradStep, None),
    ],
)
def test_a_run_takes_the_step_that_fits(data, settings, kind, sigmas):
    config = TrainConfig(**settings)
    net = build_network(config, data.train)
    step = build_step(config, net, build_optimizer(config, net))
    assert type(step) is kind
    assert step.sigmas == sigmas


def test_relative_noise_is_in_units_of_the_initial_weights(data):
    config = TrainConfig(update_noise=0.5, noise_scale="relative", w1_std=0.002, w2_std=0.1)
    net = build_network(config, data.train)
    step = build_step(config, net, build_optimizer(config, net))
    assert step.sigmas == (0.001, 0.05)
