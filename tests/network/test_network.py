import pickle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.network.networks import descriptions

from eccles import InputError, Network, Population, Projection
from eccles.network import circuit, layered
from eccles.network.neurons import KINDS

AS_IN_THE_DOCS = """
data: spoken-digits-sample
epochs: 2
network:
  populations:
    cortex:
      groups: {E: 80, PV: 12, SST: 8}
      signs: {E: excitatory, PV: inhibitory, SST: inhibitory}
      neuron: lif
      tau_mem: {E: 20 ms, PV: 10 ms, SST: 20 ms}
      tau_syn: {excitatory: 10 ms, inhibitory: 20 ms}
  projections:
    "input -> E": {}
    "input -> PV": {scale: 2e-4}
    "E -> E": {probability: 0.1}
    "E -> PV": {}
    "E -> SST": {delay: 3 ms}
    "PV -> E": {}
    "SST -> E": {}
    "SST -> PV": {}
    "E -> output": {}
"""

PLAIN = {"populations": {"a": {"groups": {"E": 4, "I": 2}}}}
TIES = {"input -> E": {}, "E -> I": {}, "I -> E": {}, "E -> output": {}}


def network(populations=None, projections=None, **more):
    own = populations or PLAIN["populations"]
    return Network.model_validate(
        {"populations": own, "projections": TIES if projections is None else projections, **more}
    )


def read(text, tmp_path):
    path = tmp_path / "network.yaml"
    path.write_text(text)
    return Network.from_yaml(path)


def test_a_file_of_a_run_holds_a_network(tmp_path):
    found = read(AS_IN_THE_DOCS, tmp_path)
    cortex = found.populations["cortex"]
    assert cortex.groups == {"E": 80, "PV": 12, "SST": 8}
    assert cortex.tau_mem == {"E": 0.02, "PV": 0.01, "SST": 0.02}
    assert cortex.tau_syn == {"excitatory": 0.01, "inhibitory": 0.02}
    assert cortex.slice_of("PV") == slice(80, 92)
    with pytest.warns(DeprecationWarning, match="slice_of") as said:
        assert cortex.place("PV") == slice(80, 92)
    assert said[0].filename == __file__
    assert list(found.projections) == [
        "input -> E", "input -> PV", "E -> E", "E -> PV", "E -> SST", "E -> output", "PV -> E",
        "SST -> E", "SST -> PV",
    ]  # fmt: skip
    assert found.projections["E -> SST"].delay == 0.003
    assert found.projections["input -> PV"].scale == 2e-4
    said = {**circuit().model_dump(), "inputs": "excitatory"}
    said["projections"]["input -> PV"]["scale"] = 2e-4
    assert Network.model_validate(said) == found


@pytest.mark.parametrize(
    "spelling",
    [
        {"E->I": {}},
        {"a.E -> a.I": {"probability": 1}},
        {"E ->I": None},
        {"E -> I": {"init": "half-normal", "delay": None, "scale": None}},
        {"E -> I": Projection()},
    ],
)
def test_one_network_in_several_spellings(spelling):
    other = {**{name: own for name, own in TIES.items() if name != "E -> I"}, **spelling}
    assert network(projections=other) == network()
    assert network(projections=other).identity() == network().identity() == "38a94072a39b34bf"
    assert hash(network(projections=other)) == hash(network())


@pytest.mark.parametrize(
    "spelling",
    [
        {"groups": {"I": 2, "E": 4}},
        {"signs": {"I": "inhibitory"}},
        {"neuron": {"model": "lif"}},
        {"tau_mem": "10 ms"},
        {"tau_mem": {"E": 0.01, "I": "10ms"}},
        {"tau_syn": {"inhibitory": "5 ms", "excitatory": 0.005}},
        {"threshold": {"I": 1, "E": 1.0}},
    ],
)
def test_one_population_in_several_spellings(spelling):
    own = {"groups": {"E": 4, "I": 2}, **spelling}
    assert network({"a": own}).identity() == network().identity()
    assert network({"a": Population(**own)}) == network()


def test_projections_by_population_are_those_of_its_groups():
    whole = network(projections={"input -> a": {}, "a -> a": {"probability": 0.5},
                                 "a -> output": {}})  # fmt: skip
    by_group = {f"{pre} -> {post}": {"probability": 0.5} for pre in "EI" for post in "EI"}
    ends = {f"input -> {group}": {} for group in "EI"} | {
        f"{group} -> output": {} for group in "EI"
    }
    assert whole == network(projections={**ends, **by_group})


