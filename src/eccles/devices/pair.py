"""Two devices for each weight, for a kind of device that only steps up."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from eccles.arguments import typed
from eccles.devices.crossbar import Crossbar
from eccles.devices.device import Device


class Pair(nn.Module):
    """Two devices for each weight, w = scale (g+ - g-), both from 0 to `b_max`.

    A change up is pulses of g+, a change down is pulses of g-, and no pulse goes down. So both
    creep towards their bounds. After each update pairs are refreshed that are worn, with

        max(g+, g-) > refresh_upper b_max   and   min(g+, g-) > refresh_lower b_max

    Both are reset to 0, and the difference is written into one of them, each with noise of
    `reset` N(0, 1). Nandakumar et al. 2020, doi 10.3389/fnins.2020.00406, and aihwkit refresh so.
    There the difference is written in at most 31 pulses, whose error is left to learning; here
    it is written until it is right.

    Dale's principle: what an optimizer asks for is first cut at zero, so that no pulse is meant to
    lead across. Where one does (steps aren't equal, and noisy), the difference in the devices
    stays as it is, and 0 is read.

    Args:
        device: what all of them are.
        weight: the weights that they are to hold.
        signs: +1 or -1, of the weight's shape or one that spreads to it: what a weight may do.
        seed: the run's, which they are drawn from.
        layer: number of the weights within the network.
    """

    @typed("device")
    def __init__(
        self, device: Device, weight: Tensor, signs: Tensor, *, seed: int = 0, layer: int = 0
    ) -> None:
        super().__init__()
        self.model = device
        self._signs = signs.to(weight.detach()).expand(weight.shape)
        up = torch.ones_like(self._signs)
        self.plus = Crossbar(device, weight, up, seed=seed, layer=2 * layer)
        self.minus = Crossbar(device, weight, up, seed=seed, layer=2 * layer + 1)
        self._nothing = torch.zeros_like(up)

    @typed("device")
    @torch.no_grad()
    def begin_(self, weight: Tensor, bound: Tensor) -> None:
        """Write the first weights into the devices, and read them back; as `Crossbar.begin_`."""
        for each, way in ((self.plus, 1.0), (self.minus, -1.0)):
            each.begin_((way * weight).clamp_min(0.0), bound)
        self._read_(weight)

    @typed("device")
    @torch.no_grad()
    def update_(self, weight: Tensor, before: Tensor, key: int, batch: int) -> None:
        """Make of weights what the devices make of them, in place; as `Crossbar.update_`."""
        asked = self._allowed(weight) - before
        for each, way in ((self.plus, 1.0), (self.minus, -1.0)):
            each.update_((way * asked).clamp_min(0.0), self._nothing, key, batch)
        self._refresh_(key, batch)
        self._read_(weight)

    def _refresh_(self, key: int, batch: int) -> None:
        device, up, down = self.model, self.plus.hidden.clone(), self.minus.hidden.clone()
        worn = torch.maximum(up, down) > device.refresh_upper * device.b_max
        worn &= torch.minimum(up, down) > device.refresh_lower * device.b_max
        if not worn.any():
            return
        for each, left in ((self.plus, up - down), (self.minus, down - up)):
            written = left.clamp_min(0.0) + device.reset * each.fresh(key, batch)
            written = torch.clamp(written, each.low, each.high)
            each.hidden.copy_(torch.where(worn & ~each.drawn.stuck, written, each.hidden))

    def _read_(self, weight: Tensor) -> None:
        weight.copy_(self._allowed(self.plus.scale * (self.plus.hidden - self.minus.hidden)))

    def _allowed(self, weight: Tensor) -> Tensor:
        """Return weights with those of the wrong sign put at 0."""
        return (weight * self._signs).clamp_min(0.0) * self._signs
