"""Networks as graphs of NIR and back; nothing here needs another simulator."""

import h5py
import numpy as np
import pytest
import torch

from eccles import EINetwork, InputError, Populations, SpikeEvents, init
from eccles.functional import LIFParameters, SuperSpike
from eccles.interop import fidelity, from_nir, to_nir
from eccles.interop.chain import simulate
from eccles.interop.model import model_of
from eccles.interop.reading import chain_of
from eccles.network import Network, circuit, layered
from eccles.nn import SpikingNetwork

N_STEPS = 60
nir = pytest.importorskip("nir", reason="nir isn't installed")

SHAPES = [
    {},
    {"recurrent": True},
    {"hidden": (10, 5), "recurrent": 0.4},
    {"dale": False, "recurrent": True},
    {"groups": "E:5,PV:3,SST:2", "recurrent": True, "tau_syn": 8e-3, "threshold": 0.7},
]
STEPS = {"exact": None, "norse": 1e-3, "snntorch": 1e-4}


def shape(settings):
    return {**({"hidden": None} if "groups" in settings else {}), **settings}


@pytest.mark.parametrize("to", STEPS)
@pytest.mark.parametrize("convention", ["spytorch", "norse"])
@pytest.mark.parametrize("settings", SHAPES, ids=str)
def test_a_file_gives_the_network_back(make, tmp_path, settings, convention, to):
    module = make(convention=convention, **shape(settings))
    path = tmp_path / "net.nir"
    to_nir(module, to=to).write(path)
    found = from_nir(path)
    assert found.network == module.network
    assert found.dt == 1e-3
    assert found.notes == ()
    for name, weight in module.weights.items():
        if convention == "spytorch":
            assert torch.equal(found.weights[name], weight)
        else:  # Multiplied by a share of the current, and divided.
            assert torch.allclose(found.weights[name], weight, rtol=1e-6, atol=0)


@pytest.mark.parametrize("to", STEPS)
@pytest.mark.parametrize("settings", [*SHAPES, {"recurrent": True, "delay": "3 ms"}], ids=str)
def test_neurons_of_norse_export_exactly(make, events, settings, to):
    module = make(convention="norse", **shape(settings))
    if "delay" in settings and to != "exact":
        with pytest.raises(InputError, match=f"{to} has no delays, and from hidden to hidden"):
            to_nir(module, to=to)
        return
    measured = fidelity(to_nir(module, to=to), module, events)
    assert measured.spikes_here > 100
    assert measured.share_equal == measured.class_equal == measured.first_equal == 1
    assert measured.shift == tuple(range(1, 1 + len(module.network.populations)))


@pytest.mark.parametrize("convention", ["spytorch", "norse"])
def test_paired_inputs_come_back_free(make, events, tmp_path, convention):
    """The same spikes, by the sums of what excites and what inhibits."""
    module = make(convention=convention, inputs="paired", factor=2.0, recurrent=True)
    exported = to_nir(module)
    assert any("its twin inhibits are one weight there" in note for note in exported.notes)
    exported.write(tmp_path / "net.nir")
    found = from_nir(tmp_path / "net.nir")
    assert found.network.inputs == "free"
    assert found.network.populations == module.network.populations
    assert len(found.notes) == 1
    counts = [each.respond(events).spike_counts for each in (module, found.module())]
    assert counts[0].sum() > 100
    assert torch.equal(counts[0], counts[1])


def test_paired_inputs_that_come_late_are_exported_alone(make, events, tmp_path):
    network = Network.model_validate(
        {
            "populations": {"a": {"groups": {"E": 8, "I": 2}, "neuron": {"model": "lif",
                            "convention": "norse"}}},
            "projections": {"input.E -> a": {"scale": 0.4}, "input.I -> a": {"scale": 0.2, "delay":
                            "2 ms"}, "a -> output": {}},
            "inputs": "paired",
        }
    )  # fmt: skip
    module = SpikingNetwork(network, 30, 4, seed=1)
    exported = to_nir(module)
    measured = fidelity(exported, module, events)
    assert measured.spikes_here > 20
    assert measured.share_equal == measured.first_equal == 1
    exported.write(tmp_path / "net.nir")
    with pytest.raises(InputError, match="from input to layer1 must be of one delay, got"):
        from_nir(tmp_path / "net.nir")


