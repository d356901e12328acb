"""Neurons of deep networks over all steps in one pass forward and one backward, on a CPU.

The same as `eccles.functional.soft_reset` and `eccles.functional.circuit` say, and to autograd the
same functions, but made by compiled kernels where those apply: on a CPU, in float32 or float64,
with the sigmoid surrogate. Everywhere else the equations themselves are computed. Spikes are
those of the equations bit for bit, gradients to rounding; the number of threads, which is torch's,
changes neither.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from eccles.errors import must
from eccles.functional import circuit
from eccles.functional.circuit import EPSILON, Stabiliser
from eccles.functional.soft_reset import SoftResetParameters
from eccles.functional.soft_reset import soft_reset as over_steps
from eccles.functional.surrogate import Sigmoid

if TYPE_CHECKING:
    from eccles.engines.deep.kernels import Neurons
    from eccles.engines.thread_pool import ThreadPool

_WORTH_SHARING = 1 << 16
"""Neurons times steps from which a second thread gains more than it costs to wake."""


def soft_reset(currents: Tensor, p: SoftResetParameters, n_steps: int | None = None) -> Tensor:
    """Return the spikes of soft-reset neurons that start at 0, [T, B, ...].

    Args:
        currents: input of each step, [T, B, ...], or of one, [1, B, ...], held for all T.
        p: the neurons' constants.
        n_steps: T; the currents' unless given.

    Raises InputError where currents have neither 1 nor n_steps steps.
    """
    if not _fits(p, currents):
        return step_by_step(currents, p, n_steps)
    n_steps = _steps(currents, n_steps)
    layout = _Layout.of(currents, 1)
    apply: Any = _Neurons.apply
    return layout.back(apply(layout.flat(currents), p, n_steps), currents.shape)


def step_by_step(currents: Tensor, p: SoftResetParameters, n_steps: int | None = None) -> Tensor:
    """Return what `soft_reset` does, by the equations, one step after the other."""
    held = currents.expand(_steps(currents, n_steps), *currents.shape[1:])
    return over_steps(held, p)[0]


def circuit_spikes(
    net: Tensor,
    divisive: Tensor,
    gain: Tensor,
    bias: Tensor,
    p: SoftResetParameters,
    *,
    n_steps: int | None = None,
    stabiliser: Stabiliser = "adaptive",
    straight_through: bool = True,
) -> Tensor:
    """Return the spikes of soft-reset neurons behind an E-I circuit, [T, B, n_E, ...].

    They integrate I_int = g_E net / D + b_E, where D is stabilised I_div; see
    `eccles.functional.circuit`. It is quickest where both inputs have one layout in memory.

    Args:
        net: I_EE - I_sub, [T, B, n_E, ...], or [1, B, n_E, ...], held for all T steps.
        divisive: I_div, shaped the same.
        gain, bias: g_E and b_E, [n_E].
        p: the neurons' constants.
        n_steps: T; the currents' unless given.
        stabiliser, straight_through: those of `eccles.functional.circuit.stabilise`.

    Raises InputError where currents have neither 1 nor n_steps steps.
    """
    n_steps = _steps(net, n_steps)
    if not _fits(p, net, divisive, gain, bias):
        divisor = circuit.stabilise(divisive.flatten(0, 1), stabiliser, straight_through)
        current = circuit.integrate(net.flatten(0, 1), divisor, gain, bias)
        return soft_reset(current.reshape(net.shape), p, n_steps)
    layout = _Layout.of(net, 2)
    apply: Any = _Circuits.apply
    flat = layout.flat(net), layout.flat(divisive)
    spikes = apply(*flat, gain, bias, layout, p, n_steps, stabiliser, straight_through)
    return layout.back(spikes, net.shape)


class _Layout(NamedTuple):
    """In which order dimensions lie in memory, after the first `lead`, which come first.

    Attributes:
        lead: leading dimensions that stay apart.
        order: all dimensions, the slowest first.
        shape: sizes of those after the leading ones, in order.
    """

    lead: int
    order: tuple[int, ...]
    shape: tuple[int, ...]

    @classmethod
    def of(cls, x: Tensor, lead: int) -> _Layout:
        rest = sorted(range(lead, x.ndim), key=lambda k: -x.stride()[k])
        return cls(lead, (*range(lead), *rest), tuple(x.shape[k] for k in rest))

    def flat(self, x: Tensor) -> Tensor:
        """Return x [*lead, ...] as [*lead, M], without a copy where it has this layout."""
        return x.permute(self.order).reshape(*x.shape[: self.lead], -1).contiguous()

    def back(self, flat: Tensor, like: torch.Size) -> Tensor:
        """Return what is flat in a shape's own order of dimensions."""
        unfolded = flat.reshape(-1, *like[1 : self.lead], *self.shape)
        return unfolded.permute(tuple(np.argsort(self.order)))

    @property
    def channels(self) -> int:
        """The axis of `shape` that channels have."""
        return self.order.index(self.lead) - self.lead

    def spread(self, values: Tensor) -> Tensor:
        """Return one value a channel, [n], as one a neuron, [M]."""
        shape = [-1 if k == self.channels else 1 for k in range(len(self.shape))]
        return values.detach().reshape(shape).expand(self.shape).reshape(-1)

    def gathered(self, values: Tensor) -> Tensor:
        """Return the sums of values [M] over each channel, [n], in an order that never changes."""
        others = tuple(k for k in range(len(self.shape)) if k != self.channels)
        sums = values.numpy().reshape(self.shape).sum(axis=others, dtype=np.float64)
        return torch.from_numpy(np.atleast_1d(sums)).to(values.dtype)


