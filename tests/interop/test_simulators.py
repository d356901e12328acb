"""Graphs of ours in norse and snntorch, and theirs here, where these are installed."""

import warnings
from itertools import pairwise

import numpy as np
import pytest
import torch

from eccles.functional import readout
from eccles.interop import fidelity, from_nir, to_nir
from eccles.interop.chain import simulate
from eccles.interop.reading import chain_of
from eccles.network import Network, layered
from eccles.nn import SpikingNetwork

nir = pytest.importorskip("nir", reason="nir isn't installed")

SHAPES = [
    {},
    {"recurrent": True},
    {"hidden": (10, 5), "recurrent": 0.4},
    {"dale": False, "recurrent": True},
    {"groups": "E:5,PV:3,SST:2", "hidden": None, "recurrent": True, "threshold": 0.7},
]
STEPS = {"norse": 1e-3, "snntorch": 1e-4}


def of_norse(graph):
    norse = pytest.importorskip("norse.torch", reason="norse isn't installed")
    return norse.from_nir(graph)


def of_snntorch(graph):
    imports = pytest.importorskip("snntorch.import_nir", reason="snntorch isn't installed")
    return imports.import_from_nir(graph)


MAKES = {"norse": of_norse, "snntorch": of_snntorch}


def ran(name, graph, inputs):
    """Return what a simulator makes of a graph, [T, B, n_out]."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # What they warn of is theirs.
        module = MAKES[name](graph)
        state, found = None, []
        with torch.no_grad():
            for each in inputs:
                out, state = module(each, state)
                found.append(out)
    return torch.stack(found)


@pytest.mark.parametrize("to", MAKES)
@pytest.mark.parametrize("settings", SHAPES, ids=str)
def test_they_compute_what_is_measured(make, events, tmp_path, settings, to):
    """The simulator that fidelity is measured with is theirs, from the file on."""
    exported = to_nir(make(**settings), to=to)
    path = tmp_path / "net.nir"
    exported.write(path)
    inputs = events.to_dense()
    wanted = simulate(chain_of(exported.graph, "euler", STEPS[to]), inputs)
    assert wanted.spikes[-1].mean() > 0.01
    assert torch.allclose(ran(to, nir.read(str(path)), inputs), wanted.output, rtol=0, atol=1e-5)


@pytest.mark.parametrize("to", MAKES)
@pytest.mark.parametrize("settings", SHAPES, ids=str)
def test_neurons_of_norse_are_the_same_there(make, events, settings, to):
    """Our readout after their currents: the potentials are ours, as many steps later as layers."""
    module = make(convention="norse", **settings)
    inputs = events.to_dense()
    currents = ran(to, to_nir(module, to=to).graph, inputs)
    theirs = readout(currents, module.wiring.readouts)
    late = len(module.network.populations)
    ours = module(inputs).detach()
    assert ours.abs().max() > 0.1
    assert torch.allclose(ours[late:], theirs[:-late], rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("names", ["ba", "az", "za", ("a", "a1"), ("b", "a", "c")], ids=str)
def test_whatever_layers_are_called(make, events, tmp_path, names):
    """A file has nodes by the alphabet, in which snntorch's reader takes them."""
    ends = ["input", *names, "output"]
    ties = {f"{a} -> {b}": {} for a, b in pairwise(ends)} | {f"{a} -> {a}": {} for a in names}
    own = {"groups": {"E": 5, "I": 3}, "neuron": {"model": "lif", "convention": "norse"}}
    network = Network.model_validate(
        {"populations": dict.fromkeys(names, own), "projections": ties}
    )
    module = SpikingNetwork(network, 30, 4)
    with torch.no_grad():
        module.matrices[f"input->{names[0]}"][:] = 1.5
    exported = to_nir(module, to="snntorch")
    path = tmp_path / "net.nir"
    exported.write(path)
    wanted = simulate(chain_of(exported.graph, "euler", 1e-4), events.to_dense())
    assert wanted.spikes[0].mean() > 0.1
    for graph in (exported.graph, nir.read(str(path))):
        found = ran("snntorch", graph, events.to_dense())
        assert torch.allclose(found, wanted.output, rtol=0, atol=1e-4)
    assert from_nir(path).network == network


