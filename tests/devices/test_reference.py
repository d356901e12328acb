"""Every rule against a reference of its own: float64 scalars, one whole pulse after the other."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from eccles.devices import NAMES, Crossbar, Device, preset, usual

SHARES = {
    "constant": lambda d, g, up: 1.0,
    "linear": lambda d, g, up: 1 - (d.gamma_up * g / d.b_max if up else d.gamma_down * g / d.b_min),
    "soft_bounds": lambda d, g, up: 1 - g / (d.b_max if up else d.b_min),
    "soft_bounds_reference": lambda d, g, up: 1 - (g + symmetry(d)) / (d.b_max if up else d.b_min),
    "exp": lambda d, g, up: (
        1 - d.amplitude_up * math.exp(d.gamma_up * z_of(d, g))
        if up
        else 1 - d.amplitude_down * math.exp(-d.gamma_down * z_of(d, g))
    ),
    "pow": lambda d, g, up: ((d.b_max - g if up else g - d.b_min) / (d.b_max - d.b_min)) ** d.power,
    "piecewise": lambda d, g, up: between(
        d.nodes_up if up else d.nodes_down, (g - d.b_min) / (d.b_max - d.b_min)
    ),
}


def z_of(d, g):
    return 2 * d.a * g / (d.b_max - d.b_min) + d.b


def symmetry(d):
    up, down = sizes_at_zero(d)
    return (up - down) / (up / d.b_max - down / d.b_min) if d.subtract_symmetry else 0.0


def sizes_at_zero(d):
    return d.dw_min * (min(d.up_down, 0) + 1), d.dw_min * (1 - max(d.up_down, 0))


def between(nodes, share):
    place = share * (len(nodes) - 1)
    low = min(int(place), len(nodes) - 2)
    return nodes[low] + (place - low) * (nodes[low + 1] - nodes[low])


def pulsed(d, g, n, up, low, high):
    """Return where n whole pulses lead; each is held within the bounds of the weight's sign."""
    for _ in range(n):
        if d.rule == "neurosim":
            # A fixed share of what is left of the way to the end of the curve.
            curve = d.curve_up if up else d.curve_down
            whole = (d.b_max - d.b_min) / (1 - math.exp(-d.levels / curve))
            end = d.b_min + whole if up else d.b_max - whole
            ahead = end + (g - end) * math.exp(-1 / curve)
            step = abs(ahead - g) * (1 + min(d.up_down, 0) if up else 1 - max(d.up_down, 0))
        else:
            step = sizes_at_zero(d)[0 if up else 1] * max(SHARES[d.rule](d, g, up), 0.0)
        g = min(max(g + step if up else g - step, low), high)
    return g


OWN = {
    "linear": {"gamma_up": 0.4, "gamma_down": 0.9},
    "soft_bounds_reference": {"subtract_symmetry": True},
    "exp": {"a": -0.7, "b": 0.2, "gamma_up": 2, "gamma_down": 3, "amplitude_up": 0.6,
            "amplitude_down": -0.8},
    "pow": {"power": 1.7},
    "piecewise": {"nodes_up": (1, 0.5, 0.1), "nodes_down": (0.2, 2, 1, 3)},
    "neurosim": {"levels": 60, "curve_up": 20, "curve_down": 45},
}  # fmt: skip


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize("rule", [*SHARES, "neurosim"])
@settings(max_examples=8, deadline=None, derandomize=True)
@given(seed=st.integers(0, 2**32), up_down=st.floats(-0.8, 0.8), b_max=st.floats(0.3, 3))
def test_rules_equal_their_reference(rule, compiled, seed, up_down, b_max):
    size = {} if rule == "neurosim" else {"dw_min": 0.02}
    device = Device(
        rule=rule, up_down=up_down, b_max=b_max, b_min=-1.3, **size, **OWN.get(rule, {})
    )
    random = torch.Generator().manual_seed(seed)
    signs = torch.tensor([1.0, -1.0]).double()[:, None]
    weight = torch.rand(2, 8, generator=random).double() * signs
    bar = Crossbar(device, weight, signs)
    if not compiled:
        bar._one_pass = None
    bar.begin_(weight, torch.tensor(1.0))
    before = bar.hidden.clone()
    n = torch.randint(-25, 26, weight.shape, generator=random).double()
    # A little more than whole, for a quotient may come out a little less.
    bar.update_(weight + n * device.step * bar.scale * (1 + 1e-12), weight, 1, 0)
    for k, (g, pulses) in enumerate(zip(before.flatten(), n.flatten(), strict=True)):
        low, high = (0.0, device.b_max) if k < 8 else (device.b_min, 0.0)
        wanted = pulsed(device, float(g), abs(int(pulses)), pulses > 0, low, high)
        assert float(bar.hidden.flatten()[k]) == pytest.approx(wanted, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("name", [name for name in NAMES if preset(name).step < 0.1])
def test_pulses_rounded_at_random_are_the_mean_field_in_the_mean(name):
    """Of many devices that are alike, asked for a third of a pulse, to five standard errors."""
    alike = usual(preset(name)).model_copy(update={"cycle": 0.0, "write": 0.0})
    for way in (1.0, -1.0):
        moved = []
        for pulses in ("mean-field", "stochastic"):
            weight = torch.full((1, 30_000), 0.4).double()
            bar = Crossbar(alike.model_copy(update={"pulses": pulses}), weight, torch.ones(1, 1))
            bar.begin_(weight, torch.tensor(1.0))
            before = bar.hidden.clone()
            bar.update_(weight + way * alike.step * bar.scale / 3, weight, 1, 0)
            moved.append((bar.hidden - before)[0])
        mean, some = moved
        error = float(some.std()) / math.sqrt(len(some))
        assert float(some.mean()) == pytest.approx(float(mean.mean()), abs=5 * error + 1e-12)
