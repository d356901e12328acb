"""What one pulse adds to a conductance: the size of a step, by its rule, in the device's units.

Every rule is a pure function of the conductance and of the constants of each device. A pulse up
adds, a pulse down takes away,

    constant                s
    linear                  s (1 - gamma w / b)              b the bound that it goes to
    soft_bounds             s (1 - w / b)
    soft_bounds_reference   s (1 - (w + reference) / b)
    exp                     s max(1 - A exp(+-gamma z), 0)   z = 2 a w / (b_max - b_min) + b
    pow                     s (left / (b_max - b_min))^power left: the way to the bound
    piecewise               s interpolated between nodes over the range
    neurosim                linear, with s and gamma of the curve B (1 - exp(-n / A))

where s is the device's own step up or down. Equations: Rasch et al. 2021, doi
10.1109/AICAS51828.2021.9458494, whose names for rules these are.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from eccles.arguments import typed
from eccles.devices.device import Device
from eccles.devices.drawn import Drawn
from eccles.errors import must

LOOKED = 32
"""Steps in which pulses are taken at most, one by one; more of them come several at a time."""

MOST = 2.0**24
"""Pulses of an update at most; float32 counts no further, and every device is at its bound."""


@typed("device")
def size(device: Device, drawn: Drawn, w: Tensor, up: bool) -> Tensor:
    """Return the size of a step at conductances w, of the shape of w; 0 or above.

    Args:
        device: the rule and its constants.
        drawn: what each device has of its own.
        w: conductances.
        up: whether the pulse raises them.
    """
    if device.rule not in _SHARES:
        hint = "it leaves updates as they are, and adds noise"
        raise must("device", "rule", "one whose pulses have a size", device.rule, hint)
    s = drawn.step_up if up else drawn.step_down
    return s * _SHARES[device.rule](device, drawn, w, up).clamp_min(0.0)


def noise(device: Device, drawn: Drawn, step: Tensor, w: Tensor, up: bool) -> Tensor:
    """Return the standard deviation of one pulse at conductances w, of which `step` is the mean.

    sigma = cycle (step + cycle_add + cycle_slope |w|); with `additive` of the step at zero.
    """
    s = drawn.step_up if up else drawn.step_down
    step = s if device.additive else step
    return device.cycle * (step + device.cycle_add + device.cycle_slope * w.abs())


def kept(device: Device, drawn: Drawn) -> tuple[Tensor, Tensor] | None:
    """Return which share of a step the next one in its direction has, up and down.

    None where that depends on the conductance: there pulses have no closed form.
    """
    if device.rule not in _CLOSED:
        return None
    up, down = drawn.step_up / drawn.b_max, -drawn.step_down / drawn.b_min
    if device.rule == "constant":
        up, down = 0.0 * up, 0.0 * down
    if device.rule in ("linear", "neurosim"):
        up, down = drawn.gamma_up * up, drawn.gamma_down * down
    # A step that would lead beyond the bound leads to it.
    return (1.0 - up).clamp_min(0.0), (1.0 - down).clamp_min(0.0)


def summed(q: Tensor, n: Tensor) -> tuple[Tensor, Tensor]:
    """Return 1 + q + q^2 + ... of n terms, and the sum of their squares.

    Of the last term there is as much as is left of n. By doubling, so that it holds for q = 1.
    """
    whole = n.floor()
    total, power = whole.clone(), torch.ones_like(q)
    at = torch.nonzero((whole > 0) & (q != 1), as_tuple=True)
    left, factor = whole[at].long(), q[at]
    taken, product, block = torch.zeros_like(factor), torch.ones_like(factor), factor**0
    while bool(left.any()):
        odd = left % 2 == 1
        taken = torch.where(odd, taken + product * block, taken)
        product = torch.where(odd, product * factor, product)
        block, factor = block * (1.0 + factor), factor * factor
        left = left // 2
    total[at], power[at] = taken, product
    squares = total * (1.0 + power) / (1.0 + q)
    rest = n - whole
    return total + rest * power, squares + rest * (power * power)


def _constant(_device: Device, _drawn: Drawn, w: Tensor, _up: bool) -> Tensor:
    return torch.ones_like(w)


def _linear(_device: Device, drawn: Drawn, w: Tensor, up: bool) -> Tensor:
    if up:
        return 1.0 - drawn.gamma_up * w / drawn.b_max
    return 1.0 - drawn.gamma_down * w / drawn.b_min


def _soft_bounds(_device: Device, drawn: Drawn, w: Tensor, up: bool) -> Tensor:
    return 1.0 - w / (drawn.b_max if up else drawn.b_min)


def _soft_bounds_reference(_device: Device, drawn: Drawn, w: Tensor, up: bool) -> Tensor:
    return 1.0 - (w + drawn.reference) / (drawn.b_max if up else drawn.b_min)


def _exp(device: Device, drawn: Drawn, w: Tensor, up: bool) -> Tensor:
    z = 2.0 * device.a * w / (drawn.b_max - drawn.b_min) + device.b
    if up:
        return 1.0 - device.amplitude_up * torch.exp(device.gamma_up * z)
    return 1.0 - device.amplitude_down * torch.exp(-device.gamma_down * z)


def _pow(device: Device, drawn: Drawn, w: Tensor, up: bool) -> Tensor:
    left = drawn.b_max - w if up else w - drawn.b_min
    return (left / (drawn.b_max - drawn.b_min)).clamp_min(0.0) ** device.power


def _piecewise(device: Device, drawn: Drawn, w: Tensor, up: bool) -> Tensor:
    said = device.nodes_up if up else device.nodes_down
    nodes = torch.tensor(said, dtype=w.dtype, device=w.device)
    place = ((w - drawn.b_min) / (drawn.b_max - drawn.b_min)).clamp(0.0, 1.0) * (len(nodes) - 1)
    low = place.floor().long().clamp_max(len(nodes) - 2)
    return torch.lerp(nodes[low], nodes[low + 1], place - low)


_SHARES: dict[str, Callable[[Device, Drawn, Tensor, bool], Tensor]] = {
    "constant": _constant,
    "linear": _linear,
    "soft_bounds": _soft_bounds,
    "soft_bounds_reference": _soft_bounds_reference,
    "exp": _exp,
    "pow": _pow,
    "piecewise": _piecewise,
    "neurosim": _linear,
}
"""Share of the device's own step, by rule."""

_CLOSED = ("constant", "linear", "soft_bounds", "soft_bounds_reference", "neurosim")
"""Rules whose steps shrink by the same share each."""
