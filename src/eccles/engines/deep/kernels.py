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
from typing import Any, NamedTuple

import numpy as np
from numba import types
from numba.extending import overload

from eccles.jit import compiled, rounded


class Neurons(NamedTuple):
    """The constants of soft-reset neurons, of the arrays' number type.

    Attributes:
        leak, threshold: of their membranes.
        scale: k of the sigmoid surrogate.
    """

    leak: Any
    threshold: Any
    scale: Any


class Circuit(NamedTuple):
    """The inputs and constants of an E-I circuit.

    Attributes:
        net: I_EE - I_sub, [T or 1, B, M].
        divisive: I_div, shaped the same.
        smallest: [T or 1, B]: what stands for a divisor of 0.
        epsilon: what is added to divisors that aren't 0.
        passed: dD/dI_div where I_div is 0.
        gain, bias: g_E and b_E of each neuron, [M].
    """

    net: Any
    divisive: Any
    smallest: Any
    epsilon: Any
    passed: Any
    gain: Any
    bias: Any


class Gradients(NamedTuple):
    """Those of a circuit, written.

    Attributes:
        net, divisive: [T or 1, B, M].
        gain, bias: of each neuron, summed over steps and the batch, [M].
    """

    net: Any
    divisive: Any
    gain: Any
    bias: Any


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
def _fire(neurons: Any, current: Any, v: Any, spikes: Any) -> None:
    """Advance membranes v by one step under a current, and write the step's spikes."""
    zero, one = v.dtype.type(0), v.dtype.type(1)
    leak, threshold = neurons.leak, neurons.threshold
    for j in range(len(v)):
        potential = leak * v[j] + current[j]
        fires = potential >= threshold
        spikes[j] = one if fires else zero
        v[j] = potential - (threshold if fires else zero)


@rounded
def _trace(neurons: Any, current: Any, v: Any, distances: Any) -> None:
    """Advance membranes as `_fire` does, and write their distances above threshold."""
    zero = v.dtype.type(0)
    leak, threshold = neurons.leak, neurons.threshold
    for j in range(len(v)):
        potential = leak * v[j] + current[j]
        distances[j] = potential - threshold
        v[j] = potential - (threshold if potential >= threshold else zero)


@compiled
def _return(neurons: Any, grad_spikes: Any, distances: Any, later: Any, adjoint: Any) -> None:
    """Take the membranes' adjoint back from a later step; in place, it wouldn't be vectorised."""
    one = adjoint.dtype.type(1)
    leak, scale = neurons.leak, neurons.scale
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
def neurons_forward(first: int, last: int, neurons: Any, currents: Any, spikes: Any) -> None:
    """Run the stretches of neurons `first` to `last`.

    Args:
        first, last: stretches.
        neurons: their constants.
        currents: [T or 1, M].
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
            _fire(neurons, current, v, spikes[t, begin:end])


@compiled
def neurons_backward(
    first: int, last: int, neurons: Any, currents: Any, grad_spikes: Any, grad: Any
) -> None:
    """Return the stretches of neurons `first` to `last`; see `neurons_forward`.

    Args:
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
            _trace(neurons, current, v, buffer[t, : end - begin])
        if held:
            grad[0, begin:end] = 0
        for t in range(n_steps - 1, -1, -1):
            distances = buffer[t, : end - begin]
            adjoint = spare if held else grad[t, begin:end]
            _return(neurons, grad_spikes[t, begin:end], distances, later, adjoint)
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
def _integrate(circuit: Any, t: int, b: int, begin: int, end: int, current: Any) -> None:
    """Write I_int = g_E net / D + b_E of a stretch of a sample."""
    net, divisive = circuit.net[t, b, begin:end], circuit.divisive[t, b, begin:end]
    gain, bias = circuit.gain[begin:end], circuit.bias[begin:end]
    smallest, epsilon = circuit.smallest[t, b], circuit.epsilon
    zero = gain.dtype.type(0)
    for j in range(len(gain)):
        divisor = smallest if divisive[j] == zero else divisive[j] + epsilon
        current[j] = gain[j] * (net[j] / divisor) + bias[j]


@compiled
def _differentiate(
    circuit: Any, t: int, b: int, begin: int, end: int, adjoint: Any, grads: Any
) -> None:
    """Take the current's adjoint back through the circuit."""
    net, divisive = circuit.net[t, b, begin:end], circuit.divisive[t, b, begin:end]
    gain, smallest = circuit.gain[begin:end], circuit.smallest[t, b]
    epsilon, passed = circuit.epsilon, circuit.passed
    grad_net, grad_divisive = grads.net[t, b, begin:end], grads.divisive[t, b, begin:end]
    grad_gain, grad_bias = grads.gain[begin:end], grads.bias[begin:end]
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
    first: int, last: int, neurons: Any, circuit: Any, adaptive: bool, spikes: Any
) -> None:
    """Run the members `first` to `last` of a batch.

    Args:
        first, last: members of the batch.
        neurons: their constants.
        circuit: what they are behind.
        adaptive: whether what stands for a divisor of 0 is the smallest of its sample that isn't,
            which is then written.
        spikes: [T, B, M], written.
    """
    n_steps, _, n = spikes.shape
    held = len(circuit.net) == 1
    buffer = np.empty((2, STRETCH), spikes.dtype)
    for b in range(first, last):
        if adaptive:
            for t in range(len(circuit.net)):
                circuit.smallest[t, b] = _smallest(circuit.divisive[t, b])
        for begin in range(0, n, STRETCH):
            end = min(begin + STRETCH, n)
            v, current = buffer[0, : end - begin], buffer[1, : end - begin]
            v[:] = 0
            for t in range(n_steps):
                if t == 0 or not held:
                    _integrate(circuit, t, b, begin, end, current)
                _fire(neurons, current, v, spikes[t, b, begin:end])


@compiled
def circuits_backward(
    first: int, last: int, neurons: Any, circuit: Any, grad_spikes: Any, grads: Any
) -> None:
    """Return the stretches of neurons `first` to `last`, for all the batch; see `circuits_forward`.

    Args:
        first, last: stretches.
        grad_spikes: [T, B, M].
        grads: the circuit's, written.
    """
    n_steps, n_samples, n = grad_spikes.shape
    held = len(circuit.net) == 1
    buffer = np.empty((n_steps + 5, STRETCH), circuit.gain.dtype)
    for begin in range(first * STRETCH, min(last * STRETCH, n), STRETCH):
        end = min(begin + STRETCH, n)
        v, current = buffer[n_steps, : end - begin], buffer[n_steps + 1, : end - begin]
        later, adjoint = buffer[n_steps + 2, : end - begin], buffer[n_steps + 3, : end - begin]
        total = buffer[n_steps + 4, : end - begin]
        grads.gain[begin:end] = 0
        grads.bias[begin:end] = 0
        for b in range(n_samples):
            v[:] = 0
            for t in range(n_steps):
                if t == 0 or not held:
                    _integrate(circuit, t, b, begin, end, current)
                _trace(neurons, current, v, buffer[t, : end - begin])
            later[:] = 0
            total[:] = 0
            for t in range(n_steps - 1, -1, -1):
                distances = buffer[t, : end - begin]
                _return(neurons, grad_spikes[t, b, begin:end], distances, later, adjoint)
                if held:
                    _add(adjoint, total)
                if t == 0 or not held:
                    _differentiate(circuit, t, b, begin, end, total if held else adjoint, grads)
                later, adjoint = adjoint, later
