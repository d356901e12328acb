"""Pairs of devices that step up alone: pulses by hand, a refresh, signs, and going on."""

import math

import pytest
import torch

from eccles.devices import Device, Pair, preset, usual
from eccles.errors import InputError

SIGNS = torch.tensor([1.0, -1.0]).double()[:, None]
QUIET = usual(preset("pcm")).model_copy(
    update={"cycle": 0.0, "cycle_add": 0.0, "cycle_slope": 0.0, "reset": 0.0}
)


def held(device, magnitude=0.5):
    """Weights of a scale of 1: the bound of the device is 2."""
    weight = magnitude * SIGNS.expand(2, 3).clone()
    pair = Pair(device, weight, SIGNS)
    pair.begin_(weight, torch.tensor(2.0).double())
    return pair, weight


@pytest.mark.parametrize("way", [1.0, -1.0])
def test_a_pulse_raises_one_of_the_pair(way):
    pair, weight = held(QUIET)
    up, down = pair.plus.hidden.clone(), pair.minus.hidden.clone()
    pair.update_(weight + way * 0.01, weight.clone(), 1, 0)
    moved, still = (pair.plus, pair.minus) if way > 0 else (pair.minus, pair.plus)
    old, same = (up, down) if way > 0 else (down, up)
    assert torch.equal(still.hidden, same)
    for g, found in zip(old.flatten().tolist(), moved.hidden.flatten().tolist(), strict=True):
        assert found == pytest.approx(g + 0.01 * (1 + 27.235 * math.exp(-2.5 * g)), rel=1e-9)


def test_a_refresh_keeps_the_difference():
    pair, weight = held(QUIET)
    for batch, wanted in ((98, (1.75, 1.0)), (99, (0.75, 0.0))):
        pair.plus.hidden.fill_(1.75)
        pair.minus.hidden.fill_(1.0)
        pair.update_(weight, weight.clone(), 1, batch)
        assert (float(pair.plus.hidden[0, 0]), float(pair.minus.hidden[0, 0])) == wanted
        assert weight[:, 0].tolist() == [0.75, 0.0]
        weight.copy_(0.75 * SIGNS.clamp_min(0))


def test_no_sign_flips_and_a_pair_goes_on_with_the_same_bits():
    device = preset("pcm").model_copy(update={"refresh_every": 2})
    (ours, weight), (theirs, _) = held(device), held(device)
    for batch in range(20):
        asked = torch.randn(2, 3, generator=torch.Generator().manual_seed(batch)).double()
        theirs.load_state_dict(ours.state_dict())
        same = weight.clone()
        for pair, of in ((ours, weight), (theirs, same)):
            pair.update_(of.add_(0.1 * asked), of - 0.1 * asked, 1, batch)
        assert torch.equal(weight, same)
        assert (weight * SIGNS >= 0).all()


def test_fields_of_pairs_are_refused_elsewhere():
    with pytest.raises(InputError, match="reset"):
        Device(reset=0.1)
    with pytest.raises(InputError, match="b_min"):
        Device(b_min=0.0)
