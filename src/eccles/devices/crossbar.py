"""The devices that hold one matrix of weights, and what they make of an update."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from eccles import noise
from eccles.arguments import typed, unchecked
from eccles.devices import rules
from eccles.devices.device import Device
from eccles.devices.drawn import draw

_MOST = 32
"""Steps in which the pulses of an update are taken at most; more of them come several at a time."""

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
        rest = torch.zeros_like(own)
        self._low = torch.where(self._excites, rest, self.drawn.b_min)
        self._high = torch.where(self._excites, self.drawn.b_max, rest)
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
        self.hidden.copy_(torch.clamp(weight / self.scale, self._low, self._high))
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
        device, drawn = self.model, self.drawn
        asked = (weight - before) / self.scale
        n = asked.abs() / device.dw_min
        if device.pulses == "stochastic":
            n = torch.floor(n + self._uniform(n, key, batch))
        g = self._pulsed(n, asked > 0, key, batch)
        g = torch.where(drawn.stuck, self.hidden, g)
        if device.lifetime is not None:
            g = g * (1.0 - 1.0 / device.lifetime)
        self.hidden.copy_(g)
        read = g
        if device.write:
            xi = self._normals(g, key, batch, _WRITE)
            written = torch.clamp(g + device.write * device.dw_min * xi, self._low, self._high)
            # Whoever got no pulse isn't written, and reads as before.
            read = torch.where(n > 0, written, before / self.scale)
        weight.copy_(self.scale * read)

    def _pulsed(self, n: Tensor, up: Tensor, key: int, batch: int) -> Tensor:
        """Return the conductances after n pulses each."""
        device, drawn, g = self.model, self.drawn, self.hidden
        most = float(n.max()) if n.numel() else 0.0
        # A constant step needs no second look.
        rounds = 1 if device.rule == "constant" else min(_MOST, math.ceil(most))
        variance = torch.zeros_like(g)
        for k in range(rounds):
            few = rounds < _MOST and device.rule != "constant"
            part = (n - k).clamp(0.0, 1.0) if few else n / rounds
            rise, fall = (_size(device, drawn, g, way) for way in (True, False))
            if device.cycle:
                spread = torch.where(
                    up,
                    rules.noise(device, drawn, rise, True),
                    rules.noise(device, drawn, fall, False),
                )
                variance = variance + part * spread**2
            g = torch.clamp(g + part * torch.where(up, rise, -fall), self._low, self._high)
        if device.cycle:
            xi = self._normals(g, key, batch, _CYCLE)
            g = torch.clamp(g + variance.sqrt() * xi, self._low, self._high)
        return g

    def _normals(self, like: Tensor, key: int, batch: int, kind: int) -> Tensor:
        normals = torch.zeros_like(like)
        return noise.add_noise_(normals, 1.0, key, batch, _KINDS * self.layer + kind)

    def _uniform(self, like: Tensor, key: int, batch: int) -> Tensor:
        normals = self._normals(like, key, batch, _ROUND)
        return 0.5 * torch.erfc(normals / -math.sqrt(2.0))
