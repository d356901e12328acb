"""What each device has of its own: drawn once a run, from its seed alone."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from eccles import seeds
from eccles.arguments import typed
from eccles.devices.device import Device

Values = np.ndarray[tuple[int, ...], np.dtype[np.float64]]


class Drawn(NamedTuple):
    """Constants of devices, one each, of the shape of the weights; in the device's units.

    Attributes:
        step_up, step_down: size of a step at zero conductance, 0 or above.
        b_max, b_min: bounds.
        gamma_up, gamma_down: slopes, of `linear` and `neurosim`.
        reference: what is subtracted, of `soft_bounds_reference`.
        stuck: which devices never move.
    """

    step_up: Tensor
    step_down: Tensor
    b_max: Tensor
    b_min: Tensor
    gamma_up: Tensor
    gamma_down: Tensor
    reference: Tensor
    stuck: Tensor


@typed("device")
def draw(
    device: Device,
    shape: tuple[int, ...],
    seed: int = 0,
    layer: int = 0,
    like: Tensor | None = None,
) -> Drawn:
    """Draw devices: with xi ~ N(0, 1), fresh for each device and constant,

        g = 1 + dw_min_dtod xi, or exp(dw_min_dtod xi) where it is log-normal
        r = up_down_dtod xi
        step_up   = dw_min (min(up_down, 0) + g + r)
        step_down = dw_min (-max(up_down, 0) + g - r)
        b_max     = b_max (1 + b_max_dtod xi), and so b_min and the slopes

    Steps and bounds that would have the other sign are 0, or all but: such a device doesn't move.

    Args:
        device: what they are of.
        shape: the weights'.
        seed: the run's.
        layer: number of the weights within the network; each has devices of its own.
        like: a tensor of the wanted type and device (default: float32 on a CPU).
    """
    random = seeds.stream(seed, "devices", layer)

    def normals() -> Values:
        return random.standard_normal(shape)

    # All are drawn, whatever the spreads, so that one spread doesn't shift the others' numbers.
    own = device.dw_min_dtod * normals()
    g = np.exp(own) if device.log_normal else 1.0 + own
    r = device.up_down_dtod * normals()
    up = device.step * (min(device.up_down, 0.0) + g + r)
    down = device.step * (-max(device.up_down, 0.0) + g - r)
    least = 1e-3  # Of a bound: a range has some width.
    b_max = device.b_max * np.maximum(1.0 + device.b_max_dtod * normals(), least)
    b_min = device.b_min * np.maximum(1.0 + device.b_min_dtod * normals(), least)
    gamma_up = device.gamma_up * (1.0 + device.gamma_dtod * normals())
    gamma_down = device.gamma_down * (1.0 + device.gamma_dtod * normals())
    up, down = np.maximum(up, 0.0), np.maximum(down, 0.0)
    if device.rule == "neurosim":
        up, gamma_up = _on_a_curve(device, device.curve_up, up, b_max, b_max - b_min)
        down, gamma_down = _on_a_curve(device, device.curve_down, down, -b_min, b_max - b_min)
    reference = device.reference_std * normals()
    if device.subtract_symmetry:
        slope = up / b_max - down / b_min
        reference = reference + np.divide(up - down, slope, where=slope > 0, out=0.0 * slope)
    stuck = random.random(shape) < device.stuck
    kind = torch.zeros(0, dtype=torch.float32, device="cpu") if like is None else like

    def tensor(of: Values) -> Tensor:
        return torch.from_numpy(np.asarray(of)).to(kind)

    return Drawn(
        tensor(up),
        tensor(down),
        tensor(b_max),
        tensor(b_min),
        tensor(np.clip(gamma_up, 0.0, 1.0)),
        tensor(np.clip(gamma_down, 0.0, 1.0)),
        tensor(reference),
        torch.from_numpy(stuck).to(kind.device),
    )


def _on_a_curve(device: Device, curve: float, step: Values, bound: Values, width: Values) -> Any:
    """Return steps at zero, and slopes, of pulses along NeuroSim's G(n) = B (1 - exp(-n / curve)).

    B makes it go through the width of the range in as many pulses as there are levels. So a pulse
    goes a fixed share of the way that is left, to beyond the bound: a linear rule.
    """
    left = bound + width / np.expm1(min((device.levels or 2) / curve, 700.0))
    return step * left * -np.expm1(-1.0 / curve) / device.step, bound / left


_SPREADS = ("dw_min_dtod", "up_down_dtod", "b_max_dtod", "b_min_dtod", "gamma_dtod", "stuck")


@typed("device")
def usual(device: Device) -> Device:
    """Return a device as the mean of its kind: nothing of it differs between devices."""
    nothing: dict[str, float | bool] = dict.fromkeys(_SPREADS, 0.0)
    return device.model_copy(update={**nothing, "reference_std": 0.0, "log_normal": False})
