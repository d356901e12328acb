import math

import pytest
import torch

from eccles.functional import (
    max_over_time_loss,
    mean_over_time_loss,
    means,
    peaks,
    predict,
)


def potentials(*traces):
    """Return the traces of one sample's classes as [T + 1, 1, C]."""
    return torch.tensor(traces, dtype=torch.float64).T.unsqueeze(1).contiguous()


def test_the_loss_by_hand():
    o = potentials([0, 1, 3, 2], [0, 1, 0, 0], [0, -1, -2, -3])
    assert peaks(o).tolist() == [[3, 1, 0]]
    total = math.exp(3) + math.exp(1) + 1
    for label, peak in enumerate([3, 1, 0]):
        loss = max_over_time_loss(o, torch.tensor([label]))
        assert loss.item() == pytest.approx(math.log(total) - peak, rel=1e-14)
    batch = max_over_time_loss(torch.cat([o, o], dim=1), torch.tensor([0, 2]))
    assert batch.item() == pytest.approx(math.log(total) - 1.5, rel=1e-14)


def test_of_equal_maxima_the_first_takes_the_gradient():
    o = potentials([0, 2, 1, 2, 2], [0, 0, 0, 0, 0], [0, 1, 1, 0, 1]).requires_grad_()
    max_over_time_loss(o, torch.tensor([2])).backward()
    p = torch.softmax(torch.tensor([2.0, 0.0, 1.0]).double(), dim=0)
    wanted = torch.zeros(5, 1, 3, dtype=torch.float64)
    wanted[1, 0, 0], wanted[0, 0, 1], wanted[1, 0, 2] = p[0], p[1], p[2] - 1
    assert torch.allclose(o.grad, wanted, rtol=1e-14, atol=0)


@pytest.mark.parametrize("width", [1, 3, 8, 33])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_the_first_of_many_equal_maxima(width, dtype):
    o = torch.ones(101, 7, width, dtype=dtype)
    o[:40] = 0
    o.requires_grad_()
    peaks(o).sum().backward()
    assert torch.equal(o.grad[40], torch.ones(7, width, dtype=dtype))
    assert o.grad.sum() == 7 * width


def test_a_silent_network_learns_nothing():
    """All peaks are the start, which depends on no weight, and the loss is log C."""
    weight = torch.ones(10, requires_grad=True)
    o = torch.cat([torch.zeros(2, 1, 10), -weight.expand(3, 1, 10)])
    loss = max_over_time_loss(o, torch.tensor([3]))
    loss.backward()
    assert loss.item() == pytest.approx(math.log(10), rel=1e-6)
    assert not weight.grad.any()


@pytest.mark.parametrize("n_classes", [2, 10, 20, 100])
def test_of_equal_peaks_the_lowest_class(n_classes):
    equal = torch.zeros(3, n_classes)
    assert predict(equal).tolist() == [0, 0, 0]
    equal[:, 1] = equal[:, -1] = 2.5
    assert predict(equal).tolist() == [1, 1, 1]
    assert predict(equal).dtype == torch.int64


def test_predictions_by_hand():
    found = predict(torch.tensor([[0.0, 3.0, 1.0], [5.0, 3.0, 5.0], [-1.0, -3.0, -0.5]]))
    assert found.tolist() == [1, 0, 2]


def test_without_the_start_a_maximum_begins_with_the_first_spike():
    o = potentials([0, 0, -2, -1, -3], [0, 0, 0, -2, -1], [0, 0, -1, -4, -5]).requires_grad_()
    found = peaks(o, zero_start=False)
    # The second readout is at zero still when the first spike has reached the others.
    assert found.tolist() == [[-1, 0, -1]]
    found.sum().backward()
    wanted = torch.zeros(5, 1, 3, dtype=torch.float64)
    wanted[3, 0, 0] = wanted[2, 0, 1] = wanted[2, 0, 2] = 1
    assert torch.equal(o.grad, wanted)
    assert peaks(o).tolist() == [[0, 0, 0]]


def test_without_the_start_a_silent_sample_has_no_peaks():
    o = torch.zeros(5, 2, 3, requires_grad=True)
    spiking = torch.cat([o[:, :1], o[:, 1:] - torch.tensor([0, 1, 2, 1, 2.0]).view(5, 1, 1)], dim=1)
    found = peaks(spiking, zero_start=False)
    assert found.tolist() == [[0, 0, 0], [-1, -1, -1]]
    found.sum().backward()
    assert o.grad.isfinite().all()
    assert not o.grad[:, 0].any()


def test_the_mean_over_time_by_hand():
    """Three steps after the start: sums 6, 1 and -6 by 3; its gradient goes to every step."""
    o = potentials([0, 1, 3, 2], [0, 1, 0, 0], [0, -1, -2, -3]).requires_grad_()
    assert means(o).tolist() == [[2, 1 / 3, -2]]
    loss = mean_over_time_loss(o, torch.tensor([1]))
    p = torch.softmax(torch.tensor([2, 1 / 3, -2], dtype=torch.float64), dim=0)
    assert loss.item() == pytest.approx(-math.log(p[1]), rel=1e-14)
    loss.backward()
    wanted = ((p - torch.tensor([0, 1, 0])) / 3).tolist()
    for row in o.grad[:, 0].tolist():
        assert row == pytest.approx(wanted, rel=1e-12)
