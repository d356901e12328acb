"""Recurrent weights of a given spectral radius."""

import numpy as np
import pytest
import torch

import eccles
from eccles import EINetwork, InputError, Network, Populations, SpikingNetwork
from eccles.init import spectral, spectral_weights
from eccles.network import circuit, layered


@pytest.fixture(scope="module")
def events():
    return eccles.data.load("fashion-mnist-sample").train.events[:10]


def radius(weights):
    return float(np.abs(np.linalg.eigvals(weights.detach().double().numpy())).max())


@pytest.mark.slow
def test_radius_signs_and_ratio():
    weights = spectral_weights(Populations(160, 40), np.random.default_rng(0))
    assert radius(weights) == pytest.approx(1.5, rel=1e-5)
    assert not weights.diagonal().any()
    assert (weights[:160] >= 0).all()
    assert (weights[160:] <= 0).all()
    # Of 8,000 inhibitory weights.
    ratio = float(weights[160:].abs().mean() / weights[:160].mean())
    assert ratio == pytest.approx(4, rel=4 / np.sqrt(8000))
    other = spectral_weights(Populations(160, 40), np.random.default_rng(0), radius=0.9)
    torch.testing.assert_close(other, weights * 0.6)


@pytest.mark.parametrize(
    "network",
    [
        layered((50,), recurrent=True),
        layered((40, 30), recurrent=0.3),
        layered((40,), recurrent=True, dale=False),
        layered((40,), recurrent=True, neuron="izhikevich"),
        circuit(),
    ],
)
def test_each_population_has_its_radius(network, events):
    model = SpikingNetwork(network, 784, 10)
    before = {name: weight.detach().clone() for name, weight in model.matrices.items()}
    scales = spectral(model, events, seed=1)
    within = {f"{name}->{name}" for name in network.populations}
    for name, weight in model.matrices.items():
        if name in within:
            assert radius(weight) == pytest.approx(1.5, rel=1e-4)
        else:
            assert torch.equal(weight, before[name])
    eccles.dale.check(model)
    assert set(scales) == {
        name for name in network.projections if model.links[name].weights in within
    }
    assert scales.items() <= model.scales.items()


@pytest.mark.parametrize(
    ("network", "sentence"),
    [
        (lambda: SpikingNetwork(layered((40, 30)), 784, 10), "a network with recurrent"),
        (lambda: EINetwork(784, Populations(8, 2), 10), "a network with recurrent"),
        (
            lambda: SpikingNetwork(
                Network(
                    populations={"a": {"groups": {"E": 4, "I": 2}}},
                    projections={"input -> I": {}, "I -> E": {}, "E -> output": {}},
                ),
                784,
                10,
            ),
            "connections within a that make a cycle",
        ),
    ],
)
def test_what_cannot_be(network, sentence, events):
    with pytest.raises(InputError, match=f"init: spectral must be of {sentence}"):
        spectral(network(), events)
    with pytest.raises(InputError, match="radius must be a number above 0"):
        spectral_weights(Populations(4, 4), np.random.default_rng(0), radius=0.0)
