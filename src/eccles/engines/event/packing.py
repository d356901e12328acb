"""Weights and gradients in the layout that the event kernels want: padded, blocked, aligned."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from eccles.engines.engine import Weights
from eccles.engines.event.layout import Network
from eccles.engines.lanes import LANES, aligned
from eccles.functional.lif import LIFParameters
from eccles.functional.surrogate import SuperSpike
from eccles.jit import compiled

_LARGEST_BLOCK = 7
"""Vectors in a block of hidden neurons: two states of seven vectors leave registers to work in."""


class Packing:
    """One network's weights, and gradients for each part of a batch, as flat aligned arrays."""

    def __init__(self, w1: Tensor, w2: Tensor, n_parts: int) -> None:
        self.n_inputs, self.n_hidden = w1.shape
        self.n_classes = w2.shape[1]
        self.dtype = np.dtype(np.float64 if w1.dtype == torch.float64 else np.float32)
        vectors = -(-self.n_hidden // LANES)
        self.n_blocks = -(-vectors // _LARGEST_BLOCK)
        in_block = -(-vectors // self.n_blocks)
        self.width = in_block * LANES
        classes = -(-self.n_classes // LANES)
        one = self.dtype.type(1)
        self.hidden_shape, self.class_shape = (one,) * in_block, (one,) * classes
        padded, class_width = self.n_blocks * self.width, classes * LANES
        sizes = [self.n_inputs * padded, padded * class_width, self.n_classes * padded]
        both = sizes[0] + sizes[1]
        self.w1, self.w2, self.w2t, gradients = aligned([*sizes, n_parts * both], self.dtype)
        self._split = sizes[0]
        self.gradients = gradients.reshape(n_parts, both)
        self._neuron: LIFParameters | None = None
        self._network: Network | None = None

    def fits(self, w1: Tensor, w2: Tensor) -> bool:
        """Return whether weights of this shape and type can be loaded."""
        shape = (self.n_inputs, self.n_hidden), (self.n_hidden, self.n_classes)
        double = w1.dtype == torch.float64
        return shape == (w1.shape, w2.shape) and double == (self.dtype == np.float64)

    def load(self, w1: Tensor, w2: Tensor) -> None:
        """Copy the weights in; padding stays zero."""
        w2_rows = w2.numpy()
        _pack(w1.numpy(), self.w1, self.width)
        self.w2.reshape(-1, len(self.class_shape) * LANES)[: self.n_hidden, : self.n_classes] = (
            w2_rows
        )
        self.w2t.reshape(self.n_classes, -1)[:, : self.n_hidden] = w2_rows.T

    def sum_gradients(self, n_parts: int) -> Weights:
        """Add the parts' gradients, in order, without their padding."""
        kind = torch.float64 if self.dtype == np.float64 else torch.float32
        grad1 = torch.empty(self.n_inputs, self.n_hidden, dtype=kind, device="cpu")
        grad2 = torch.empty(self.n_hidden, self.n_classes, dtype=kind, device="cpu")
        total = self.gradients[0]
        for part in range(1, n_parts):
            total += self.gradients[part]
        _unpack(total[: self._split], self.width, grad1.numpy())
        _unpack(total[self._split :], len(self.class_shape) * LANES, grad2.numpy())
        return Weights(grad1, grad2)

    def network(self, neuron: LIFParameters) -> Network:
        """Return the network as the kernels take it, with its neurons' constants."""
        if self._network is None or neuron is not self._neuron:
            self._neuron, self._network = neuron, self._make_network(neuron)
        return self._network

    def _make_network(self, neuron: LIFParameters) -> Network:
        assert isinstance(neuron.surrogate, SuperSpike)
        number = self.dtype.type
        return Network(
            self.hidden_shape,
            self.class_shape,
            self.n_inputs,
            self.n_blocks,
            self.n_classes,
            number(neuron.alpha),
            number(neuron.beta),
            number(neuron.surrogate.scale),
            neuron.zero_start,
            self.w1,
            self.w2,
            self.w2t,
        )


@compiled
def _pack(rows: Any, packed: Any, width: int) -> None:
    """Copy rows [n, m] into blocks [m / width][n][width]."""
    n, m = rows.shape
    for first in range(0, m, width):
        length = min(m - first, width)
        for k in range(n):
            source = rows[k, first:]
            target = packed[first * n + k * width :]
            for j in range(length):
                target[j] = source[j]


@compiled
def _unpack(packed: Any, width: int, rows: Any) -> None:
    """Copy blocks [m / width][n][width] out to rows [n, m]; the inverse of `_pack`."""
    n, m = rows.shape
    for first in range(0, m, width):
        length = min(m - first, width)
        for k in range(n):
            source = packed[first * n + k * width :]
            target = rows[k, first:]
            for j in range(length):
                target[j] = source[j]