def test_neurons_with_usual_constants_have_identities_of_their_own():
    found = {kind: layered((5,), neuron=kind).identity() for kind in KINDS}
    assert len(set(found.values())) == len(KINDS)
    assert found["adaptive"] == "b726a58884d0edd7"
    usual = {"model": "conductance", "e_inhibitory": -1.0}
    assert layered((5,), neuron=usual).identity() == "170dba4fd49868c5"


def test_what_differs_has_another_identity():
    identities = {
        each.identity()
        for each in (
            network(),
            network({"a": {"groups": {"E": 4, "I": 3}}}),
            network({"a": {"groups": {"E": 4, "I": 2}, "neuron": "adaptive"}}),
            network({"b": {"groups": {"E": 4, "I": 2}}}),
            network(projections={**TIES, "E -> I": {"probability": 0.5}}),
            network(projections={**TIES, "E -> I": {"delay": "1 ms"}}),
            network(projections={**TIES, "E -> E": {}}),
            network(readout={"tau_mem": "20 ms"}),
            network(readout={"zero_start": False}),
        )
    }
    assert len(identities) == 9


def test_populations_come_as_the_input_reaches_them():
    own = {"groups": {"E": 2}}
    found = network(
        {"a10": own, "a9": own, "z": own, "alone": own},
        {"input -> z": {}, "z -> a9": {}, "z -> a10": {}, "a9 -> output": {}, "a10 -> z": {}},
    )
    assert list(found.populations) == ["z", "a9", "a10", "alone"]
    assert found.unreached() == ["alone.E"]
    assert [name for name in found.projections if found.recurrent(name)] == ["a10.E -> z.E"]


@settings(deadline=None, max_examples=60)
@given(descriptions(), st.randoms())
def test_yaml_reads_back_as_the_same_network(tmp_path_factory, said, random):
    one = Network.model_validate(said)
    path = tmp_path_factory.getbasetemp() / "any-network.yaml"
    path.write_text(one.to_yaml())
    again = Network.from_yaml(path)
    assert Network.from_yaml(path.read_text()) == again
    assert again == one
    assert again.identity() == one.identity()
    assert again.to_yaml() == one.to_yaml()
    assert Network.model_validate(one.model_dump(mode="json")) == one
    assert pickle.loads(pickle.dumps(one)) == one
    # Nothing depends on the order in which it was said.
    shuffled = {name: list(said[name].items()) for name in ("populations", "projections")}
    for items in shuffled.values():
        random.shuffle(items)
    assert Network.model_validate(said | {name: dict(i) for name, i in shuffled.items()}) == one


