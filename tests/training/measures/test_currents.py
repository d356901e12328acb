"""Currents are those that the layers' own equations give."""

import numpy as np
import pytest
import torch

from eccles.init import ei_init
from eccles.nn.deep import deep_network
from eccles.nn.layers import circuit_layers
from eccles.training.measures.currents import current_histograms, watching


def network(circuit="ei", model="mlp8"):
    layers = circuit_layers(circuit, np.random.default_rng(0))
    made = deep_network(model, layers, (1, 32, 32), 10, n_steps=2, width=0.1)
    if circuit == "ei":
        ei_init(made, images(32))
    return made


def images(n, seed=0):
    return torch.rand(n, 1, 32, 32, generator=torch.Generator().manual_seed(seed))


@pytest.mark.slow
@pytest.mark.parametrize("model", ["mlp8", "resnet18"])
def test_what_is_told_is_what_a_layer_computes(model):
    made, told = network(model=model).eval(), {}
    x = images(3)
    with torch.no_grad(), watching(made, told.__setitem__):
        scores = made(x)
    assert torch.equal(made(x), scores)
    assert [name for name, m in made.named_modules() if hasattr(m, "neuron")] == list(told)
    for name, seen in told.items():
        layer = made.get_submodule(name).layer
        assert torch.equal(seen.integrated, layer(seen.given))
        assert all(map(torch.equal, seen.currents, layer.currents(seen.given)))


def test_a_layer_without_inhibition_has_one_current():
    made, told = network("plain").eval(), {}
    x = images(3)
    with torch.no_grad(), watching(made, told.__setitem__):
        made(x)
        first = made.get_submodule("layers.1").layer(made.layers[0](x[None]))
    assert told["layers.1"].currents is None
    assert torch.equal(told["layers.1"].integrated, first.flatten(0, 1))
    rows = current_histograms(made, [x])
    assert {row["current"] for row in rows} == {"integrated"}


def test_counts_are_exact():
    """Of every current of every layer, over batches of any sizes."""
    made = network()
    batches = [images(5), images(3, seed=1)]
    told = {}

    def tell(name, seen):
        known = {"excitatory": seen.currents.excitatory, "integrated": seen.integrated}
        known["subtractive"] = seen.currents.subtractive
        for kind, values in known.items():
            told.setdefault((name, kind), []).append(values.flatten())

    with torch.no_grad(), watching(made.eval(), tell):
        for batch in batches:
            made(batch)
    rows = current_histograms(made, batches)
    assert {(row["layer"], row["current"]) for row in rows} == set(told)
    for key, parts in told.items():
        values = torch.cat(parts).double().numpy()
        mine = [row for row in rows if (row["layer"], row["current"]) == key]
        assert sum(row["count"] for row in mine) == len(values)
        for row in mine[1:-1]:
            assert row["count"] == ((row["low"] <= values) & (values < row["high"])).sum()


def test_the_network_is_left_alone():
    made = network("bn").train()
    before = {name: value.clone() for name, value in made.state_dict().items()}
    current_histograms(made, [images(4)])
    assert made.training
    assert all(torch.equal(before[name], value) for name, value in made.state_dict().items())
    assert all(parameter.grad is None for parameter in made.parameters())
