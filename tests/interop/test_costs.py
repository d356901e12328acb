"""NeuroBench's counts: by hand on a small network, and beside neurobench itself."""

import warnings

import numpy as np
import pytest
import torch

from eccles.errors import InputError
from eccles.events import SpikeEvents
from eccles.interop import TABLES, cost, joules
from eccles.interop.energies import table
from eccles.network import Network, kilgore2025, layered
from eccles.nn import EINetwork, SpikingNetwork
from eccles.populations import Populations


@pytest.fixture(scope="module")
def tiny():
    """Two inputs, an E and an I neuron, a readout; E fires at steps 2 and 4, I never."""
    module = SpikingNetwork(layered((2,), ei="1:1"), 2, 1)
    with torch.no_grad():
        module.matrices["input->hidden"][:] = torch.tensor([[3.0, 0.0], [0.0, 0.1]])
        module.matrices["hidden->output"][:] = torch.tensor([[0.5], [-0.5]])
    raster = np.zeros((5, 1, 2), int)
    raster[0, 0, 0] = 1
    raster[1, 0, 1] = 2
    raster[3, 0, 1] = 1
    return module, SpikeEvents.from_dense(raster)


def test_every_count_by_hand(tiny):
    module, events = tiny
    assert module.spikes(events).steps.tolist() == [2, 4]
    found = cost(module, events)
    rows = {row["projection"]: row for row in found.projections}
    assert {name: row["from"] for name, row in rows.items()} == {
        "input -> E": "input",
        "input -> I": "input",
        "E -> output": "excitatory",
        "I -> output": "inhibitory",
    }
    # Five steps, each projection of as many pairs as weights.
    assert [row["dense"] for row in found.projections] == [10, 10, 5, 5]
    # Of three events one reaches E by a weight that isn't 0, and two reach I: one of two spikes.
    assert [row["events"] for row in found.projections] == [3, 3, 2, 0]
    assert [row["acs"] for row in found.projections] == [1, 1, 2, 0]
    assert [row["macs"] for row in found.projections] == [0, 1, 0, 0]
    assert [row["connection_sparsity"] for row in found.projections] == [0.5, 0.5, 0, 0]
    assert found.connection_sparsity == 2 / 6
    assert (found.parameters, found.footprint) == (6, 24)
    assert found.activation_sparsity() == 1 - 2 / 10
    assert found.activation_sparsity("excitatory") == 1 - 2 / 5
    assert found.activation_sparsity("inhibitory") == 1.0
    assert found.total("acs") == 4
    assert found.total("acs", "input") == 2
    assert found.total("dense", "inhibitory") == 5
    # v of E: 0, 0, 3, 0, 3 A^2, 0: the first step counts, then 4 changes; of I: 0, 0, 0, .2, ...
    updates = {row["group"]: row["membrane_updates"] for row in found.groups}
    assert updates == {"E": 1 + 4, "I": 1 + 3}


def test_as_neurobench_one_unit_decides_for_the_batch(tiny):
    module, events = tiny
    rasters = torch.cat([events.to_dense(), events.to_dense()], dim=1)
    rasters[1, 1] = torch.tensor([1.0, 0.0])  # Beside it the other sample has its two spikes.
    both = SpikeEvents.from_dense(rasters)
    ours, theirs = cost(module, both), cost(module, both, as_neurobench=True)
    apart = cost(module, both, as_neurobench=True, batch_size=1)
    assert [each.total("macs") for each in (ours, theirs, apart)] == [0.5, 1.0, 0.5]
    for each in (ours, theirs, apart):
        assert each.total("acs") + each.total("macs") == ours.total("acs") + 0.5


def test_dense_operations_of_kilgores_network():
    module = SpikingNetwork(kilgore2025(), 784, 10)
    silent = SpikeEvents.from_dense(np.zeros((100, 1, 784), int))
    found = cost(module, silent)
    assert found.total("dense") == 7_940_000
    assert found.total("acs") == found.total("macs") == 0
    assert found.activation_sparsity() == 1
    assert sum(row["membrane_updates"] for row in found.groups) == 100


def test_a_network_of_one_layer_is_counted_as_the_same_in_populations(tiny):
    module, events = tiny
    one = EINetwork(2, Populations(1, 1), 1)
    one.load_state_dict(module.state_dict())
    ours, theirs = cost(one, events), cost(module, events)
    assert ours.projections == theirs.projections
    assert ours.groups == theirs.groups


