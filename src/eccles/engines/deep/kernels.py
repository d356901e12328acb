"""Soft-reset neurons, alone and behind an E-I circuit, over all steps in one pass; kernels.

A stretch of neurons goes through all steps at once, so that membranes stay in the first cache
level and memory sees inputs and spikes alone. The backward pass computes membranes anew, which is
quicker than to write and read them. All but the surrogate rounds as the equations do, so spikes are
theirs bit for bit, and a neuron's sums have one order, whatever the number of threads.

Arrays are [T, B, M]: steps, members of the batch, neurons, in any order that channels and places
have in memory. Where an input is held, it has one step, [1, B, M], and all T steps get it.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import types
from numba.extending import overload

from eccles.jit import compiled, rounded

STRETCH = 1024
"""Neurons that go through all steps at once."""

_FAR = 40
"""Argument from which exp(-y) counts as 0."""


def _decay(y: Any) -> Any:
    """Return exp(-y) for y >= 0; compiled by number type, below."""
    raise NotImplementedError


@overload(_decay, inline="always")
def _decay_of(y: Any) -> Any:
    def exact(y: Any) -> Any:
        return math.exp(-y)

    def decay(y: Any) -> Any:
        # The 32nd power of a polynomial, without a branch, so that it is computed for a vector at
        # a time: within 3e-6 of exp(-y) where that is above 1e-5, and within 1e-9 throughout.
        number = np.float32
        z = (number(_FAR) if y > number(_FAR) else y) * number(1 / 32)
        e = number(1 / 720) - z * number(1 / 5040)
        e = number(1 / 120) - z * e
        e = number(1 / 24) - z * e
        e = number(1 / 6) - z * e
        e = number(1 / 2) - z * e
        e = number(1) - z * e
        e = number(1) - z * e
        e = e * e
        e = e * e
        e = e * e
        e = e * e
        e = e * e
        # So written, what is no number stays none.
        return number(0) if y > number(_FAR) else e

    return decay if y == types.float32 else exact


@rounded
def _fire(current: Any, v: Any, leak: Any, threshold: Any, spikes: Any) -> None:
    """Advance membranes v by one step under a current, and write the step's spikes."""
    zero, one = v.dtype.type(0), v.dtype.type(1)
    for j in range(len(v)):
        potential = leak * v[j] + current[j]
        fires = potential >= threshold
        spikes[j] = one if fires else zero
        v[j] = potential - (threshold if fires else zero)


@rounded
def _trace(current: Any, v: Any, leak: Any, threshold: Any, distances: Any) -> None:
    """Advance membranes as `_fire` does, and write their distances above threshold."""
    zero = v.dtype.type(0)
    for j in range(len(v)):
        potential = leak * v[j] + current[j]
        distances[j] = potential - threshold
        v[j] = potential - (threshold if potential >= threshold else zero)


@compiled
def _return(
    grad_spikes: Any, distances: Any, scale: Any, leak: Any, later: Any, adjoint: Any
) -> None:
    """Take the membranes' adjoint back from a later step; in place, it wouldn't be vectorised."""
    one = adjoint.dtype.type(1)
    for j in range(len(adjoint)):
        # The sigmoid's derivative is k e / (1 + e)^2 with e = exp(-k |x|).
        e = _decay(scale * abs(distances[j]))
        slope = scale * e / ((one + e) * (one + e))
        adjoint[j] = grad_spikes[j] * slope + leak * later[j]


@compiled
def _add(terms: Any, total: Any) -> None:
    for j in range(len(total)):
        total[j] += terms[j]


