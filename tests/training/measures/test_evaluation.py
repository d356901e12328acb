import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from eccles import Populations, SpikeDataset, SpikeEvents, TrainConfig, evaluate
from eccles.functional import LIFParameters
from eccles.nn import EINetwork
from eccles.training.build import build_network


@pytest.fixture
def toy():
    """One excitatory and one inhibitory neuron that fire once to their input, both onto class 1.

    An excitatory spike makes it class 1. An inhibitory one, or both, or none leave both classes
    at zero, which is class 0.
    """
    network = EINetwork(2, Populations(1, 1), 2, neuron=LIFParameters(dt=1e-3))
    with torch.no_grad():
        network.input_to_hidden.copy_(torch.diag(torch.tensor([2.0, 2.0])))
        network.hidden_to_output.copy_(torch.tensor([[0.0, 1.0], [0.0, -1.0]]))
    raster = torch.zeros(4, 5, 2)
    raster[0, 0, 0] = raster[0, 1, 1] = raster[0, 3, 0] = raster[0, 3, 1] = raster[0, 4, 0] = 1
    labels = np.array([1, 0, 1, 0, 0])
    events = SpikeEvents.from_dense(raster, dt=1e-3)
    return network, SpikeDataset("toy", "synthetic", events, labels, ("a", "b", "c"))


def test_counts_by_hand(toy):
    network, data = toy
    found = evaluate(network, data)
    assert found.samples.tolist() == [3, 2, 0]
    assert found.correct.tolist() == [2, 1, 0]
    assert found.excitatory_spikes.tolist() == [2, 1, 0]
    assert found.inhibitory_spikes.tolist() == [2, 0, 0]
    assert found.accuracy == 3 / 5
    # Five spikes, of two neurons, in five samples of 4 ms.
    assert found.rate_hz == pytest.approx(5 / (2 * 5 * 0.004))
    first, second, third = found.rows(data.classes)
    assert first == {
        "class": 0,
        "class_name": "a",
        "samples": 3,
        "accuracy": 2 / 3,
        "excitatory_spikes": 2 / 3,
        "inhibitory_spikes": 2 / 3,
    }
    assert (second["accuracy"], second["inhibitory_spikes"]) == (0.5, 0.0)
    assert (third["samples"], third["accuracy"]) == (0, 0.0)


def test_no_samples(toy):
    network, data = toy
    found = evaluate(network, data.take(slice(0, 0)))
    assert found.samples.tolist() == [0, 0, 0]
    assert (found.accuracy, found.rate_hz) == (0.0, 0.0)


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["event", "dense"])
@settings(max_examples=5, deadline=None)
@given(batch_size=st.integers(1, 150))
def test_the_batch_size_does_not_matter(data, engine, batch_size):
    config = TrainConfig(w1_std=0.005, engine=engine)
    network = build_network(config, data.train)
    part = data.test.take(slice(0, 40)) if engine == "dense" else data.test
    whole = evaluate(network, part)
    assert whole.samples.sum() == len(part)
    assert whole.excitatory_spikes.sum() > 100
    parts = evaluate(network, part, batch_size)
    for name in ("samples", "correct", "spikes"):
        assert getattr(parts, name).tolist() == getattr(whole, name).tolist()


def test_weights_keep_their_gradients(toy):
    network, data = toy
    network.loss(*data.batch([0])).backward()
    before = network.hidden_to_output.grad.clone()
    evaluate(network, data)
    assert torch.equal(network.hidden_to_output.grad, before)
    assert network.hidden_to_output.requires_grad