def test_what_paired_inputs_do_is_one_weight_there(make, events, tmp_path):
    """In a graph that says nothing of us, too."""
    module = make(convention="norse", inputs="paired", factor=2.0)
    exported = to_nir(module, to="norse")
    assert exported.graph.nodes["input"].input_type["input"].tolist() == [30]
    measured = fidelity(exported, module, events)
    assert measured.spikes_here > 100
    assert measured.share_equal == measured.class_equal == measured.first_equal == 1
    exported.graph.metadata.clear()
    exported.write(tmp_path / "net.nir")
    found = from_nir(tmp_path / "net.nir", step=1e-3)
    assert found.network.inputs == "free"
    both = module.weights["input->hidden"].detach().reshape(2, 30, 10).sum(dim=0)
    assert torch.allclose(found.weights["input->layer1"], both, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("convention", ["spytorch", "snntorch"])
def test_the_loss_of_a_current_is_measured(make, events, convention):
    module = make(convention=convention)
    exported = to_nir(module)
    measured = fidelity(exported, module, events, np.zeros(len(events), int))
    assert measured.first_equal == 1
    assert 0.05 < measured.share_equal < 0.9
    assert measured.spikes_there > measured.spikes_here
    assert measured.shift == ((2,) if convention == "spytorch" else (1,))
    assert 0 <= measured.accuracy_here <= 1
    assert any("neurons lose the current" in note for note in exported.notes)


def test_spikes_that_are_rare_all_agree(make, events):
    """Where the graph's neurons fire once at the most, nothing can differ."""
    module = make(factor=0.8)
    once = events.to_dense() * (torch.arange(N_STEPS) == 5)[:, None, None]
    exported = to_nir(module)
    counts = simulate(chain_of(exported.graph, "exact", 1e-3), once).spikes[0].sum(dim=0)
    few = SpikeEvents.from_dense(once[:, counts.max(dim=1).values == 1])
    measured = fidelity(exported, module, few)
    assert measured.spikes_here > 2
    assert measured.spikes_equal == measured.spikes_here == measured.spikes_there


def test_a_recurrent_spike_comes_a_step_earlier_elsewhere(make, events):
    module = make(recurrent=True, factor=0.35)
    exact, norse = (to_nir(module, to=to) for to in ("exact", "norse"))
    assert any("one step sooner than" in note for note in norse.notes)
    assert not any("sooner" in note for note in exact.notes)
    with_delay = fidelity(exact, module, events)
    without = fidelity(norse, module, events)
    assert with_delay.share_equal > without.share_equal


def test_a_graph_by_hand(tmp_path):
    """One neuron of 5 and 10 ms, and a readout: every number of the file."""
    network = layered((1,), ei="1:0")
    module = SpikingNetwork(network, 2, 1)
    with torch.no_grad():
        module.matrices["input->hidden"][:] = torch.tensor([[0.5], [0.25]])
        module.matrices["hidden->output"][:] = torch.tensor([[2.0]])
    graph = to_nir(module).graph
    assert list(graph.edges) == [
        ("input", "input_to_hidden"),
        ("input_to_hidden", "hidden"),
        ("hidden", "hidden_to_output"),
        ("hidden_to_output", "readout"),
        ("readout", "output"),
    ]
    lif, readout = graph.nodes["hidden"], graph.nodes["readout"]
    for node in (lif, readout):
        assert node.tau_syn == pytest.approx([5e-3])
        assert node.tau_mem == pytest.approx([10e-3])
        assert node.w_in == pytest.approx([1 / (1 - np.exp(-1 / 5))])
        assert node.r == pytest.approx([1 / (1 - np.exp(-1 / 10))])
        assert not node.v_leak.any()
    assert lif.v_threshold == pytest.approx([1.0])
    assert graph.nodes["input_to_hidden"].weight.tolist() == [[0.5, 0.25]]
    # Euler's step of 1 ms by norse leaves 1 - 1 / tau, so tau is longer than its own.
    norse = to_nir(module, to="norse").graph
    assert norse.nodes["hidden"].tau_mem == pytest.approx([1e-3 / (1 - np.exp(-1 / 10))])
    assert "readout" not in norse.nodes


def test_a_chain_by_hand(make):
    """An input of 3 at step 1 fires at once and resets; half of its current is left."""
    node = nir.CubaLIF(*(np.array([each]) for each in (2e-3, 2e-3, 2.0, 0.0, 1.0, 0.0, 2.0)))
    nodes = {
        "input": nir.Input({"input": np.array([1])}),
        "n": node,
        "w": nir.Linear(np.array([[3.0]])),
        "output": nir.Output({"output": np.array([1])}),
    }
    graph = nir.NIRGraph(nodes, [("input", "w"), ("w", "n"), ("n", "output")])  # fmt: skip
    chain = chain_of(graph, "euler", 1e-3)
    inputs = torch.tensor([0.0, 1, 0, 0, 0]).reshape(-1, 1, 1)
    found = simulate(chain, inputs)
    # i = 3, 1.5, 0.75, 0.375; v = 3, 1.5, 0.75, 0.75.
    assert found.spikes[0].flatten().tolist() == [0, 1, 1, 0, 0]
    assert torch.equal(found.output, found.spikes[0])


@pytest.mark.parametrize("to", STEPS)
@pytest.mark.parametrize("settings", SHAPES, ids=str)
def test_a_graph_of_others_becomes_a_network_that_does_the_same(
    make, events, tmp_path, settings, to
):
    """What is read off the graph alone, without what Eccles has written of itself."""
    module = make(convention="spytorch", **shape(settings))
    exported = to_nir(module, to=to)
    exported.graph.metadata = {}
    path = tmp_path / "net.nir"
    exported.write(path)
    with pytest.raises(InputError, match="step must be given for a file that Eccles didn't write"):
        from_nir(path)
    found = from_nir(path, step=STEPS[to] or 1e-3, method=exported.target.method)
    assert all(each.neuron.convention == "norse" for each in found.network.populations.values())
    assert found.notes
    # Signs are read off the weights, where any are left.
    signs = {group.sign for group in found.module().groups.values()}
    assert signs <= ({1, -1} if settings.get("dale", True) else {0})
    measured = fidelity(exported, found, events)
    assert measured.spikes_there > 50
    assert measured.share_equal > 0.995  # Rounding decides about few.
    assert measured.first_equal > 0.99
    if to == "exact":
        assert found.network.readout.tau_mem == pytest.approx(10e-3)
        assert measured.score_difference < 0.1 * measured.score


def test_neurons_of_several_constants_become_groups(events, tmp_path):
    """In any order of the graph, with signs and thresholds of their own."""
    rng = np.random.default_rng(0)
    n = 6
    signs = np.array([1, -1, 1, 0, -1, 1])
    threshold = np.array([1.0, 1.0, 0.5, 1.0, 1.0, 0.5])
    ones, tau_mem = np.ones(n), np.array([10, 20, 10, 10, 20, 10]) * 1e-3
    node = nir.CubaLIF(5e-3 * ones, tau_mem, tau_mem / 1e-3, 0 * ones, threshold, 0 * ones, ones)
    out = np.abs(rng.normal(size=(3, n))) * np.where(signs == 0, 1, signs)
    out[0, 3] *= -1  # The neuron that does both.
    nodes = {
        "in": nir.Input({"input": np.array([30])}),
        "w": nir.Affine(rng.random((n, 30)), np.zeros(n)),
        "n": node,
        "o": nir.Linear(out),
        "out": nir.Output({"output": np.array([3])}),
    }
    graph = nir.NIRGraph(nodes, [("in", "w"), ("w", "n"), ("n", "o"), ("o", "out")])
    path = tmp_path / "theirs.nir"
    nir.write(str(path), graph)
    found = from_nir(path, step=1e-3)
    (population,) = found.network.populations.values()
    assert population.groups == {"E1": 2, "E2": 1, "F": 1, "I": 2}
    assert population.threshold == {"E1": 0.5, "E2": 1.0, "F": 1.0, "I": 1.0}
    assert population.tau_mem == {"E1": 10e-3, "E2": 10e-3, "F": 10e-3, "I": 20e-3}
    assert found.network.inputs == "excitatory"
    chain = chain_of(graph, "euler", 1e-3)
    dense = events.to_dense()
    order = [2, 5, 0, 3, 1, 4]
    theirs = simulate(chain, dense).spikes[0][:, :, order]
    ours = found.module().hidden_spikes(dense)
    assert theirs.sum() > 50
    assert torch.equal(ours[1:], theirs[:-1])


def test_neurons_without_synapses_keep_a_current_for_one_step(events, tmp_path):
    """LIF nodes: a current that is gone after its step, by the shortest time that norse's take."""
    n, rng = 5, np.random.default_rng(2)
    ones = np.ones(n)
    nodes = {
        "in": nir.Input({"input": np.array([30])}),
        "w": nir.Linear(rng.random((n, 30))),
        "n": nir.LIF(tau=10e-3 * ones, r=3 * ones, v_leak=0 * ones, v_threshold=ones),
        "o": nir.Linear(rng.random((3, n))),
        "out": nir.Output({"output": np.array([3])}),
    }
    graph = nir.NIRGraph(nodes, [("in", "w"), ("w", "n"), ("n", "o"), ("o", "out")])
    path = tmp_path / "theirs.nir"
    nir.write(str(path), graph)
    found = from_nir(path, step=1e-3)
    assert found.network.populations["layer1"].tau_syn == 1e-3
    module = found.module()
    assert (module.wiring.decays[0] == 0).all()
    dense = events.to_dense()
    v, theirs = np.zeros((len(dense[0]), n)), []
    for drive in dense.double().numpy() @ nodes["w"].weight.T:
        v = 0.9 * v + 0.1 * 3 * drive
        theirs.append(v > 1)
        v = np.where(v > 1, 0.0, v)
    assert 0.05 < np.mean(theirs) < 0.9
    assert np.array_equal(module.hidden_spikes(dense)[1:] > 0, theirs[:-1])
    assert init.predicted(module, events)["E"].rate > 0


def test_a_changed_file_is_read_off_as_it_is(make, tmp_path):
    module = make()
    exported = to_nir(module)
    path = tmp_path / "net.nir"
    exported.graph.nodes["hidden_to_output"].weight[:] *= -1.0  # No neuron has its sign any more.
    exported.write(path)
    found = from_nir(path)
    assert found.network != module.network
    assert set(found.network.populations["layer1"].groups) == {"E", "I"}
    exported.graph.nodes["hidden_to_output"].weight[:] *= -2.0  # Weights alone: the same network.
    exported.write(path)
    again = from_nir(path)
    assert again.network == module.network
    assert torch.equal(again.weights["hidden->output"], 2 * module.weights["hidden->output"])


def test_a_shallow_network_is_exported(events, tmp_path):
    neuron = LIFParameters(tau_mem=20e-3, zero_start=False, surrogate=SuperSpike(10.0))
    module = EINetwork(30, Populations(7, 3), 4, neuron=neuron, w1_std=0.2)
    path = tmp_path / "net.nir"
    exported = to_nir(module)
    exported.write(path)
    found = from_nir(path)
    assert found.network.populations["hidden"].groups == {"E": 7, "I": 3}
    assert found.network.readout.zero_start is False
    dense = events.to_dense()
    assert torch.equal(found.module().hidden_spikes(dense), module.hidden_spikes(dense))
    assert torch.allclose(found.module()(dense), module(dense))


@pytest.mark.parametrize(
    ("network", "to", "sentence"),
    [
        (layered((10,), neuron="adaptive"), "exact", "no node for adaptive neurons, which hidden"),
        (layered((10,), neuron="conductance"), "exact", "no node for conductance neurons"),
        (layered((10,), neuron="izhikevich"), "norse", "no node for izhikevich neurons"),
        (circuit(), "exact", "one synaptic time constant there, and two in cortex"),
        (layered((10, 5)).model_copy(), "onnx", "--for must be one of exact, norse, snntorch"),
    ],
)
def test_what_nir_cannot_say_is_refused(network, to, sentence):
    with pytest.raises(InputError, match=sentence) as caught:
        to_nir(SpikingNetwork(network, 3, 2), to=to)
    assert "\n" not in str(caught.value)


def test_layers_must_follow_each_other():
    both = {"a": {"groups": {"E": 2}}, "b": {"groups": {"E": 2}}}
    ties = ["input -> a", "a -> b", "b -> output"]
    for extra, said in (("b -> a", "b projects to a"), ("a -> output", "a projects to output")):
        network = Network.model_validate(
            {"populations": both, "projections": {key: {} for key in [*ties, extra]}}
        )
        with pytest.raises(InputError, match=f"layers must follow each other, and {said}"):
            to_nir(SpikingNetwork(network, 3, 2))


def test_snntorch_takes_one_threshold_a_layer():
    own = {"groups": {"E": 2, "I": 2}, "threshold": {"E": 1.0, "I": 0.5}}
    network = Network.model_validate(
        {"populations": {"a": own}, "projections": {"input -> a": {}, "a -> output": {}}}
    )
    module = SpikingNetwork(network, 3, 2)
    assert to_nir(module, to="norse").graph.nodes["a"].v_threshold.tolist() == [1, 1, 0.5, 0.5]
    with pytest.raises(InputError, match="snntorch takes one threshold a layer, and the groups"):
        to_nir(module, to="snntorch")


def test_modules_of_other_kinds_are_refused():
    with pytest.raises(InputError, match="module must be an EINetwork"):
        to_nir(torch.nn.Linear(2, 2))


def graph(**nodes):
    """Return a graph of one neuron whose nodes may be others, and edges besides."""
    one = np.ones(1)
    usual = {
        "input": nir.Input({"input": np.array([1])}),
        "w": nir.Linear(np.ones((1, 1))),
        "n": nir.CubaLIF(5e-3 * one, 1e-2 * one, one, 0 * one, one, 0 * one, one),
        "o": nir.Linear(np.ones((1, 1))),
        "output": nir.Output({"output": np.array([1])}),
    }
    edges = nodes.pop("edges", [])
    chain = [("input", "w"), ("w", "n"), ("n", "o"), ("o", "output"), *edges]
    return nir.NIRGraph({**usual, **nodes}, chain, type_check=False)


def cuba(**changed):
    one = np.ones(1)
    usual = {"tau_syn": 5e-3 * one, "tau_mem": 1e-2 * one, "r": one, "v_leak": 0 * one,
             "v_threshold": one, "v_reset": 0 * one, "w_in": one}  # fmt: skip
    return nir.CubaLIF(**{**usual, **changed})


ONE = np.ones(1)
BAD = [
    (lambda: graph(w=nir.Scale(ONE)), "nodes of the graph must be of Input, .* got 'Scale, w'"),
    (lambda: graph(w=nir.Affine(np.ones((1, 1)), ONE)), "the bias of w must be 0"),
    (lambda: graph(w=nir.Linear(np.full((1, 1), np.nan))), "weights of w must be a matrix of fini"),
    (lambda: graph(o=nir.Linear(np.ones((1, 2)))), r"weights from n to output must be \(1, 1\)"),
    (lambda: graph(n=cuba(v_leak=ONE)), "v_leak of n must be 0"),
    (lambda: graph(n=cuba(v_reset=-ONE)), "v_reset of n must be 0"),
    (lambda: graph(n=cuba(r=np.inf * ONE)), "r of n must be finite"),
    (lambda: graph(n=cuba(tau_mem=1e-5 * ONE)), "time constants of the graph must be finite, and"),
    (lambda: graph(n=cuba(v_threshold=0 * ONE)), "threshold of E must be a number above 0"),
    (lambda: graph(n=nir.IF(ONE, ONE)), "got 'IF, n'"),
    (lambda: graph(input=nir.Output({"output": ONE})), "Input nodes of the graph must be one"),
    (lambda: graph(edges=[("input", "o")]), "what comes after input in the graph must be the one"),
    (lambda: graph(edges=[("n", "there")]), "edges of the graph must be between its nodes"),
    (lambda: graph(m=cuba(), edges=[("m", "w")]), "layers of the graph must be on the way"),
    (lambda: graph(l=nir.Linear(np.ones((1, 1))), edges=[("l", "l"), ("l", "n")]), "circles"),
    (lambda: graph(d=nir.Delay(1.5e-3 * ONE), edges=[("n", "d"), ("d", "n")]), "delay of d must"),
    (lambda: graph(w=nir.Linear(np.zeros((1, 1)))), "from the input, at least one"),
]


@pytest.mark.parametrize(("made", "sentence"), BAD)
def test_a_graph_that_is_no_network_is_refused(made, sentence, tmp_path):
    path = tmp_path / "theirs.nir"
    nir.write(str(path), made())
    with pytest.raises(InputError, match=sentence) as caught:
        from_nir(path, step=1e-3)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 500


def test_a_file_that_is_no_graph_is_refused(tmp_path):
    path = tmp_path / "net.nir"
    with pytest.raises(InputError, match="must be a file of NIR, got No such file"):
        from_nir(path)
    path.write_bytes(b"neither")
    with pytest.raises(InputError, match="must be a file of NIR, got"):
        from_nir(path)
    with h5py.File(path, "w") as file:
        file["node/type"] = "Nonsense"
    with pytest.raises(InputError, match="must be a file of NIR, got"):
        from_nir(path)
    nir.write(str(path), nir.Linear(np.ones((1, 1))))
    with pytest.raises(InputError, match="must be a file of NIR, got"):
        from_nir(path)


def test_what_a_file_says_of_itself_is_not_believed_blindly(make, tmp_path):
    exported = to_nir(make())
    own = exported.graph.metadata["eccles"]
    path = tmp_path / "net.nir"
    for said in ("no network", "populations: {a: {groups: {E: 99}}}", "a: [" * 50):
        exported.graph.metadata = {"eccles": {**own, "network": said}}
        exported.write(path)
        assert "layer1" in from_nir(path).network.populations
    for wrong in ({"for": "brian"}, {"dt": -1.0}, {"dt": "soon"}):
        exported.graph.metadata = {"eccles": {**own, **wrong}}
        exported.write(path)
        with pytest.raises(InputError, match="step must be given"):
            from_nir(path)


def test_numbers_out_of_range_are_refused(make, tmp_path):
    path = tmp_path / "net.nir"
    to_nir(make()).write(path)
    for wrong in ({"step": 0.0}, {"step": float("nan")}, {"step": 1e-3, "dt": -1.0}):
        with pytest.raises(InputError, match=r"must be above 0 \(seconds\)"):
            from_nir(path, **wrong)
    with pytest.raises(InputError, match="method must be"):
        from_nir(path, step=1e-3, method="runge-kutta")


def test_samples_of_another_kind_are_refused(make, events):
    module = make()
    exported, model = to_nir(module), model_of(module)
    with pytest.raises(InputError, match="samples must be one or more"):
        fidelity(exported, model, events[:0])
    with pytest.raises(InputError, match=r"the samples' dt must be 2 ms, got '1 ms'"):
        fidelity(exported, model._replace(dt=2e-3), events)
    other = SpikingNetwork(layered((10,)), 5, 2)
    with pytest.raises(InputError, match="samples must be of 5 units, got 30"):
        fidelity(to_nir(other), other, events)
