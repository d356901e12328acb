"""Networks and samples that tests of other tools share."""

import numpy as np
import pytest
import torch

from eccles.events import SpikeEvents
from eccles.network import layered
from eccles.nn import SpikingNetwork

N_STEPS, N_SAMPLES, N_INPUTS, N_CLASSES = 60, 6, 30, 4


@pytest.fixture(scope="session")
def events():
    rng = np.random.default_rng(1)
    return SpikeEvents.from_dense((rng.random((N_STEPS, N_SAMPLES, N_INPUTS)) < 0.1) * 1)


@pytest.fixture(scope="session")
def make():
    """Return what makes a module of layers whose neurons fire some times a sample."""

    def made(hidden=(10,), convention="spytorch", dt=1e-3, factor=1.0, **settings):
        neuron = {"model": "lif", "convention": convention}
        network = layered(hidden, neuron=neuron, **settings)
        module = SpikingNetwork(network, N_INPUTS, N_CLASSES, dt=dt, seed=3)
        # A membrane of norse takes a tenth of a current.
        strength = 0.12 * factor * (10 if convention == "norse" else 1)
        with torch.no_grad():
            for name, weight in module.matrices.items():
                inner = name.startswith("hidden") and not name.endswith("output")
                size = strength * (0.5 if inner else 1.0)
                weight *= size / weight.abs().mean()
        return module

    return made
