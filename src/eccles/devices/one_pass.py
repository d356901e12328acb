"""The compiled form of an update: arrays of devices as the kernel wants them."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.autograd.graph import increment_version

from eccles.devices import rules
from eccles.devices.device import Device
from eccles.devices.drawn import Drawn

_RULES = ("constant", "linear", "soft_bounds", "soft_bounds_reference", "neurosim", "exp")
"""Rules that the kernel has."""


class OnePass:
    """Devices of one matrix of weights, in arrays that lie flat.

    Args:
        device: of a rule that the kernel has.
        drawn: what each has of its own.
        low, high: where each is held.
    """

    def __init__(self, device: Device, drawn: Drawn, low: Tensor, high: Tensor) -> None:
        from eccles.devices.pulse_kernels import Held

        steps, bounds = torch.stack(drawn[:2]), torch.stack(drawn[2:4])
        nothing = steps.new_empty(2, 0)
        slopes = {
            "constant": nothing,
            "linear": torch.stack(drawn[4:6]) / bounds,
            "neurosim": torch.stack(drawn[4:6]) / bounds,
            "exp": 2.0 * device.a / (bounds[:1] - bounds[1:]),
        }.get(device.rule, 1.0 / bounds)
        moved = device.rule == "soft_bounds_reference"
        stuck = drawn.stuck if drawn.stuck.any() else drawn.stuck[:0]
        shape = (
            *(device.b, device.amplitude_up, device.gamma_up),
            *(device.amplitude_down, device.gamma_down),
            *(device.cycle_add, device.cycle_slope),
        )
        kind = low.numpy().dtype
        keeps = 1.0 if device.lifetime is None else 1.0 - 1.0 / device.lifetime
        constants = (
            device.step,
            device.cycle,
            keeps,
            device.write * device.step,
            rules.MOST,
        )
        reference = (drawn.reference if moved else nothing).flatten()
        self._held = Held(
            low=low.flatten().numpy(),
            high=high.flatten().numpy(),
            steps=steps.flatten(1).numpy(),
            slopes=slopes.flatten(1).numpy(),
            reference=reference.numpy(),
            stuck=stuck.flatten().numpy(),
            shape=np.array(shape if device.rule == "exp" else (), kind),
            constants=np.array(constants, kind),
            additive=device.additive,
        )
        self._none = np.empty(0, kind)

    def take(
        self,
        weight: Tensor,
        before: Tensor,
        hidden: Tensor,
        scale: Tensor,
        noise: tuple[Tensor | None, Tensor | None, Tensor | None],
    ) -> None:
        """Do what `Crossbar.update_` does, in place; noise of pulses, of writing, of rounding."""
        from eccles.devices.pulse_kernels import Asked, Draws, update

        asked = (each.detach().view(-1).numpy() for each in (weight, before, hidden, scale))
        drawn = (self._none if each is None else each.view(-1).numpy() for each in noise)
        update(Asked(*asked), self._held, Draws(*drawn))
        increment_version((weight, hidden))


def known(device: Device) -> bool:
    """Return whether the kernel has a device's rule."""
    return device.rule in _RULES


def fits(*tensors: Tensor) -> bool:
    """Return whether the kernel can have tensors: in a processor's memory, in one piece."""
    kinds = {each.dtype for each in tensors}
    here = all(each.device.type == "cpu" and each.is_contiguous() for each in tensors)
    return here and len(kinds) == 1 and kinds <= {torch.float32, torch.float64}
