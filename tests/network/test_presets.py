import pytest

from eccles import InputError, Network
from eccles.network import kilgore2025, layered


def test_kilgore_is_a_network_by_hand():
    hand = {
        "populations": {"hidden": {"groups": {"E": 80, "I": 20}}},
        "projections": {"input -> hidden": {}, "hidden -> output": {}},
    }
    assert kilgore2025() == Network.model_validate(hand) == layered((100,)) == layered()


def test_kilgore_without_inhibition_and_without_dale():
    assert kilgore2025("100:0").populations["hidden"].groups == {"E": 100}
    assert kilgore2025("0:100").populations["hidden"].groups == {"I": 100}
    free = kilgore2025(dale=False, w1_std=0.3, w2_std=0.2)
    assert set(free.populations["hidden"].signs.values()) == {"free"}
    assert free.inputs == "free"
    assert {each.init for each in free.projections.values()} == {"normal"}
    assert free.projections["input -> I"].scale == 0.3
    assert free.projections["E -> output"].scale == 0.2


def test_layers_project_forward_with_all_groups():
    network = layered((60, 40, 10), groups=None, ei="90:10")
    assert {name: each.groups for name, each in network.populations.items()} == {
        "hidden1": {"E": 54, "I": 6},
        "hidden2": {"E": 36, "I": 4},
        "hidden3": {"E": 9, "I": 1},
    }
    forward = [name for name in network.projections if "hidden1.I -> " in name]
    assert forward == ["hidden1.I -> hidden2.E", "hidden1.I -> hidden2.I"]
    assert not any(map(network.recurrent, network.projections))


@pytest.mark.parametrize("none", [0, 0.0, -0.0])
def test_a_chance_of_none_is_no_recurrence(none):
    assert layered((10, 5), recurrent=none) == layered((10, 5))
    with pytest.raises(InputError, match="delay must be left out"):
        layered((10,), recurrent=none, delay="2 ms")


def test_recurrence_is_within_layers():
    network = layered((10, 10), recurrent=0.1, delay="2 ms")
    cycles = [name for name in network.projections if network.recurrent(name)]
    assert len(cycles) == 8
    assert {network.projections[name].probability for name in cycles} == {0.1}
    delayed = {name for name, each in network.projections.items() if each.delay == 0.002}
    assert delayed == {name for name in network.projections if "put" not in name}
    everything = layered((10,), recurrent=True)
    assert [everything.projections[n].probability for n in ("E -> E", "I -> I")] == [1, 1]


def test_groups_of_a_flag():
    network = layered(
        (100,), groups="E:80, PV:12,SST:8", recurrent=True, tau_syn_inhibitory="20 ms"
    )
    own = network.populations["hidden"]
    assert own.groups == {"E": 80, "PV": 12, "SST": 8}
    assert own.signs == {"E": "excitatory", "PV": "inhibitory", "SST": "inhibitory"}
    assert own.tau_syn == {"excitatory": 0.005, "inhibitory": 0.02}
    assert layered(groups="E:30,PV:10").n_neurons == 40
    adaptive = layered(neuron={"model": "adaptive", "strength": 0.5}, threshold=0.7)
    assert adaptive.populations["hidden"].neuron.strength == 0.5
    assert adaptive.populations["hidden"].threshold == 0.7


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"hidden": (100,), "groups": "E:80,I:18"},
         "groups must sum to hidden, 100 neurons a layer, got 80 . 18 = 98"),
        ({"hidden": (100, 50), "groups": "E:80,I:20"}, "groups must sum to hidden, 50 neurons"),
        ({"groups": "E:80,E:20"}, "group E must be given once, got 'E:80,E:20'"),
        ({"groups": "E:80,I"}, "groups must be names and whole sizes such as"),
        ({"groups": "E=80"}, "groups must be names and whole sizes such as"),
        ({"groups": "E:80,IT:20"}, "the sign of IT must be said"),
        ({"groups": "E:80,I:0"}, "size of group I must be a whole number, 1 neuron or more, got 0"),
        ({"hidden": ()}, "hidden must be the neurons of one layer or more"),
        ({"hidden": (0,)}, "hidden must be a whole number of 1 or more, got 0"),
        ({"recurrent": 1.5}, "probability must be at most 1, got 1.5"),
        ({"recurrent": -0.5}, "recurrent must be a number above 0, got -0.5"),
        ({"recurrent": float("nan")}, "recurrent must be a number above 0, got nan"),
        ({"delay": "2 ms"}, "delay must be left out, got '2 ms'"),
        ({"tau_syn_inhibitory": "9 ms"}, "tau_syn_inhibitory must be left out, got '9 ms'"),
        ({"neuron": "lifs"}, r"got 'lifs' \(did you mean 'lif'\?\)"),
        ({"neuron": "conductance", "dale": False}, "as it goes to conductance neurons"),
        ({"neuron": "izhikevich", "threshold": 0.5}, "threshold must be left out for izhikevich"),
    ],
)  # fmt: skip
def test_mistakes_are_one_sentence(asked, sentence):
    with pytest.raises(InputError, match=f"^network: .*{sentence}"):
        layered(**asked)