WRONG = {
    "no network": ({"populations": {}}, "populations must be one or more by name"),
    "no groups": ({"populations": {"a": {}}}, "in population a, groups must be a size for each"),
    "nothing": ({"populations": {"a": None}}, "in population a,"),
    "empty": ({"populations": {"a": {"groups": {"E": 0}}}},
              "a, the size of group E must be a whole number, 1 neuron or more, got 0"),
    "half": ({"populations": {"a": {"groups": {"E": 2.5}}}}, "of group E must be a whole number"),
    "too many": ({"populations": {"a": {"groups": {"E": 65537}}}}, "must be at most 65536"),
    "a word": ({"populations": {"a": {"groups": {"E": "many"}}}}, "must be a whole number, 1"),
    "a name": ({"populations": {"a b": {"groups": {"E": 2}}}}, "the name of a population must be"),
    "an arrow": ({"populations": {"a_to_b": {"groups": {"E": 2}}}}, "_to_ stands for an arrow"),
    "an end": ({"populations": {"input": {"groups": {"E": 2}}}}, "the name of a population must"),
    "no sign": ({"populations": {"a": {"groups": {"E": 2, "IT": 2}}}},
                "the sign of IT must be said, got None; say signs: {IT: excitatory}"),
    "against": ({"populations": {"a": {"groups": {"E": 2}, "signs": {"E": "inhibitory"}}}},
                "the sign of E must be excitatory, got 'inhibitory'"),
    "a sign of": ({"populations": {"a": {"groups": {"E": 2, "PV": 1}, "signs": {"PVV": "free"}}}},
                  r"got one of 'PVV' \(did you mean 'PV'\?\)"),
    "which": ({"populations": {"a": {"groups": {"E": 2}, "signs": {"E": "excitary"}}}},
              r"got 'excitary' \(did you mean 'excitatory'\?\)"),
    "neuron": ({"populations": {"a": {"groups": {"E": 2}, "neuron": "adaptiv"}}},
               r"got 'adaptiv' \(did you mean 'adaptive'\?\)"),
    "constant": ({"populations": {"a": {"groups": {"E": 2},
                  "neuron": {"model": "adaptive", "tau_adpt": 1}}}},
                 r"there is no setting 'tau_adpt' \(did you mean 'tau_adapt'\?\)"),
    "model": ({"populations": {"a": {"groups": {"E": 2}, "neuron": {"strength": 1}}}},
              "neuron must be a mapping with a model"),
    "setting": ({"populations": {"a": {"groups": {"E": 2}, "tau_men": 1}}},
                r"there is no setting 'tau_men' \(did you mean 'tau_mem'\?\)"),
    "seconds": ({"populations": {"a": {"groups": {"E": 2}, "tau_mem": 20}}},
                "tau_mem must be at most 1 s, got '20 s'; a number alone is seconds"),
    "time": ({"populations": {"a": {"groups": {"E": 2}, "tau_mem": "-1 ms"}}},
             "tau_mem must be a time above 0"),
    "some": ({"populations": {"a": {"groups": {"E": 2, "I": 1}, "tau_mem": {"E": 0.01}}}},
             "tau_mem must be one for all or one for each group, got .* with none for I"),
    "other": ({"populations": {"a": {"groups": {"PV": 1}, "tau_mem": {"PVV": 0.01}}}},
              r"got one for 'PVV' \(did you mean 'PV'\?\)"),
    "receptor": ({"populations": {"a": {"groups": {"E": 1}, "tau_syn": {"inhibitry": 0.1}}}},
                 r"got one of 'inhibitry' \(did you mean 'inhibitory'\?\)"),
    "one receptor": ({"populations": {"a": {"groups": {"E": 1}, "tau_syn": {"inhibitory": 0.1}}}},
                     "tau_syn must be one, or {excitatory: ..., inhibitory: ...}"),
    "izhikevich": ({"populations": {"a": {"groups": {"E": 1}, "neuron": "izhikevich",
                    "tau_mem": "20 ms"}}}, "tau_mem must be left out for izhikevich"),
    "threshold": ({"populations": {"a": {"groups": {"E": 1}, "threshold": 0}}},
                  "threshold must be a number above 0, got 0"),
    "unknown": ({"projections": {**TIES, "E -> J": {}}},
                r'"E -> J" must be of groups that are there, got \'J\'; there are input, output'),
    "nearest": ({"populations": {"a": {"groups": {"E": 4, "SST": 2}}},
                 "projections": {"input -> E": {}, "SS -> E": {}}},
                r"got 'SS' \(did you mean 'SST'\?\)"),
    "twice": ({"projections": {**TIES, "E->I": {}}},
              "projection from a.E to a.I must be given once, got 'E -> I and E->I'"),
    "by group too": ({"projections": {**TIES, "a -> a": {}}},
                     "projection from a.E to a.I must be given once, got 'E -> I and a -> a'"),
    "of both": ({"populations": {"a": {"groups": {"E": 1}}, "b": {"groups": {"E": 1}}}},
                "got 'E', which is a name of several; write a.E or b.E"),
    "no arrow": ({"projections": {"E": {}}}, "the name of a projection must be such as"),
    "arrows": ({"projections": {"E -> I -> E": {}}}, "the name of a projection must be such as"),
    "number": ({"projections": {1: {}}}, "the name of a projection must be such as"),
    "from output": ({"projections": {**TIES, "output -> E": {}}}, "from inputs or neurons"),
    "to input": ({"projections": {**TIES, "E -> input": {}}}, "to neurons or output"),
    "through": ({"projections": {**TIES, "input -> output": {}}}, "from or to neurons"),
    "no input": ({"projections": {"E -> I": {}, "E -> output": {}}},
                 "projections must be from the input, at least one"),
    "no output": ({"projections": {"input -> E": {}}}, "projections must be to the output"),
    "no way": ({"projections": {"input -> I": {}, "E -> output": {}}},
               "projections must be a way from input to output"),
    "none": ({"projections": {}}, "projections must be from the input"),
    "list": ({"projections": ["E -> I"]}, "projections must be by name"),
    "never": ({"projections": {**TIES, "E -> I": {"probability": 0}}},
              'in projection "E -> I", probability must be above 0, got 0'),
    "always": ({"projections": {**TIES, "E -> I": {"probability": 1.5}}},
               "probability must be at most 1, got 1.5"),
    "at once": ({"projections": {**TIES, "E -> E": {"delay": "0 ms"}}},
                'in projection "E -> E", delay must be one step or more, got \'0 ms\'; the least '
                "delay is one step, so that a cycle has a beginning"),
    "at once 2": ({"projections": {**TIES, "E -> E": {"delay": 0}}}, "delay must be one step or"),
    "before": ({"projections": {**TIES, "E -> E": {"delay": "-1 ms"}}}, "delay must be a time"),
    "late": ({"projections": {**TIES, "E -> output": {"delay": "2 ms"}}},
             'delay of "E -> output" must be left out'),
    "bound": ({"projections": {**TIES, "E -> I": {"init": "normal"}}},
              'init of "E -> I" must be half-normal or exponential, got \'normal\''),
    "free": ({"populations": {"a": {"groups": {"E": 4, "I": 2}, "signs": {"E": "free"}}},
              "projections": {**TIES, "E -> I": {"init": "exponential"}}},
             'init of "E -> I" must be normal from a free group'),
    "conductance": ({"populations": {"a": {"groups": {"E": 4, "I": 2}, "signs": {"E": "free"},
                     "neuron": "conductance"}}}, "as it goes to conductance neurons"),
    "free inputs": ({"populations": {"a": {"groups": {"E": 4, "I": 2}, "neuron": "conductance"}},
                     "inputs": "free"}, "as it goes to conductance neurons"),
    "inputs": ({"inputs": "inhibitory"}, "inputs must be excitatory, paired, free or a ratio such"),
    "inputs 2": ({"inputs": "excitatry"}, r"did you mean 'excitatory'\?"),
    "inputs 3": ({"inputs": ["80:20"]}, "inputs must be excitatory, paired, free or a ratio"),
    "no twins": ({"projections": {**TIES, "input.I -> E": {}}},
                 r"got 'input.I' .*; there are .* \(input.I is of networks with inputs: paired\)"),
    "no such twin": ({"inputs": "paired", "projections": {**TIES, "input.PV -> E": {}}},
                     "got 'input.PV' .*; there are input.E, input.I, output, a, E, I$"),
    "only inhibited": ({"inputs": "paired", "projections": {"input.I -> E": {}, "E -> output": {}}},
                       "projections must be a way from input to output"),
    "a twin twice": ({"inputs": "paired", "projections": {**TIES, "input.I -> E": {}}},
              "the projection from input.I to a.E must be given once, got 'input -> E and"),
    "to a twin": ({"inputs": "paired", "projections": {**TIES, "E -> input.I": {}}},
                  "to neurons or output"),
    "no input excites": ({"inputs": "0:100"}, "neurons that inputs only inhibit never fire"),
    "receptors": ({"populations": {"a": {"groups": {"E": 4, "I": 2}, "neuron": "conductance"}},
                   "inputs": "80:20"},
                  "inputs must be excitatory or paired, got '80:20'; a has receptors"),
    "receptors 2": ({"populations": {"a": {"groups": {"E": 4, "I": 2}, "tau_syn":
                     {"excitatory": "5 ms", "inhibitory": "10 ms"}}}, "inputs": 0.8},
                    "inputs must be excitatory or paired, got '80:20'; a has receptors"),
    "readout": ({"readout": {"tau": 1}}, "there is no setting 'tau'"),
    "of maxima": ({"readout": {"kind": "mean-over-time", "zero_start": False}},
                  "zero_start must be left out with mean-over-time"),
    "word": ({"population": {}}, r"there is no setting 'population' \(did you mean 'populations'"),
}  # fmt: skip


@pytest.mark.parametrize(("said", "sentence"), WRONG.values(), ids=WRONG)
def test_mistakes_are_one_sentence(said, sentence):
    with pytest.raises(InputError, match=sentence) as caught:
        Network.model_validate({**PLAIN, "projections": TIES, **said})
    text = str(caught.value)
    assert text.startswith("network: ")
    assert "\n" not in text
    assert len(text) < 500
