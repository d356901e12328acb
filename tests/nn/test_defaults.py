"""What Eccles builds is the same whatever the caller has set torch's defaults to."""

import ast
import contextlib
from pathlib import Path

import numpy as np
import pytest
import torch

import eccles
from eccles import dale, init, seeds
from eccles.data import ImageDataset, SpikeDataset
from eccles.engines.event.engine import EventEngine
from eccles.events import SpikeEvents
from eccles.measures.histogram import Histogram
from eccles.nn import circuit_layers, deep_network, regulate
from eccles.populations import Populations

PACKAGE = Path(eccles.__file__).parent


@contextlib.contextmanager
def by_default(kind):
    before = torch.get_default_dtype()
    torch.set_default_dtype(kind)
    try:
        yield
    finally:
        torch.set_default_dtype(before)


DEFAULTS = {
    "float64": lambda: by_default(torch.float64),
    "bfloat16": lambda: by_default(torch.bfloat16),
    "meta": lambda: torch.device("meta"),
}
LABELS = [0, 2, 1]


def events() -> SpikeEvents:
    spikes = np.random.default_rng(3).random((20, 3, 6)) < 0.5
    return SpikeEvents.from_dense(spikes.astype(np.uint8))


def trained(network) -> dict[str, torch.Tensor]:
    """Return a network's state, and what it makes of a batch."""
    found = {name: value.clone() for name, value in network.state_dict().items()}
    loss = network.loss(events(), LABELS)
    loss.backward()
    network.project()
    dale.check(network)
    found |= {f"{name}'": each.grad for name, each in network.named_parameters()}
    response = network.respond(events())
    spikes = torch.from_numpy(network.spikes(events()).units.astype(np.int64))
    return found | {"loss": loss.detach(), "peaks": response.peaks, "spikes": spikes}


def shallow(engine):
    return lambda: trained(
        eccles.EINetwork(6, Populations(4, 2), 3, w1_std=0.5, w2_std=0.5, engine=engine())
    )


def spiking(network, engine):
    return lambda: trained(eccles.SpikingNetwork(network, 6, 3, engine=engine))


def deep(circuit, **switches):
    def built():
        layers = circuit_layers(circuit, seeds.stream(0, "x"), **switches)
        network = deep_network("vgg8", layers, (1, 32, 32), 3, width=0.07, n_steps=2)
        images = torch.from_numpy(np.random.default_rng(4).random((3, 1, 32, 32), np.float32))
        if layers.is_circuit:
            init.ei_init(network, images)
        found = {name: value.clone() for name, value in network.state_dict().items()}
        scores = network(images)
        scores.sum().backward()
        dale.project(network)
        dale.check(network)
        regulate(network)
        learnt = {name: each for name, each in network.named_parameters() if each.requires_grad}
        grads = {f"{name}'": each.grad for name, each in learnt.items()}
        mended = {f"{name}''": each.detach().clone() for name, each in network.named_parameters()}
        return found | grads | mended | {"scores": scores.detach()}

    return built


def parts():
    layer, random = Populations(4, 2), np.random.default_rng(5)
    histogram = Histogram()
    histogram.add(torch.tensor([0.5, 1.5], dtype=torch.float32, device="cpu"))
    dataset = SpikeDataset("toy", "own", events(), LABELS, ("a", "b", "c"))
    images = ImageDataset("toy", "own", np.zeros((3, 1, 2, 2), np.uint8), LABELS, ("a", "b", "c"))
    return {
        "signs": layer.signs(),
        "mask": layer.mask("I"),
        "half": init.half_normal(layer, 3, 0.1, random),
        "raster": events().to_dense(),
        "labels": dataset.batch([0, 2])[1],
        "joined": SpikeDataset.collate([dataset[0], dataset[1]])[1],
        "pixels": images.batch([0, 2])[0],
        "counts": torch.from_numpy(np.array([row["count"] for row in histogram.rows()])),
    }


ADAPTIVE = eccles.network.layered((10, 5), recurrent=0.5, neuron="adaptive")
CONDUCTANCE = eccles.network.layered((10,), recurrent=True, neuron="conductance")
BUILDS = {
    "parts": parts,
    "event engine": shallow(EventEngine),
    "dense engine": shallow(eccles.engines.DenseEngine),
    "adaptive, event": spiking(ADAPTIVE, "event"),
    "adaptive, dense": spiking(ADAPTIVE, "dense"),
    "conductance, dense": spiking(CONDUCTANCE, "dense"),
    "balanced": deep("balanced"),
    "bn": deep("bn"),
    "colei": deep("colei"),
    "dann": deep("dann"),
    "ei": deep("ei"),
    "ei, spiking": deep("ei", inhibitory_spikes=1.0),
    "plain": deep("plain"),
}


@pytest.mark.slow
@pytest.mark.parametrize("build", BUILDS)
def test_what_is_built_does_not_depend_on_torch_s_defaults(build):
    wanted = BUILDS[build]()
    for within in DEFAULTS.values():
        with within():
            found = BUILDS[build]()
        assert found.keys() == wanted.keys()
        for name, value in found.items():
            assert (value.dtype, value.device) == (wanted[name].dtype, wanted[name].device), name
            assert torch.equal(value, wanted[name]), name


FACTORIES = {
    *("tensor", "as_tensor", "zeros", "ones", "empty", "full", "arange", "linspace", "eye"),
    *("rand", "randn", "randint", "randperm", "scalar_tensor"),
}
BY_DEFAULT = ("bench/",)
"""Timings are of what torch gives whoever says nothing."""


def test_every_tensor_that_is_made_says_of_what_type_and_where():
    """One that doesn't would be of whatever type and device the caller has set."""
    found, silent = 0, []
    for path in sorted(PACKAGE.rglob("*.py")):
        place = path.relative_to(PACKAGE).as_posix()
        if place.startswith(BY_DEFAULT):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and ast.unparse(node.func).startswith("torch.")):
                continue
            if ast.unparse(node.func).removeprefix("torch.") in FACTORIES:
                found += 1
                said = {each.arg for each in node.keywords}
                if None not in said and not {"dtype", "device"} <= said:
                    silent.append(f"{place}:{node.lineno}")
    assert found > 15
    assert silent == []
