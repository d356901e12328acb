"""Random spike trains, and the spikes of a real network to real images."""

import numpy as np
import pytest
import torch
from hypothesis import strategies as st

from eccles import EINetwork, Populations, SpikeEvents, data


def raster(spikes):
    """Return a raster [B, T, N] of counts as events."""
    dense = np.ascontiguousarray(np.asarray(spikes).transpose(1, 0, 2))
    return SpikeEvents.from_dense(torch.from_numpy(dense))


@st.composite
def rasters(draw, most=1):
    """Draw spike counts [B, T, N], sparse or dense, with silent units and samples among them."""
    shape = draw(st.tuples(st.integers(1, 5), st.integers(1, 30), st.integers(1, 6)))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    density = draw(st.sampled_from([0.0, 0.03, 0.2, 0.6]))
    spikes = rng.random(shape) < density * rng.random(shape[2])
    return spikes * rng.integers(1, most + 1, shape)


@pytest.fixture(scope="session")
def hidden():
    """Hidden spikes of an 80:20 network to 60 real images; some are silent, some fire often."""
    events = data.load("fashion-mnist-sample").test.events[:60]
    network = EINetwork(784, Populations(80, 20), 10, w1_std=0.003, seed=1)
    spikes = network.spikes(events)
    assert 1000 < spikes.n_events < 20_000
    return spikes
