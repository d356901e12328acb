"""Mean, deviation and crossings of membranes, against sums and against simulated ones."""

import math

import numpy as np
import pytest
import torch

from eccles.functional import LIFParameters, lif
from eccles.init import Afferent, Drive, Membrane, balanced
from eccles.init.membrane import membrane_of
from eccles.network import layered

USUAL = Membrane(10e-3, (5e-3, 5e-3), 1e-3)


@pytest.mark.parametrize(("tau_mem", "tau_syn"), [(10e-3, 5e-3), (20e-3, 10e-3), (3e-3, 3e-3)])
def test_what_a_spike_does_is_summed_over_all_steps(tau_mem, tau_syn):
    one = torch.zeros(1000, 1, 1, dtype=torch.float64)
    one[0] = 1.0
    moved = lif(one, LIFParameters(tau_mem, tau_syn, threshold=1e6))[2]
    total, squares = Membrane(tau_mem, (1.0, tau_syn), 1e-3).kernel(inhibits=True)
    assert total == pytest.approx(float(moved.sum()))
    assert squares == pytest.approx(float((moved**2).sum()))


def test_rice_by_hand():
    # Alphas and betas of 1/2: sums of 4 and 80/27.
    half = 1e-3 / math.log(2)
    membrane = Membrane(half, (half, half), 1e-3)
    found = membrane.under([Drive(False, 0.1, 0.54), Drive(True, -0.2, 0.27)])
    assert found.mean == pytest.approx(4 * 0.1 - 4 * 0.2)
    assert found.std**2 == pytest.approx(0.81 * 80 / 27)
    assert found.rate == pytest.approx(math.exp(-(1.4**2) / (2 * 2.4)) / (2 * math.pi * half))
    assert membrane.under([]) == (0.0, 0.0, 0.0)
    # Above the threshold it is that of a mean at the threshold.
    assert membrane.under([Drive(False, 9.0, 1.0)]).rate == pytest.approx(1 / (2 * math.pi * half))


def test_two_receptors_cross_as_quickly_as_their_spikes_let_them():
    slow = Membrane(10e-3, (5e-3, 20e-3), 1e-3)
    own = Drive(True, 0.0, 1.0)
    rate = Membrane(10e-3, (20e-3, 20e-3), 1e-3).under([own]).rate
    assert slow.under([own]).rate == pytest.approx(rate)


def simulated(membrane, afferents, scales, n=40):
    """Return mean and deviation in time of potentials under Poisson spikes, nothing being reset."""
    random = np.random.default_rng(1)
    samples, steps = 40, 600
    currents = np.zeros((steps, samples, 300))
    for each, scale in zip(afferents, scales, strict=True):
        spikes = random.poisson(each.spikes / n, (steps, samples, n))
        weights = random.standard_exponential((n, 300)) * each.sign
        if not each.sign:
            weights = random.standard_normal((n, 300))
        currents += spikes @ (scale * weights)
    constants = LIFParameters(membrane.tau_mem, membrane.tau_syn[0], membrane.dt, 0.0, 1e6)
    moved = lif(torch.from_numpy(currents), constants)[2][100:]
    return float(moved.mean()), float(moved.var(dim=(0, 1)).mean().sqrt())


@pytest.mark.parametrize(
    ("afferents", "mean"),
    [
        ([Afferent(1, 2.0), Afferent(1, 0.8, back=True), Afferent(-1, 0.3)], 0.0),
        ([Afferent(1, 2.0), Afferent(-1, 4.0)], 0.0),
        ([Afferent(0, 2.0), Afferent(0, 1.0, back=True)], 0.0),
        ([Afferent(1, 2.0)], None),
    ],
)
def test_membranes_fluctuate_as_far_as_is_said(afferents, mean):
    for sigma in (0.5, 1.0):
        scales = balanced(USUAL, afferents, sigma)
        found_mean, found_std = simulated(USUAL, afferents, scales)
        # 40 samples of some 30 time constants each, which all neurons share.
        if mean is None:
            assert (1 - found_mean) / found_std == pytest.approx(1 / sigma, rel=0.15)
        else:
            assert found_mean == pytest.approx(mean, abs=0.1)
            assert found_std == pytest.approx(sigma, rel=0.05)


def test_constants_are_those_of_the_network():
    def of(**said):
        network = layered((10,), tau_mem="20 ms", recurrent=True, **said)
        return membrane_of(network, network.ends()[1], 2e-3)

    assert of(tau_syn_inhibitory="8 ms") == Membrane(20e-3, (5e-3, 8e-3), 2e-3)
    assert of(neuron="adaptive", threshold=0.5).threshold == 0.5
    moved = 1 - math.exp(-0.1)
    gains = of(neuron="conductance").gain
    assert gains == pytest.approx((moved * (14 / 3 - 0.5), moved * (2 / 3 + 0.5)))
    network = layered((10,), neuron="izhikevich")
    assert membrane_of(network, network.ends()[0], 1e-3) is None
