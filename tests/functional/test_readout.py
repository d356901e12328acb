import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from eccles.functional import LIFParameters, ReadoutState, readout, readout_step

A, B = math.exp(-1 / 5), math.exp(-1 / 10)


def test_potentials_by_hand():
    """A spike of weight 2 at step 1 is a current at 2 and a potential at 3."""
    currents = torch.tensor([0, 2, 0, 0, -1], dtype=torch.float64).reshape(5, 1, 1)
    potentials = readout(currents, LIFParameters())
    assert potentials.shape == (6, 1, 1)
    wanted = [0, 0, 0, 2, 2 * (B + A), 2 * (B * B + B * A + A * A)]
    assert potentials.flatten().tolist() == pytest.approx(wanted, rel=1e-15, abs=0)


def test_one_step_by_hand():
    p = LIFParameters(tau_mem=1e300, tau_syn=1e-3 / math.log(2))
    state = ReadoutState(torch.tensor([[0.5]]), torch.tensor([[0.25]]))
    j, o = readout_step(torch.tensor([[1.0]]), state, p)
    assert (j.item(), o.item()) == (1.25, 0.75)


@given(st.integers(1, 40), st.integers(0, 10**6))
def test_it_is_a_sum_of_kernels(n_steps, seed):
    """Linear: the potential is the spikes convolved with the difference of two decays."""
    rng = np.random.default_rng(seed)
    currents = rng.standard_normal((n_steps, 2, 3))
    potentials = readout(torch.from_numpy(currents), LIFParameters()).numpy()
    lag = np.arange(n_steps)
    kernel = (B**lag - A**lag) / (B - A)
    wanted = np.zeros((n_steps + 1, 2, 3))
    for t in range(1, n_steps + 1):
        wanted[t] = np.tensordot(kernel[:t][::-1], currents[:t], 1)
    assert potentials == pytest.approx(wanted, rel=1e-9, abs=1e-12)
    assert not potentials[:2].any()
