from itertools import pairwise
from typing import get_args

import numpy as np
import pytest
import torch

from eccles import InputError, dale, init
from eccles.nn import MODELS, EICircuit, SpikingLayer, circuit_layers, deep_network
from eccles.training.config import Model


def network(name, circuit="ei", shape=(1, 32, 32), n_classes=10, **options):
    made = circuit_layers(circuit, np.random.default_rng(0))
    return deep_network(name, made, shape, n_classes, **options)


def images(n=4, shape=(1, 32, 32)):
    return torch.rand(n, *shape, generator=torch.Generator().manual_seed(0))


def count(module):
    return sum(p.numel() for p in module.parameters())


@pytest.mark.parametrize(("name", "published"), [("vgg16", 18_856_378), ("resnet18", 14_401_226)])
def test_parameters_are_those_published(name, published):
    """The published counts have the readout's gains and biases, which nothing uses: 2 + 10 + 10."""
    assert count(network(name, shape=(3, 32, 32))) == published - 22


@pytest.mark.parametrize(
    ("name", "blocks"), [("resnet18", (2, 2, 2, 2)), ("resnet34", (3, 4, 6, 3))]
)
def test_parameters_of_residual_networks_by_hand(name, blocks):
    """Counted anew, and for ResNet-18 the published number."""

    def circuit(d, n):
        inhibitory = n // 4
        return d * (n + inhibitory) + n * inhibitory + inhibitory + 2 * n

    counted, channels = circuit(3 * 9, 64), 64
    for stage, (units, many) in enumerate(zip((64, 128, 256, 512), blocks, strict=True)):
        counted += circuit(channels * 9, units) + (2 * many - 1) * circuit(units * 9, units)
        counted += circuit(channels, units) if stage else 0
        channels = units
    readouts = 512 * (10 + 2) + 10 * 2
    assert count(network(name, shape=(3, 32, 32))) == counted + readouts
    if name == "resnet18":
        assert counted + readouts == 14_401_226 - 22


MLPS = {
    "mlp2": [500],
    "mlp4": [500, 500, 300],
    "mlp6": [500, 500, 300, 300, 300],
    "mlp8": [500, 500, 300, 300, 300, 100, 100],
    "mlp12": [500] * 4 + [300] * 4 + [100] * 3,
    "mlp16": [500] * 5 + [300] * 5 + [100] * 5,
}


@pytest.mark.parametrize("name", MLPS)
def test_parameters_of_mlps_by_hand(name):
    """A name counts the readout as a layer; batch norm makes a bias before it needless."""
    sizes = [28 * 28, *MLPS[name]]
    assert int(name.removeprefix("mlp")) == len(sizes)
    products = sum(d * n for d, n in pairwise([*sizes, 10]))
    normed = sum(2 * n for n in sizes[1:])
    assert count(network(name, "bn", shape=(1, 28, 28))) == products + normed + 10
    if name == "mlp8":
        assert products + normed + 10 == 1_017_210
    circuits = sum(d * n + (d + n + 1) * (n // 4) + 2 * n for d, n in pairwise(sizes))
    readouts = sizes[-1] * (10 + 2) + 10 * 2
    assert count(network(name, shape=(1, 28, 28))) == circuits + readouts


def test_widths_by_hand():
    net = network("mlp8", shape=(1, 2, 3), n_classes=3)
    widths = [m.n_excitatory for m in net.modules() if isinstance(m, EICircuit)]
    assert widths == [500, 500, 300, 300, 300, 100, 100, 3]
    fan_ins = [m.fan_in for m in net.modules() if isinstance(m, EICircuit)]
    assert fan_ins == [6, 500, 500, 300, 300, 300, 100, 100]


@pytest.mark.parametrize(
    ("name", "layers"), [("vgg8", 5), ("vgg11", 8), ("vgg16", 13), ("vgg19", 16), ("resnet34", 36)]
)
def test_depths(name, layers):
    assert sum(isinstance(m, SpikingLayer) for m in network(name, width=0.1).modules()) == layers


@pytest.mark.parametrize("circuit", ["ei", "bn", "plain", "dann", "colei", "free", "balanced"])
@pytest.mark.parametrize("name", ["mlp8", "vgg8", pytest.param("resnet18", marks=pytest.mark.slow)])
def test_every_model_of_every_circuit(name, circuit):
    net = network(name, circuit, width=0.07, n_steps=2)
    if circuit in ("ei", "dann", "free", "balanced"):
        init.ei_init(net, images())
    scores = net(images())
    assert scores.shape == (4, 10)
    scores.square().sum().backward()
    learnt = [p for p in net.parameters() if p.requires_grad]
    assert all(p.grad is not None and p.grad.isfinite().all() for p in learnt)
    dale.check(net)


def test_a_held_image_is_frames_that_are_all_the_same():
    held, framed = (network("mlp8", width=0.1, n_steps=3, held=h) for h in (True, False))
    init.ei_init(held, images())
    framed.load_state_dict(held.state_dict())
    frames = images().expand(3, -1, -1, -1, -1)
    torch.testing.assert_close(framed(frames), held(images()))


def test_a_residual_block_adds_spikes():
    net = network("resnet18", width=0.07, n_steps=2)
    init.ei_init(net, images())
    block = net.layers[1]
    x = torch.ones(2, 1, block.first.layer.input_to_excitatory.shape[1], 4, 4)
    assert torch.equal(block(x), 1 + block.second(block.first(x)))
    assert [type(b.shortcut).__name__ for b in list(net.layers)[1:9]] == [
        "Identity",
        "Identity",
        *["SpikingLayer", "Identity"] * 3,
    ]


def test_free_circuits_have_nothing_to_project():
    net = network("mlp8", "free", width=0.1)
    assert [m.magnitudes() for m in net.modules() if isinstance(m, EICircuit)] == 8 * [{}]


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: network("vgg9"), "there is no model 'vgg9' (did you mean"),
        (lambda: network("mlp8", "eii"), "there is no circuit 'eii'"),
        (lambda: network("mlp8", width=0.03), "width must be 0.04 or more, for 4 units"),
        (
            lambda: network("mlp8", width=float("nan")),
            "width must be a number above 0 and at most 1000, got nan",
        ),
        (lambda: network("mlp8", n_steps=0), "n_steps must be a whole number of 1 or more"),
        (
            lambda: network("mlp8", shape=(32, 32)),
            "shape must be a tuple of 3 (a whole number each)",
        ),
        (lambda: network("vgg8", shape=(1, 28, 28)), "an image's sides must be 32 pixels or more"),
        (lambda: network("mlp8")(images()[0]), "the input's shape must be [B, C, H, W]"),
        (
            lambda: circuit_layers("bn", np.random.default_rng(0), stabiliser="none"),
            "stabiliser must be left alone with circuit bn",
        ),
        (
            lambda: circuit_layers("ei", np.random.default_rng(0), stabilizer="none"),
            "there is no switch 'stabilizer' (did you mean 'stabiliser'?)",
        ),
    ],
)
def test_what_cant_be_built(call, said):
    with pytest.raises(InputError) as error:
        call()
    assert said in str(error.value)


def test_settings_name_all_models():
    assert set(get_args(Model)) == {"shallow", *MODELS}
