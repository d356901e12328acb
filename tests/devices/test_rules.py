"""One pulse of each rule, worked out by hand in float64, and what holds for all of them."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from eccles import InputError
from eccles.devices import NAMES, Device, Drawn, draw, preset, size, usual


def one(device, w, up, **own):
    """Return a step at a conductance, of a device without spread."""
    drawn = draw(usual(device), (1,), like=torch.zeros(1).double())
    drawn = drawn._replace(**{name: torch.tensor([value]) for name, value in own.items()})
    return float(size(device, drawn, torch.tensor([w]).double(), up))


def test_steps_up_and_down_differ_by_their_asymmetry():
    """0.1 (min(0.2, 0) + 1) = 0.1 up; 0.1 (1 - max(0.2, 0)) = 0.08 down."""
    device = Device(dw_min=0.1, up_down=0.2)
    assert one(device, 0.5, True) == pytest.approx(0.1)
    assert one(device, 0.5, False) == pytest.approx(0.08)


def test_linear():
    """0.1 (1 - 0.4 * 0.5 / 2) = 0.09 up; down at 0.5, away from -1: 0.1 (1 + 0.2 * 0.5) = 0.11."""
    device = Device(rule="linear", dw_min=0.1, b_max=2, b_min=-1, gamma_up=0.4, gamma_down=0.2)
    assert one(device, 0.5, True) == pytest.approx(0.09)
    assert one(device, 0.5, False) == pytest.approx(0.11)


def test_soft_bounds_end_at_the_bound():
    device = Device(rule="soft_bounds", dw_min=0.1, b_max=2, b_min=-1)
    assert one(device, 0.5, True) == pytest.approx(0.075)
    assert one(device, 0.5, False) == pytest.approx(0.15)
    assert one(device, 2.0, True) == one(device, -1.0, False) == 0


def test_soft_bounds_around_a_reference():
    """At the symmetry point steps up and down are alike; it is (up - down) / (up + down) here."""
    device = Device(rule="soft_bounds_reference", dw_min=0.1, up_down=0.5, subtract_symmetry=True)
    assert one(device, 0.0, True) == pytest.approx(0.1 * (1 - 1 / 3))
    assert one(device, 0.0, False) == pytest.approx(0.05 * (1 + 1 / 3))
    shifted = Device(rule="soft_bounds_reference", dw_min=0.1)
    assert one(shifted, 0.2, True, reference=0.3) == pytest.approx(0.05)


def test_exp():
    """z = 2 (-0.5) 0.4 / 2 - 0.5 = -0.7; up 1 + 2 exp(-1.4), down 1 - 0.5 exp(0.7)."""
    device = Device(
        rule="exp", dw_min=0.1, gamma_up=2, gamma_down=1, amplitude_up=-2, amplitude_down=0.5
    )
    assert one(device, 0.4, True) == pytest.approx(0.1 * (1 + 2 * math.exp(-1.4)))
    # 1 - 0.5 * 2.0138 is below 0: no step at all.
    assert one(device, 0.4, False) == 0
    assert one(device, -1.0, False) == pytest.approx(0.1 * (1 - 0.5))


def test_pow():
    """Up from 0.5 to 2: (1.5 / 3)^2; down from 0.5 to -1: (1.5 / 3)^2."""
    device = Device(rule="pow", dw_min=0.1, b_max=2, b_min=-1, power=2)
    assert one(device, 0.5, True) == pytest.approx(0.025)
    assert one(device, 1.4, True) == pytest.approx(0.1 * 0.04)


def test_piecewise():
    """A quarter of the way from -1 to 1 is halfway between the first two of three nodes."""
    device = Device(rule="piecewise", dw_min=0.1, nodes_up=(1, 3, 5), nodes_down=(2, 2))
    assert one(device, -0.5, True) == pytest.approx(0.2)
    assert one(device, 1.0, True) == pytest.approx(0.5)
    assert one(device, 0.3, False) == pytest.approx(0.2)


@pytest.mark.parametrize(("levels", "curve"), [(2, 1.0), (97, 40.0), (50, 1e6)])
def test_neurosim_follows_its_curve(levels, curve):
    """G(n) = B (1 - exp(-n / A)) from the lower bound: levels pulses go through the range."""
    device = Device(rule="neurosim", levels=levels, curve_up=curve, curve_down=2 * curve, b_max=2)
    for up, a in ((True, curve), (False, 2 * curve)):
        whole = 3 / (1 - math.exp(-levels / a))
        places = [whole * (1 - math.exp(-n / a)) for n in range(levels + 1)]
        assert places[-1] == pytest.approx(3)
        g = -1.0 if up else 2.0
        for place in places:
            assert g == pytest.approx(place - 1 if up else 2 - place, abs=1e-5)
            g += one(device, g, True) if up else -one(device, g, False)


@pytest.mark.parametrize("name", NAMES)
def test_steps_of_presets_are_numbers_and_none_is_below_0(name):
    device = preset(name)
    drawn = draw(device, (500,), seed=3)
    for w in (drawn.b_min, 0 * drawn.b_min, drawn.b_max):
        for up in (True, False):
            found = size(device, drawn, w, up)
            assert found.isfinite().all()
            assert (found >= 0).all()


def test_devices_are_drawn_from_the_seed_alone():
    device = preset("reram-sb")
    assert all(
        torch.equal(a, b)
        for a, b in zip(draw(device, (9, 4), 5, 1), draw(device, (9, 4), 5, 1), strict=True)
    )
    assert not torch.equal(draw(device, (9, 4), 5, 1)[0], draw(device, (9, 4), 5, 2)[0])
    spread = draw(device, (100_000,))
    assert float(spread.step_up.mean()) == pytest.approx(0.002, rel=0.02)
    assert float((spread.b_max / 1.25).std()) == pytest.approx(0.24, rel=0.02)


@settings(max_examples=20, deadline=None, derandomize=True)
@given(name=st.sampled_from(NAMES), w=st.floats(-0.5, 0.5))
def test_a_bigger_step_size_scales_every_step(name, w):
    device = usual(preset(name))
    double = device.model_copy(update={"dw_min": 2 * device.dw_min})
    for up in (True, False):
        assert one(double, w, up) == pytest.approx(2 * one(device, w, up), abs=1e-12)


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"rule": "linear", "gamma_up": 1.5}, "gamma_up must be at most 1 for linear"),
        ({"gamma_up": 0.5}, "gamma_up must be left out with the rule constant, got 0.5"),
        ({"rule": "piecewise", "nodes_up": [1]}, "nodes_up must be two numbers or more"),
        ({"b_min": 0.1}, "b_min"),
        ({"rule": "neurosim", "levels": 1}, "levels"),
        ({"rule": "neurosim"}, "levels must be said with neurosim, 2 or more"),
        ({"rule": "neurosim", "levels": 9, "dw_min": 0.5}, "dw_min must be left out with the rule"),
        ({"levels": 9}, "levels must be left out with the rule constant, got 9; it is of neurosim"),
        ({"rule": "gaussian", "cycle": 1}, "cycle must be left out with the rule gaussian"),
        ({"rule": "exponential"}, "rule"),
        ({"dw_min": float("nan")}, "dw_min"),
    ],
)
def test_what_no_device_can_be(said, sentence):
    with pytest.raises(InputError, match=sentence) as caught:
        Device.model_validate(said)
    assert "\n" not in str(caught.value)


def test_a_preset_misspelt():
    with pytest.raises(InputError, match="no preset 'reram-se'"):
        preset("reram-se")
    assert isinstance(draw(preset("ecram"), (2,)), Drawn)