def test_groups_of_several_constants(events):
    own = {"groups": {"E": 6, "I": 4}, "tau_mem": {"E": 20e-3, "I": 5e-3},
           "neuron": {"model": "lif", "convention": "norse"}}  # fmt: skip
    ties = {key: {} for key in ["input -> a", "a -> a", "a -> output"]}
    module = SpikingNetwork(
        Network.model_validate({"populations": {"a": own}, "projections": ties}), 30, 4
    )
    with torch.no_grad():
        module.matrices["input->a"][:] = 1.5
    for to in MAKES:
        exported = to_nir(module, to=to)
        wanted = simulate(chain_of(exported.graph, "euler", STEPS[to]), events.to_dense())
        assert wanted.spikes[0].mean() > 0.01
        found = ran(to, exported.graph, events.to_dense())
        assert torch.allclose(found, wanted.output, rtol=0, atol=1e-4)


@pytest.mark.parametrize("neuron", ["Synaptic", "Leaky"])
def test_a_network_of_snntorch_comes_here(events, tmp_path, neuron):
    """Exported by snntorch itself: the spikes that it has, one step later a layer."""
    snntorch = pytest.importorskip("snntorch", reason="snntorch isn't installed")
    exports = pytest.importorskip("snntorch.export_nir", reason="snntorch isn't installed")
    torch.manual_seed(0)
    decays = {"alpha": torch.full((8,), 0.8), "beta": torch.full((8,), 0.9)}
    strength = 1
    if neuron == "Leaky":  # It has no synapse: a current lasts a step, so more must come.
        del decays["alpha"]
        strength = 5
    usual = {"threshold": torch.ones(8), "reset_mechanism": "zero", "init_hidden": True}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = torch.nn.Sequential(
            torch.nn.Linear(30, 8, bias=False),
            getattr(snntorch, neuron)(**decays, reset_delay=False, **usual),
            torch.nn.Linear(8, 3, bias=False),
        )
        theirs[0].weight.data *= strength
        graph = exports.export_to_nir(theirs, torch.zeros(1, 30), ignore_dims=[0])
    path = tmp_path / "theirs.nir"
    nir.write(str(path), graph)
    inputs = events.to_dense()
    theirs[1].reset_mem()
    with torch.no_grad():
        wanted = torch.stack([theirs[1](theirs[0](each)) for each in inputs])
    found = from_nir(path, step=1e-4)
    assert found.network.inputs == "free"
    ours = found.module().hidden_spikes(inputs)
    order = _order(found, theirs[2].weight.detach())
    assert 0.01 < wanted.mean() < 0.6
    assert torch.equal(ours[1:], wanted[:-1][:, :, order])


def test_a_network_of_norse_comes_here_by_its_weights(events):
    """Its modules beside ours with the same weights: the spikes, one step later a layer."""
    norse = pytest.importorskip("norse.torch", reason="norse isn't installed")
    torch.manual_seed(0)
    theirs = norse.SequentialState(torch.nn.Linear(30, 10, bias=False), norse.LIFCell())
    # Norse's own time constants: 5 ms of a current, 10 ms of a membrane.
    network = layered((10,), dale=False, neuron={"model": "lif", "convention": "norse"})
    module = SpikingNetwork(network, 30, 3)
    with torch.no_grad():
        theirs[0].weight *= 12
        module.matrices["input->hidden"].copy_(theirs[0].weight.T)
    inputs, state, wanted = events.to_dense(), None, []
    with torch.no_grad():
        for each in inputs:
            spikes, state = theirs(each, state)
            wanted.append(spikes)
    wanted = torch.stack(wanted)
    assert 0.01 < wanted.mean() < 0.6
    assert torch.equal(module.hidden_spikes(inputs)[1:], wanted[:-1])


def _order(found, weight):
    """Return where each of our neurons is among theirs, by its outgoing weights."""
    ours = found.weights["layer1->output"]
    return [int((weight.T - own).abs().sum(dim=1).argmin()) for own in ours]


def test_a_trained_network_keeps_its_classes(make, events):
    """What fidelity says of the graph holds in norse: the classes that it counts are norse's."""
    module = make()
    exported = to_nir(module, to="norse")
    labels = np.arange(len(events)) % 4
    measured = fidelity(exported, module, events, labels)
    currents = ran("norse", exported.graph, events.to_dense())
    scores = readout(currents, module.wiring.readouts).max(dim=0).values
    share = float((scores.argmax(dim=1).numpy() == labels).mean())
    assert measured.accuracy_there == pytest.approx(share)
