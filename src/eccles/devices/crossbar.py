"""The devices that hold one matrix of weights, and what they make of an update."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from eccles import noise
from eccles.arguments import typed, unchecked
from eccles.devices import rules
from eccles.devices.device import Device
from eccles.devices.drawn import Drawn, draw
from eccles.devices.one_pass import OnePass, fits, known
from eccles.errors import must

_CYCLE, _WRITE, _ROUND, _KINDS = 0, 1, 2, 3
"""What random numbers are for: each has a stream of its own."""


_size = unchecked(rules.size)


class Crossbar(nn.Module):
    """One device for each weight, w = scale g, with g from 0 to the bound of the weight's sign.

    What an optimizer asks for, d = w_after - w_before, becomes n = |d| / (scale dw_min) pulses up
    or down. Each adds a step of the rule; the noise of n pulses is that of their sum. Then g
    decays, and what is read of it has write noise; the device itself (`hidden`) hasn't.

    Args:
        device: what all of them are.
        weight: the weights that they are to hold.
        signs: +1 or -1, of the weight's shape or one that spreads to it: what a weight may do.
        seed: the run's, which they are drawn from.
        layer: number of the weights within the network.

    Raises InputError for devices that only step up and weights below 0: those are a `Pair`'s.
    """

    hidden: Tensor
    scale: Tensor

    @typed("device")
    def __init__(
        self, device: Device, weight: Tensor, signs: Tensor, *, seed: int = 0, layer: int = 0
    ) -> None:
        super().__init__()
        own = weight.detach()
        self.model = device
        self.layer = layer
        self.drawn = draw(device, tuple(own.shape), seed, layer, own)
        self._excites = signs.to(own).expand(own.shape) > 0
        if device.one_sided and not self._excites.all():
            hint = "take eccles.devices.Pair"
            raise must("device", "signs", "+1 for devices that only step up", "-1", hint)
        rest = torch.zeros_like(own)
        self.low = torch.where(self._excites, rest, self.drawn.b_min)
        self.high = torch.where(self._excites, self.drawn.b_max, rest)
        self._kept = rules.kept(device, self.drawn)
        compiled = known(device) and fits(self.low)
        self._one_pass = OnePass(device, self.drawn, self.low, self.high) if compiled else None
        # A run that goes on needs what it began with.
        self.register_buffer("hidden", rest.clone())
        self.register_buffer("scale", torch.ones_like(own))

    @typed("device")
    @torch.no_grad()
    def begin_(self, weight: Tensor, bound: Tensor) -> None:
        """Write the first weights into the devices, and read them back, in place.

        Those beyond a device's bound are put at it.

        Args:
            weight: the first weights.
            bound: the weight, a magnitude, that the bound of a usual device stands for, of the
                weight's shape or one that spreads to it.
        """
        usual = torch.where(self._excites, self.model.b_max, -self.model.b_min)
        self.scale.copy_(bound / usual)
        self.hidden.copy_(torch.clamp(weight / self.scale, self.low, self.high))
        weight.copy_(self.scale * self.hidden)

    @typed("device")
    @torch.no_grad()
    def update_(self, weight: Tensor, before: Tensor, key: int, batch: int) -> None:
        """Make of weights after an optimizer's step what the devices make of them, in place.

        Args:
            weight: after the step.
            before: before it.
            key: 64 bits of the stream of the run's noise.
            batch: number of the batch under that key, from 0.
        """
        device, like = self.model, self.hidden
        normals = self._normals(like, key, batch, _CYCLE) if device.cycle else None
        written = self._normals(like, key, batch, _WRITE) if device.write else None
        uniform = self._uniform(like, key, batch) if device.pulses == "stochastic" else None
        if self._one_pass is not None and fits(weight, before, self.hidden):
            noise = normals, written, uniform
            self._one_pass.take(weight, before, self.hidden, self.scale, noise)
            return
        asked = (weight - before) / self.scale
        n = (asked.abs() / device.step).nan_to_num(0.0).clamp_max(rules.MOST)
        n = n if uniform is None else torch.floor(n + uniform)
        g, variance = self._pulsed(n, asked > 0)
        if normals is not None:
            g = torch.clamp(g + variance.sqrt() * normals, self.low, self.high)
        g = torch.where(self.drawn.stuck, self.hidden, g)
        if device.lifetime is not None:
            g = g * (1.0 - 1.0 / device.lifetime)
        self.hidden.copy_(g)
        read = g
        if written is not None:
            read = torch.clamp(g + device.write * device.step * written, self.low, self.high)
            # Whoever got no pulse isn't written, and reads as before.
            read = torch.where(n > 0, read, before / self.scale)
        weight.copy_(self.scale * read)

    def _pulsed(self, n: Tensor, up: Tensor) -> tuple[Tensor, Tensor]:
        """Return where n pulses each lead without noise, and the variance of the noise."""
        if self._kept is None:
            return self._one_by_one(n, up)
        return self._at_once(n, up, *self._kept)

    def _at_once(
        self, n: Tensor, up: Tensor, rising: Tensor, falling: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Return where pulses lead whose steps shrink by the same share each, and the variance."""
        device, drawn, g = self.model, self.drawn, self.hidden
        step = torch.where(up, _size(device, drawn, g, True), _size(device, drawn, g, False))
        mean, squares = rules.summed(torch.where(up, rising, falling), n)
        change, spread = step * mean, step
        if device.additive:
            spread, squares = torch.where(up, drawn.step_up, drawn.step_down), n
        ahead = torch.clamp(g + torch.where(up, change, -change), self.low, self.high)
        return ahead, (device.cycle * spread) ** 2 * squares

    def _one_by_one(self, n: Tensor, up: Tensor) -> tuple[Tensor, Tensor]:
        """Return where pulses lead that are looked at one after the other, and the variance."""
        device, g, n = self.model, self.hidden.flatten().clone(), n.flatten()
        low, high = self.low.flatten(), self.high.flatten()
        every = Drawn(*(each.flatten() for each in self.drawn))
        variance = torch.zeros_like(g)
        stride = (n / rules.LOOKED).clamp_min(1.0)
        for way in (True, False):
            moving = (up.flatten() == way) & (n > 0)
            for k in range(rules.LOOKED):
                at = torch.nonzero(moving).squeeze(1)
                if not len(at):
                    break
                part = torch.minimum(n[at] - k * stride[at], stride[at])
                own = Drawn(*(each[at] for each in every))
                step = _size(device, own, g[at], way)
                variance[at] += part * rules.noise(device, own, step, g[at], way) ** 2
                ahead = g[at] + part * (step if way else -step)
                g[at] = torch.clamp(ahead, low[at], high[at])
                moving &= n > (k + 1) * stride
        return g.view(self.hidden.shape), variance.view(self.hidden.shape)

    def fresh(self, key: int, batch: int) -> Tensor:
        """Return a normal number for each device, of the stream of what is written."""
        return self._normals(self.hidden, key, batch, _WRITE)

    def _normals(self, like: Tensor, key: int, batch: int, kind: int) -> Tensor:
        normals = torch.zeros_like(like)
        return noise.add_noise_(normals, 1.0, key, batch, _KINDS * self.layer + kind)

    def _uniform(self, like: Tensor, key: int, batch: int) -> Tensor:
        normals = self._normals(like, key, batch, _ROUND)
        return 0.5 * torch.erfc(normals / -math.sqrt(2.0))
