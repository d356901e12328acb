"""What devices make of an update: signs, bounds, means, and closed forms against single pulses."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from eccles.devices import NAMES as EVERY
from eccles.devices import Crossbar, Device, preset, usual
from eccles.errors import InputError

NAMES = [name for name in EVERY if not preset(name).one_sided]

SIGNS = torch.tensor([1.0, 1.0, -1.0])[:, None]


def held(device, n=400, seed=0, scale=0.1):
    weight = torch.randn(3, n, generator=torch.Generator().manual_seed(seed)).abs() * SIGNS * scale
    bar = Crossbar(device, weight, SIGNS, seed=seed)
    bar.begin_(weight, torch.tensor(10 * scale))
    return bar, weight


def updated(bar, weight, asked, key=1, batch=0):
    after = weight + asked
    bar.update_(after, weight, key, batch)
    return after


@settings(max_examples=40, deadline=None, derandomize=True)
@given(
    name=st.sampled_from(NAMES),
    pulses=st.sampled_from(["mean-field", "stochastic"]),
    size=st.sampled_from([0.0, 1e-6, 0.01, 1.0, 100.0]),
    seed=st.integers(0, 1000),
)
def test_no_sign_ever_flips_and_no_bound_is_passed(name, pulses, size, seed):
    bar, weight = held(preset(name).model_copy(update={"pulses": pulses}), 50, seed)
    for batch in range(3):
        asked = size * torch.randn(weight.shape, generator=torch.Generator().manual_seed(batch))
        weight = updated(bar, weight, asked, batch=batch)
        assert weight.isfinite().all()
        assert (weight * SIGNS >= 0).all()
        assert (bar.hidden <= bar.drawn.b_max).all()
        assert (bar.hidden >= bar.drawn.b_min).all()


def test_small_steps_without_spread_do_what_was_asked():
    """A constant device is the identity, within its bounds."""
    bar, weight = held(Device(dw_min=1e-6))
    asked = 1e-3 * torch.randn(weight.shape, generator=torch.Generator().manual_seed(4))
    found = updated(bar, weight, asked)
    torch.testing.assert_close(found, ((weight + asked) * SIGNS).clamp_min(0) * SIGNS)


@pytest.mark.parametrize("rule", ["constant", "linear", "soft_bounds", "exp", "pow", "neurosim"])
def test_several_pulses_are_as_many_single_ones(rule):
    """Seven at once, or seven updates of one; a scale of 0.1 at the bound 10 makes 0.01 a pulse."""
    own = {
        "linear": {"gamma_up": 0.3, "gamma_down": 0.7},
        "exp": {"gamma_up": 2.0, "gamma_down": 1.0, "amplitude_up": 0.5, "amplitude_down": -0.5},
    }.get(rule, {})
    size = {"levels": 200, "curve_up": 90, "curve_down": 50} if rule == "neurosim" else {}
    device = Device(rule=rule, **(size or {"dw_min": 0.01}), **own)
    (at_once, weight), (singly, same) = held(device), held(device)
    pulse = 0.01 * singly.scale
    found = updated(at_once, weight, 7 * pulse)
    for batch in range(7):
        same = updated(singly, same, pulse, batch=batch)
    torch.testing.assert_close(found, same)


def test_rounded_pulses_are_the_asked_ones_in_the_mean():
    """A third of a pulse is one pulse in a third of all updates."""
    device = Device(dw_min=0.01, pulses="stochastic")
    bar, weight = held(device, 20_000)
    inside = (bar.hidden.abs() > 0.1) & (bar.hidden.abs() < 0.8)
    moved = (updated(bar, weight, bar.scale * 0.01 / 3) - weight) / bar.scale
    assert set((100 * moved[inside]).round().tolist()) == {0.0, 1.0}
    assert float(moved[inside].mean()) == pytest.approx(0.01 / 3, rel=0.03)


def test_noise_of_a_pulse_has_its_spread():
    device = Device(dw_min=0.01, cycle=0.5)
    bar, weight = held(device, 20_000)
    inside = (bar.hidden.abs() > 0.1) & (bar.hidden.abs() < 0.8)
    moved = (updated(bar, weight, bar.scale * 0.04) - weight) / bar.scale
    assert float(moved[inside].mean()) == pytest.approx(0.04, rel=0.02)
    # Four pulses of 0.01, each with half of that as noise: 0.005 times the root of 4.
    assert float(moved[inside].std()) == pytest.approx(0.01, rel=0.02)


def test_what_is_read_is_noisy_and_the_device_is_not():
    bar, weight = held(Device(dw_min=0.01, write=2.0))
    found = updated(bar, weight, bar.scale * 0.01)
    clean, same = held(Device(dw_min=0.01))
    wanted = updated(clean, same, clean.scale * 0.01)
    torch.testing.assert_close(bar.hidden, clean.hidden)
    assert float((found - wanted).abs().mean()) > 0
    # Nothing asked for, nothing written anew.
    torch.testing.assert_close(updated(bar, found, torch.zeros_like(found), batch=1), found)


def test_stuck_devices_stay_and_others_decay():
    bar, weight = held(Device(dw_min=0.01, stuck=0.3), 2000)
    found = updated(bar, weight, bar.scale * 0.05 * SIGNS)
    assert torch.equal(found[bar.drawn.stuck], weight[bar.drawn.stuck])
    assert float(bar.drawn.stuck.float().mean()) == pytest.approx(0.3, abs=0.03)
    fading, weight = held(Device(lifetime=10.0))
    found = updated(fading, weight, torch.zeros_like(weight))
    torch.testing.assert_close(found, 0.9 * weight)


def test_the_same_update_has_the_same_bits_and_another_batch_others():
    results = []
    for batch in (0, 0, 1):
        bar, weight = held(preset("reram-sb"))
        results.append(updated(bar, weight, 0.01 * torch.ones_like(weight), batch=batch))
    assert torch.equal(results[0], results[1])
    assert not torch.equal(results[0], results[2])


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("pulses", ["mean-field", "stochastic"])
def test_one_pass_does_what_the_equations_do(name, pulses):
    """From hundredths of a pulse to hundreds; some devices are stuck."""
    device = preset(name).model_copy(update={"pulses": pulses, "stuck": 0.1, "lifetime": 50.0})
    (compiled, ours), (equations, theirs) = held(device), held(device)
    equations._one_pass = None
    for batch, size in enumerate((1e-4, 1e-2, 1e-1, 10.0)):
        asked = size * torch.randn(ours.shape, generator=torch.Generator().manual_seed(batch))
        ours = updated(compiled, ours, asked, batch=batch)
        theirs = updated(equations, theirs, asked, batch=batch)
        torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-5)
        torch.testing.assert_close(compiled.hidden, equations.hidden, rtol=1e-4, atol=1e-4)
        # Pulses are rounded by the last bit of a number: go on from the same ones.
        theirs = ours.clone()
        equations.hidden.copy_(compiled.hidden)


@pytest.mark.parametrize("name", ["ecram", "reram-es", "own"])
@pytest.mark.parametrize("asked", [float("nan"), float("inf"), -float("inf"), 1e30])
def test_updates_without_measure_end_at_a_bound_or_nowhere(name, asked):
    device = Device(rule="pow", dw_min=0.01) if name == "own" else usual(preset(name))
    bar, weight = held(device.model_copy(update={"cycle": 0.0, "write": 0.0, "lifetime": None}))
    found = updated(bar, weight, torch.full_like(weight, asked))
    assert found.isfinite().all()
    assert (found * SIGNS >= 0).all()
    if asked != asked:
        torch.testing.assert_close(found, weight)


def test_devices_that_only_step_up_hold_no_weight_below_zero():
    with pytest.raises(InputError, match=r"signs must be \+1 .*Pair"):
        held(preset("pcm"))
