"""Pairs of devices that step up alone: pulses by hand, a refresh, signs, and going on."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from eccles.devices import Crossbar, Device, Pair, preset, usual
from eccles.errors import InputError

SIGNS = torch.tensor([1.0, -1.0]).double()[:, None]
ROWS = [1, 1, 1, -1, -1, -1]
QUIET = usual(preset("pcm")).model_copy(update={"cycle": 0.0, "reset": 0.0})


def held(device, magnitude=0.5, like=torch.float64, seed=0):
    """Weights of a scale of 1: the bound of the device is 2."""
    signs = SIGNS.to(like)
    weight = magnitude * signs.expand(2, 3).clone()
    pair = Pair(device, weight, signs, seed=seed)
    pair.begin_(weight, torch.tensor(2.0).to(like))
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


@settings(max_examples=20, deadline=None, derandomize=True)
@given(seed=st.integers(0, 2**32), compiled=st.booleans())
def test_updates_equal_their_reference(seed, compiled):
    """Of devices that spread, in float64, one pulse after the other and a refresh behind them."""
    random = torch.Generator().manual_seed(seed)
    spread = preset("pcm").model_copy(update={"cycle": 0.0, "reset": 0.0})
    pair, weight = held(spread, seed=seed)
    if not compiled:
        pair.plus._one_pass = pair.minus._one_pass = None
    # Their own bounds may be below what they were to hold.
    g = [
        [min(max(way * sign * 0.5, 0.0), high) for sign, high in zip(ROWS, highs, strict=True)]
        for way, highs in ((1, bounds(pair.plus)), (-1, bounds(pair.minus)))
    ]  # fmt: skip
    for batch in range(6):
        n = torch.randint(-25, 26, weight.shape, generator=random)
        before = weight.clone()
        weight += n * 0.01 * (1 + 1e-12)
        pair.update_(weight, before, 1, batch)
        for k, pulses in enumerate(n.flatten().tolist()):
            sign = ROWS[k]
            old = float(before.flatten()[k])
            # What would lead across zero isn't asked for.
            asked = sign * max(sign * (old + pulses * 0.01), 0.0) - old
            bar, own = (pair.plus, g[0]) if asked > 0 else (pair.minus, g[1])
            left, high = abs(asked) / 0.01 * (1 + 1e-12), bounds(bar)[k]
            step = float(bar.drawn.step_up.flatten()[k])
            while left > 1e-9:
                part = min(left, 1.0)
                size = step * (1 + 27.235 * math.exp(2.5 * 2 * -1.0 * own[k] / high))
                own[k], left = min(own[k] + part * size, high), left - part
            larger, smaller = max(g[0][k], g[1][k]), min(g[0][k], g[1][k])
            if larger > 1.5 and smaller > 0.5:
                difference = g[0][k] - g[1][k]
                g[0][k], g[1][k] = max(difference, 0.0), max(-difference, 0.0)
            read = sign * max(sign * (g[0][k] - g[1][k]), 0.0)
            assert float(weight.flatten()[k]) == pytest.approx(read, rel=1e-6, abs=1e-6)


def bounds(bar):
    return bar.drawn.b_max.flatten().tolist()


@pytest.mark.parametrize("compiled", [True, False])
def test_noise_of_a_pulse_grows_with_the_conductance(compiled):
    device = usual(preset("pcm"))
    g = torch.tensor([0.3, 1.2]).double()[:, None].expand(2, 20_000).clone()
    bar = Crossbar(device, g, torch.ones(1, 1))
    if not compiled:
        bar._one_pass = None
    bar.begin_(g, torch.tensor(2.0))
    before = bar.hidden.clone()
    bar.update_(g + 0.01 * (1 + 1e-12), g, 3, 0)
    moved = bar.hidden - before
    for k, at in enumerate((0.3, 1.2)):
        step = 0.01 * (1 + 27.235 * math.exp(-2.5 * at))
        assert float(moved[k].mean()) == pytest.approx(step, abs=0.003)
        assert float(moved[k].std()) == pytest.approx(0.6 * (step + 0.042 + 0.108 * at), rel=0.03)


@pytest.mark.parametrize("like", [torch.float32, torch.float64])
def test_compiled_pairs_equal_plain_ones(like):
    random = torch.Generator().manual_seed(5)
    (ours, weight), (theirs, same) = held(preset("pcm"), like=like), held(preset("pcm"), like=like)
    theirs.plus._one_pass = theirs.minus._one_pass = None
    for batch in range(40):
        asked = 0.1 * torch.randn(2, 3, generator=random).to(like)
        ours.update_(weight.add_(asked), weight - asked, 1, batch)
        theirs.update_(same.add_(asked), same - asked, 1, batch)
        torch.testing.assert_close(weight, same)
        # Go on from the same numbers.
        theirs.load_state_dict(ours.state_dict())
        same.copy_(weight)


def test_a_refresh_keeps_the_difference():
    pair, weight = held(QUIET)
    for smaller, wanted in ((0.4, (1.75, 0.4)), (1.0, (0.75, 0.0))):
        pair.plus.hidden.fill_(1.75)
        pair.minus.hidden.fill_(smaller)
        pair.update_(weight, weight.clone(), 1, 0)
        assert (float(pair.plus.hidden[0, 0]), float(pair.minus.hidden[0, 0])) == wanted
        assert weight[:, 0].tolist() == [wanted[0] - wanted[1], 0.0]


def test_no_sign_flips_and_a_pair_goes_on_with_the_same_bits():
    (ours, weight), (theirs, _) = held(preset("pcm")), held(preset("pcm"))
    refreshed = 0
    for batch in range(60):
        asked = torch.randn(2, 3, generator=torch.Generator().manual_seed(batch)).double()
        theirs.load_state_dict(ours.state_dict())
        same, smaller = weight.clone(), torch.minimum(ours.plus.hidden, ours.minus.hidden)
        for pair, of in ((ours, weight), (theirs, same)):
            pair.update_(of.add_(0.1 * asked), of - 0.1 * asked, 1, batch)
        refreshed += int((torch.minimum(ours.plus.hidden, ours.minus.hidden) < smaller).any())
        assert torch.equal(weight, same)
        assert (weight * SIGNS >= 0).all()
    assert refreshed


def test_fields_of_pairs_are_refused_elsewhere():
    for field, fields in (
        ("reset", {"reset": 0.1}),
        ("b_min", {"b_min": 0.0}),
        ("b_min", {"b_min": 0.0, "one_sided": True}),
        ("cycle_add", {"cycle_add": 0.1}),
        ("write", {"one_sided": True, "write": 1.0}),
    ):
        with pytest.raises(InputError, match=field):
            Device(**fields)
