"""Random networks that are valid, for property tests."""

from hypothesis import strategies as st

NAMES = ["E", "I", "PV", "SST", "Pyr", "L4", "IT"]
MODELS = ["lif", "adaptive", "conductance", "izhikevich"]


@st.composite
def descriptions(draw, models=("lif", "adaptive", "conductance", "izhikevich"), most=6):
    """Return what `Network.model_validate` takes, in one of its spellings."""
    populations = {}
    for name in draw(st.lists(st.sampled_from("abc"), min_size=1, max_size=3, unique=True)):
        groups = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=3, unique=True))
        own = {"groups": {group: draw(st.integers(1, most)) for group in groups}}
        usual = {"E": "excitatory", "I": "inhibitory", "PV": "inhibitory", "SST": "inhibitory"}
        signs = st.sampled_from(["excitatory", "inhibitory", "free"])
        own["signs"] = {
            group: draw(st.sampled_from([usual[group], "free"]) if group in usual else signs)
            for group in groups
        }
        own["neuron"] = draw(st.sampled_from(models))
        if own["neuron"] == "adaptive" and draw(st.booleans()):
            strength = {group: draw(st.sampled_from([0.0, 0.1, 0.5])) for group in groups}
            own["neuron"] = {"model": "adaptive", "strength": strength, "tau_adapt": "50 ms"}
        if own["neuron"] != "izhikevich":
            own["tau_mem"] = {group: draw(TIMES) for group in groups}
            own["threshold"] = draw(st.sampled_from([1.0, 0.5]))
        own["tau_syn"] = draw(TIMES | st.fixed_dictionaries(dict.fromkeys(RECEPTORS, TIMES)))
        populations[name] = own
    ends = [f"{name}.{group}" for name, own in populations.items() for group in own["groups"]]
    chance = st.sampled_from([1, 0.5, 0.1])
    some = st.lists(st.tuples(st.sampled_from(ends), st.sampled_from(ends)), max_size=8)
    projections = {f"{a} -> {b}": {"probability": draw(chance)} for a, b in draw(some)}
    for each in projections.values():
        each["delay"] = draw(st.sampled_from([None, "1 ms", 0.002, "5 ms"]))
    first = draw(st.sampled_from(ends))
    projections |= {f"input -> {first}": {"scale": 0.5}, f"{first} -> output": None}
    inputs = draw(st.sampled_from(["excitatory", "paired", "free", "80:20", 0.5]))
    if inputs in ("80:20", 0.5):
        # Inputs of both kinds take receptors that don't tell them apart.
        own = populations[first.partition(".")[0]]
        own["tau_syn"] = "10 ms"
        own["neuron"] = "lif" if own["neuron"] == "conductance" else own["neuron"]

    def free(end):
        name, _, group = end.partition(".")
        return inputs == "free" if end == "input" else populations[name]["signs"][group] == "free"

    for name in list(projections):
        pre, post = name.split(" -> ")
        to = populations.get(post.partition(".")[0], {}).get("neuron")
        if free(pre) and to == "conductance":
            populations[post.partition(".")[0]]["neuron"] = "lif"
    return {"populations": populations, "projections": projections, "inputs": inputs}


RECEPTORS = ("excitatory", "inhibitory")
TIMES = st.sampled_from(["10 ms", 0.02, "5ms", 0.0123456789])