@compiled
def neurons_forward(
    first: int, last: int, currents: Any, leak: Any, threshold: Any, spikes: Any
) -> None:
    """Run the stretches of neurons `first` to `last`.

    Args:
        first, last: stretches.
        currents: [T or 1, M].
        leak, threshold: of the arrays' number type.
        spikes: [T, M], written.
    """
    n_steps, n = spikes.shape
    held = len(currents) == 1
    membrane = np.empty(STRETCH, spikes.dtype)
    for begin in range(first * STRETCH, min(last * STRETCH, n), STRETCH):
        end = min(begin + STRETCH, n)
        v = membrane[: end - begin]
        v[:] = 0
        for t in range(n_steps):
            current = currents[0 if held else t, begin:end]
            _fire(current, v, leak, threshold, spikes[t, begin:end])


@compiled
def neurons_backward(
    first: int, last: int, currents: Any, leak: Any, threshold: Any, scale: Any, grad_spikes: Any,
    grad: Any,
) -> None:
    """Return the stretches of neurons `first` to `last`; see `neurons_forward`.

    Args:
        scale: k of the sigmoid.
        grad_spikes: [T, M].
        grad: gradient of the currents, [T or 1, M], written.
    """
    n_steps, n = grad_spikes.shape
    held = len(currents) == 1
    buffer = np.empty((n_steps + 3, STRETCH), grad.dtype)
    for begin in range(first * STRETCH, min(last * STRETCH, n), STRETCH):
        end = min(begin + STRETCH, n)
        v = buffer[n_steps, : end - begin]
        later, spare = buffer[n_steps + 1, : end - begin], buffer[n_steps + 2, : end - begin]
        v[:] = 0
        later[:] = 0
        for t in range(n_steps):
            current = currents[0 if held else t, begin:end]
            _trace(current, v, leak, threshold, buffer[t, : end - begin])
        if held:
            grad[0, begin:end] = 0
        for t in range(n_steps - 1, -1, -1):
            distances = buffer[t, : end - begin]
            adjoint = spare if held else grad[t, begin:end]
            _return(grad_spikes[t, begin:end], distances, scale, leak, later, adjoint)
            later, spare = adjoint, later
            if held:
                _add(adjoint, grad[0, begin:end])


@compiled
def _smallest(divisive: Any) -> Any:
    """Return the smallest divisive current of a sample that isn't 0, or infinity."""
    zero, infinity = divisive.dtype.type(0), divisive.dtype.type(np.inf)
    found = np.full(16, infinity)
    whole = len(divisive) // 16 * 16
    for begin in range(0, whole, 16):
        part = divisive[begin : begin + 16]
        for j in range(16):
            value = infinity if part[j] == zero else part[j]
            found[j] = value if value < found[j] else found[j]
    for j in range(whole, len(divisive)):
        value = infinity if divisive[j] == zero else divisive[j]
        found[0] = value if value < found[0] else found[0]
    return found.min()


@rounded
def _integrate(
    net: Any, divisive: Any, smallest: Any, epsilon: Any, gain: Any, bias: Any, current: Any
) -> None:
    """Write I_int = g_E net / D + b_E."""
    zero = gain.dtype.type(0)
    for j in range(len(gain)):
        divisor = smallest if divisive[j] == zero else divisive[j] + epsilon
        current[j] = gain[j] * (net[j] / divisor) + bias[j]


@compiled
def _differentiate(
    adjoint: Any, net: Any, divisive: Any, smallest: Any, epsilon: Any, passed: Any, gain: Any,
    grad_gain: Any, grad_bias: Any, grad_net: Any, grad_divisive: Any,
) -> None:
    """Take the current's adjoint back through the circuit."""
    zero = gain.dtype.type(0)
    for j in range(len(gain)):
        silent = divisive[j] == zero
        divisor = smallest if silent else divisive[j] + epsilon
        quotient = net[j] / divisor
        of_net = adjoint[j] * gain[j] / divisor
        grad_net[j] = of_net
        grad_divisive[j] = -of_net * quotient * (passed if silent else gain.dtype.type(1))
        grad_gain[j] += adjoint[j] * quotient
        grad_bias[j] += adjoint[j]