def test_a_projection_that_is_not_there_costs_nothing():
    groups = {"E": 3, "I": 2}
    ties = {"input -> E": {}, "E -> I": {"probability": 0.5}, "I -> E": {}, "E -> output": {}}
    module = SpikingNetwork(
        Network.model_validate({"populations": {"a": {"groups": groups}}, "projections": ties}),
        4,
        2,
    )
    found = cost(module, SpikeEvents.from_dense(np.ones((7, 2, 4), int)))
    dense = {row["projection"]: row["dense"] for row in found.projections}
    assert dense == {"input -> E": 84, "E -> I": 42, "I -> E": 42, "E -> output": 42}
    sparse = next(row for row in found.projections if row["projection"] == "E -> I")
    assert 0 < sparse["connection_sparsity"] < 1
    # 4 x 3, 3 x 2, 2 x 3 and 3 x 2 weights; one projection has a mask.
    assert found.parameters == 30
    assert found.footprint == 4 * 30 + 6


def test_mistakes_are_a_sentence(tiny):
    module, events = tiny
    with pytest.raises(InputError, match="samples must be one or more"):
        cost(module, events[:0])
    with pytest.raises(InputError, match="samples must be of 2 units, got 3"):
        cost(module, SpikeEvents.from_dense(np.zeros((2, 1, 3), int)))
    with pytest.raises(InputError, match="batch_size must be a whole number"):
        cost(module, events, batch_size=0)
    with pytest.raises(InputError, match=r"--energy must be one of .*did you mean '45nm-fp32'"):
        table("45nm-fp3")


def test_joules():
    assert joules(2, 3, TABLES["45nm-fp32"]) == pytest.approx(2 * 4.6e-12 + 3 * 0.9e-12)
    assert joules(1, 1, TABLES["45nm-int8"]) == pytest.approx(0.26e-12)
    assert all("Horowitz" in each.source for each in TABLES.values())


@pytest.mark.parametrize("highest", [1, 2])
def test_they_are_those_of_neurobench(highest):
    """The same neurons in snntorch, run and counted by neurobench itself."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        workload = pytest.importorskip("neurobench.metrics.workload", reason="no neurobench")
        static = pytest.importorskip("neurobench.metrics.static", reason="no neurobench")
        models = pytest.importorskip("neurobench.models", reason="no neurobench")
    snntorch = pytest.importorskip("snntorch", reason="snntorch isn't installed")
    n, n_steps, n_samples = 6, 20, 3
    network = layered((n,), ei="2:1", neuron={"model": "lif", "convention": "snntorch"})
    module = SpikingNetwork(network, 8, 4)
    with torch.no_grad():
        for weight in module.matrices.values():
            weight *= 0.4 / weight.abs().mean()
            weight[torch.rand(weight.shape, generator=torch.Generator().manual_seed(1)) < 0.3] = 0
    rng = np.random.default_rng(0)
    raster = rng.integers(0, highest + 1, (n_steps, n_samples, 8)) * (
        rng.random((n_steps, n_samples, 8)) < 0.2
    )
    raster[-1] = 0
    theirs = torch.from_numpy(raster).float().roll(1, dims=0)  # Ours see an input a step later.
    neuron = snntorch.Synaptic(
        alpha=float(np.exp(-1 / 5)), beta=float(np.exp(-1 / 10)), reset_mechanism="zero",
        init_hidden=True,
    )  # fmt: skip
    net = torch.nn.Sequential(
        torch.nn.Linear(8, n, bias=False), neuron, torch.nn.Linear(n, 4, bias=False)
    )
    net[0].weight.data = module.matrices["input->hidden"].detach().T
    net[2].weight.data = module.matrices["hidden->output"].detach().T
    model = models.SNNTorchModel(net)
    model.register_hooks()
    neuron.reset_mem()
    with torch.no_grad():
        for each in theirs:
            net(each)
    data = (theirs.transpose(0, 1), None)
    counts = {
        name: getattr(workload, name)()(model, None, data)
        for name in ("SynapticOperations", "ActivationSparsity", "MembraneUpdates")
    }
    ours = SpikeEvents.from_dense(raster)
    found = cost(module, ours, as_neurobench=True)
    # They count an input where it arrives, so the last, of silence, is the only one to differ.
    own = counts["SynapticOperations"]
    assert found.total("dense") == own["Dense"]
    assert found.total("acs") == pytest.approx(float(own["Effective_ACs"]))
    assert found.total("macs") == pytest.approx(float(own["Effective_MACs"]))
    assert (found.total("macs") > 0) is (highest > 1)
    assert found.total("acs", "excitatory") > 0
    assert found.activation_sparsity() == pytest.approx(counts["ActivationSparsity"])
    updates = sum(row["membrane_updates"] for row in found.groups)
    assert updates == pytest.approx(counts["MembraneUpdates"])
    assert round(found.connection_sparsity, 4) == static.ConnectionSparsity()(model)
    assert found.parameters == static.ParameterCount()(model)
