import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from eccles.functional import bursts

DRIVES = st.lists(st.floats(0, 100, width=32), min_size=1, max_size=8)


def test_by_hand():
    """Threshold 2, from 1: 1 + 0.5 stays; 1.5 + 5 gives 3 spikes; 0.5 + 1.5 gives one."""
    drive = torch.tensor([[0.5], [5.0], [1.5], [0.0]])
    assert bursts(drive, torch.tensor(2.0)).flatten().tolist() == [0, 6, 2, 0]


@given(drive=DRIVES, threshold=st.floats(0.125, 8, width=32))
def test_all_is_handed_on_but_what_a_membrane_holds(drive, threshold):
    current = torch.tensor(drive, dtype=torch.float64)[:, None]
    given_on = bursts(current, torch.tensor(threshold, dtype=torch.float64))
    assert (given_on >= 0).all()
    spikes = given_on / threshold
    assert torch.allclose(spikes, spikes.round(), atol=1e-6)
    rest = (current.cumsum(0) - given_on.cumsum(0)) / threshold
    assert (rest >= -0.5 - 1e-6).all()
    assert (rest < 0.5 + 1e-6).all()


def test_the_gradient_is_that_of_the_drive():
    drive = torch.rand(3, 4, requires_grad=True)
    weight = torch.rand(3, 4)
    (weight * bursts(drive, torch.tensor(0.3))).sum().backward()
    assert torch.equal(drive.grad, weight)


@pytest.mark.parametrize("drive", [-1.0, 0.0])
def test_no_drive_no_spikes(drive):
    assert not bursts(torch.full((5, 2), drive), torch.tensor(0.5)).any()