@compiled
def circuits_forward(
    first: int, last: int, net: Any, divisive: Any, adaptive: bool, smallest: Any, epsilon: Any,
    gain: Any, bias: Any, leak: Any, threshold: Any, spikes: Any,
) -> None:
    """Run the members `first` to `last` of a batch.

    Args:
        first, last: members of the batch.
        net: I_EE - I_sub, [T or 1, B, M].
        divisive: I_div, shaped the same.
        adaptive: whether what stands for a divisor of 0 is the smallest of its sample that isn't.
        smallest: [T or 1, B]: what stands for a divisor of 0, written if adaptive.
        epsilon: what is added to divisors that aren't 0.
        gain, bias: g_E and b_E of each neuron, [M].
        leak, threshold: the neurons' constants.
        spikes: [T, B, M], written.
    """
    n_steps, _, n = spikes.shape
    held = len(net) == 1
    buffer = np.empty((2, STRETCH), spikes.dtype)
    for b in range(first, last):
        if adaptive:
            for t in range(len(net)):
                smallest[t, b] = _smallest(divisive[t, b])
        for begin in range(0, n, STRETCH):
            end = min(begin + STRETCH, n)
            v, current = buffer[0, : end - begin], buffer[1, : end - begin]
            v[:] = 0
            for t in range(n_steps):
                if t == 0 or not held:
                    _integrate(
                        net[t, b, begin:end], divisive[t, b, begin:end], smallest[t, b], epsilon,
                        gain[begin:end], bias[begin:end], current,
                    )
                _fire(current, v, leak, threshold, spikes[t, b, begin:end])


@compiled
def circuits_backward(
    first: int, last: int, net: Any, divisive: Any, smallest: Any, epsilon: Any, passed: Any,
    gain: Any, bias: Any, leak: Any, threshold: Any, scale: Any, grad_spikes: Any, grad_net: Any,
    grad_divisive: Any, grad_gain: Any, grad_bias: Any,
) -> None:
    """Return the stretches of neurons `first` to `last`, for all the batch; see `circuits_forward`.

    Args:
        first, last: stretches.
        passed: dD/dI_div where I_div is 0.
        scale: k of the sigmoid.
        grad_spikes: [T, B, M].
        grad_net, grad_divisive: [T or 1, B, M], written.
        grad_gain, grad_bias: of each neuron, summed over steps and the batch, [M], written.
    """
    n_steps, n_samples, n = grad_spikes.shape
    held = len(net) == 1
    buffer = np.empty((n_steps + 5, STRETCH), gain.dtype)
    for begin in range(first * STRETCH, min(last * STRETCH, n), STRETCH):
        end = min(begin + STRETCH, n)
        v, current = buffer[n_steps, : end - begin], buffer[n_steps + 1, : end - begin]
        later, adjoint = buffer[n_steps + 2, : end - begin], buffer[n_steps + 3, : end - begin]
        total = buffer[n_steps + 4, : end - begin]
        grad_gain[begin:end] = 0
        grad_bias[begin:end] = 0
        for b in range(n_samples):
            v[:] = 0
            for t in range(n_steps):
                if t == 0 or not held:
                    _integrate(
                        net[t, b, begin:end], divisive[t, b, begin:end], smallest[t, b], epsilon,
                        gain[begin:end], bias[begin:end], current,
                    )
                _trace(current, v, leak, threshold, buffer[t, : end - begin])
            later[:] = 0
            total[:] = 0
            for t in range(n_steps - 1, -1, -1):
                distances = buffer[t, : end - begin]
                _return(grad_spikes[t, b, begin:end], distances, scale, leak, later, adjoint)
                if held:
                    _add(adjoint, total)
                if t == 0 or not held:
                    _differentiate(
                        total if held else adjoint, net[t, b, begin:end],
                        divisive[t, b, begin:end], smallest[t, b], epsilon, passed,
                        gain[begin:end], grad_gain[begin:end], grad_bias[begin:end],
                        grad_net[t, b, begin:end], grad_divisive[t, b, begin:end],
                    )
                later, adjoint = adjoint, later
