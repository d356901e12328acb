"""Two devices for each weight, for a kind of device that only steps up."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from eccles.arguments import typed
from eccles.devices.crossbar import Crossbar
from eccles.devices.device import Device


class Pair(nn.Module):
    """Two devices for each weight, w = scale (g+ - g-), both from 0 to `b_max`.

    A change up is pulses of g+, a change down pulses of g-; no pulse goes down. Every
    `refresh_every` batches, pairs with max(g+, g-) > refresh_upper b_max and min(g+, g-) >
    refresh_lower b_max are reset: one of them becomes what the difference was and the other 0,
    each with noise of `reset` N(0, 1). The difference is written until it is right, not counted
    in pulses.

    Dale's principle: what an optimizer asks for is first cut at zero, so that no pulse is meant to
    lead across. Where one does (steps aren't equal, and noisy), the difference in the devices
    stays as it is, and 0 is read. Plain torch operations; no kernel is compiled.

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
        asked = (weight * self._signs).clamp_min(0.0) * self._signs - before
        for each, way in ((self.plus, 1.0), (self.minus, -1.0)):
            each.update_((way * asked).clamp_min(0.0), torch.zeros_like(asked), key, batch)
        if (batch + 1) % self.model.refresh_every == 0:
            self._refresh_(key, batch)
        self._read_(weight)

    def _refresh_(self, key: int, batch: int) -> None:
        up, down = self.plus.hidden.clone(), self.minus.hidden.clone()
        model = self.model
        worn = torch.maximum(up, down) > model.refresh_upper * model.b_max
        worn &= torch.minimum(up, down) > model.refresh_lower * model.b_max
        for each, left in ((self.plus, up - down), (self.minus, down - up)):
            written = left.clamp_min(0.0) + model.reset * each.fresh(key, batch)
            written = torch.clamp(written, each.low, each.high)
            each.hidden.copy_(torch.where(worn & ~each.drawn.stuck, written, each.hidden))

    def _read_(self, weight: Tensor) -> None:
        read = self.plus.scale * (self.plus.hidden - self.minus.hidden)
        weight.copy_((read * self._signs).clamp_min(0.0) * self._signs)