class _Neurons(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, currents: Tensor, p: SoftResetParameters, n_steps: int) -> Tensor:
        from eccles.engines.deep import kernels as deep_kernels

        ctx.save_for_backward(currents)
        ctx.p = p
        spikes = _empty(currents, n_steps, *currents.shape[1:])
        neurons, arrays = _constants(p, currents), _arrays(currents, spikes)
        _share(
            lambda first, last: deep_kernels.neurons_forward(first, last, neurons, *arrays),
            -(-spikes[0].numel() // deep_kernels.STRETCH),
            spikes.numel(),
        )
        return spikes

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, None, None]:
        from eccles.engines.deep import kernels as deep_kernels

        (currents,) = ctx.saved_tensors
        grad = _empty(currents, *currents.shape)
        neurons = _constants(ctx.p, currents)
        arrays = _arrays(currents, grads[0].contiguous(), grad)
        _share(
            lambda first, last: deep_kernels.neurons_backward(first, last, neurons, *arrays),
            -(-grads[0][0].numel() // deep_kernels.STRETCH),
            grads[0].numel(),
        )
        return grad, None, None


class _Circuits(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any,
        net: Tensor,
        divisive: Tensor,
        gain: Tensor,
        bias: Tensor,
        layout: _Layout,
        p: SoftResetParameters,
        n_steps: int,
        stabiliser: Stabiliser,
        straight_through: bool,
    ) -> Tensor:
        from eccles.engines.deep import kernels as deep_kernels

        # A divisor that isn't 0 gets epsilon; one that is becomes `smallest`.
        epsilon = EPSILON if stabiliser == "epsilon" else 0.0
        adaptive = stabiliser == "adaptive"
        smallest = torch.full_like(net[:, :, 0], epsilon)
        spikes = _empty(net, n_steps, *net.shape[1:])
        rows = layout.spread(gain), layout.spread(bias)
        # What passes the stabiliser where the divisor was 0.
        passed = 1.0 if straight_through or not adaptive else 0.0
        numbers = tuple(map(_number(net), (epsilon, passed)))
        neurons, written = _constants(p, net), spikes.numpy()
        inputs = deep_kernels.Circuit(*_arrays(net, divisive, smallest, *numbers, *rows))
        _share(
            lambda first, last: deep_kernels.circuits_forward(
                first, last, neurons, inputs, adaptive, written
            ),
            net.shape[1],
            spikes.numel(),
        )
        ctx.save_for_backward(net, divisive, smallest, *rows)
        ctx.layout, ctx.p, ctx.numbers = layout, p, numbers
        return spikes

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        from eccles.engines.deep import kernels as deep_kernels

        net, divisive, smallest, *rows = ctx.saved_tensors
        of_inputs = _empty(net, *net.shape), _empty(net, *net.shape)
        of_rows = torch.empty_like(rows[0]), torch.empty_like(rows[0])
        neurons, grad_spikes = _constants(ctx.p, net), grads[0].contiguous().numpy()
        inputs = deep_kernels.Circuit(*_arrays(net, divisive, smallest, *ctx.numbers, *rows))
        written = deep_kernels.Gradients(*_arrays(*of_inputs, *of_rows))
        _share(
            lambda first, last: deep_kernels.circuits_backward(
                first, last, neurons, inputs, grad_spikes, written
            ),
            -(-net.shape[2] // deep_kernels.STRETCH),
            grads[0].numel(),
        )
        of_channels = [ctx.layout.gathered(values) for values in of_rows]
        return *of_inputs, *of_channels, None, None, None, None, None


def _steps(currents: Tensor, n_steps: int | None) -> int:
    if n_steps is not None and len(currents) not in (1, n_steps):
        raise must("deep", "the currents' steps", f"1 or {n_steps}", len(currents))
    return n_steps or len(currents)


def _fits(p: SoftResetParameters, *tensors: Tensor) -> bool:
    """Return whether the kernels apply."""
    return (
        isinstance(p.surrogate, Sigmoid)
        and all(x.device.type == "cpu" for x in tensors)
        and {x.dtype for x in tensors} in ({torch.float32}, {torch.float64})
        and all(x.numel() for x in tensors)
        and not torch.compiler.is_compiling()
    )


def _number(like: Tensor) -> Callable[[float], Any]:
    return np.float32 if like.dtype == torch.float32 else np.float64


def _empty(like: Tensor, *shape: int) -> Tensor:
    """Return memory by way of numpy, which asks for large pages: a quarter of torch's time."""
    return torch.from_numpy(np.empty(shape, _number(like)))


def _constants(p: SoftResetParameters, like: Tensor) -> Neurons:
    """Return the neurons' constants as a tensor's numbers."""
    from eccles.engines.deep.kernels import Neurons

    assert isinstance(p.surrogate, Sigmoid)
    return Neurons(*map(_number(like), (p.leak, p.threshold, p.surrogate.scale)))


def _arrays(*values: Any) -> tuple[Any, ...]:
    return tuple(x.detach().numpy() if isinstance(x, Tensor) else x for x in values)


def _share(task: Callable[[int, int], None], n: int, work: int) -> None:
    """Call task(first, last) so that 0 to n is covered, on torch's threads' number of threads."""
    threads = min(n, torch.get_num_threads()) if work >= _WORTH_SHARING else 1
    if threads > 1:
        _pool(threads, os.getpid()).map(task, n)
    else:
        task(0, n)


@lru_cache(maxsize=4)
def _pool(members: int, _process: int) -> ThreadPool:
    from eccles.engines.thread_pool import ThreadPool

    # A fork copies a pool but not its threads, so each process has its own.
    return ThreadPool(members)
