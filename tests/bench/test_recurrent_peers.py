import pytest
import torch

from eccles import SpikingNetwork
from eccles.bench import recurrent_peers as peers
from eccles.network import circuit, layered


def network(wanted=None, **said):
    made = layered((20,), **{"recurrent": True, "w1_std": 0.01, **said})
    made = made if wanted is None else wanted
    return SpikingNetwork(made, 784, 10, seed=3, engine="dense")


def test_only_one_recurrent_layer_of_lif_neurons_is_taken():
    assert peers.takes(network())
    for other in (layered((20,)), layered((20, 20), recurrent=True), circuit()):
        assert not peers.takes(network(other))
    assert not peers.takes(network(neuron="adaptive"))
    assert not peers.takes(network(recurrent=0.5))
    assert not peers.takes(network(delay="2 ms"))
    assert not peers.takes(network(tau_syn_inhibitory="10 ms"))


@pytest.mark.parametrize("library", ["snntorch", "jax"])
def test_a_library_takes_the_same_steps(library, samples):
    pytest.importorskip(library)
    events, labels = samples.batch(slice(0, 16))
    make = {"snntorch": peers.snntorch_step, "jax": peers.jax_step}[library]
    step = make(network(), events, labels, 0.001)
    ours = network()
    for _ in range(4):
        loss = ours.loss(events, labels)
        loss.backward()
        assert step() == pytest.approx(loss.item(), rel=1e-5)
        with torch.no_grad():
            for weight in ours.parameters():
                weight -= 0.001 * weight.grad
                weight.grad = None
        ours.project()
