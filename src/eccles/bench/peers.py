"""The same network and loss in other libraries, written as well as each of them allows.

Both compute the equations of `eccles.functional`, so that a step costs what it costs there and
nothing is compared that differs. Neither is needed: `pip install "eccles[peers]"` installs them.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from importlib import import_module
from itertools import cycle
from typing import Any

import torch
from torch import Tensor

from eccles import functional
from eccles.bench.workload import LossOf, Workload
from eccles.functional.surrogate import SuperSpike
from eccles.nn.shallow import EINetwork

NOT_INSTALLED = 'not installed: pip install "eccles[peers]"'


def snntorch_loss(work: Workload) -> LossOf:
    """Return the loss in snntorch's neurons; raise ImportError where it isn't installed.

    `Synaptic` adds the new current to the membrane and fires on the new membrane; here the old
    current counts and the old membrane fires. So its call k holds i[k] and v[k + 1], given the
    input of step k - 1, and returns the spikes of step k + 1: the same numbers under a shift in
    time. What came at steps 0 and 1 is zero, and what comes last can't reach the readout any
    more, so three calls of T are left out.
    """
    snn: Any = import_module("snntorch")
    fast_sigmoid = import_module("snntorch.surrogate").fast_sigmoid
    neuron = work.network().neuron
    decays = {"alpha": neuron.alpha, "beta": neuron.beta}
    hidden = snn.Synaptic(**decays, spike_grad=fast_sigmoid(_steepness()), reset_mechanism="zero")
    readout = snn.Synaptic(**decays, reset_mechanism="none")

    def loss_of(network: EINetwork, number: int) -> Tensor:
        events, labels = work.batch(number)
        currents = events.to_dense()[:-3] @ network.input_to_hidden
        syn, mem = torch.zeros_like(currents[0]), torch.zeros_like(currents[0])
        spikes = []
        for current in currents.unbind(0):
            spike, syn, mem = hidden(current, syn, mem)
            spikes.append(spike)
        potentials = snntorch_readout(readout, torch.stack(spikes) @ network.hidden_to_output)
        return functional.max_over_time_loss(potentials, labels)

    return loss_of


def snntorch_readout(readout: Any, currents: Tensor) -> Tensor:
    """Return the potentials of readouts that never spike, [T + 1, B, C], to currents [T, B, C]."""
    syn, mem = torch.zeros_like(currents[0]), torch.zeros_like(currents[0])
    potentials = [mem]
    for current in currents.unbind(0):
        _, syn, mem = readout(current, syn, mem)
        potentials.append(mem)
    return torch.stack(potentials)


def jax_step(work: Workload) -> Callable[[], float]:
    """Return the training step in JAX, as `training_step` does; raise ImportError without JAX.

    One compiled function holds the scan over time, its gradient, SGD and projection. The batch
    is fetched and made dense as for the dense engine. JAX chooses its own number of threads.
    """
    jax: Any = import_module("jax")
    np_: Any = import_module("jax.numpy")
    network = work.network()
    neuron, signs = network.neuron, network.hidden.signs()
    update = jax_update((neuron.alpha, neuron.beta), _steepness(), signs, work.learning_rate)
    start = tuple(np_.asarray(w.numpy()) for w in work.weights)
    numbers = cycle(range(len(work.batches)))
    weights = start

    def step() -> float:
        nonlocal weights
        number = next(numbers)
        if number == 0:
            weights = start
        events, labels = work.batch(number)
        raster = np_.from_dlpack(events.to_dense())
        value, weights = update(weights, raster, np_.asarray(labels.numpy()))
        # Reading the loss alone would leave the update running into the next task's turn.
        jax.block_until_ready(weights)
        return float(value)

    return step


def jax_update(
    hidden: tuple[float, float],
    scale: float,
    signs: Tensor,
    learning_rate: float,
    readout: tuple[float, float] | None = None,
) -> Callable[[Any, Any, Any], Any]:
    """Return what makes a step in JAX of weights, a raster and labels: the loss, and new weights.

    One compiled function holds the scan over time, its gradient, SGD and projection. Weights are
    those of the input and of the readouts, or with those of a recurrent layer between them.

    Args:
        hidden: alpha and beta of the hidden neurons.
        scale: steepness of SuperSpike.
        signs: of the hidden neurons, [N].
        learning_rate: of SGD.
        readout: alpha and beta of the readouts, where they are others.
    """
    jax: Any = import_module("jax")
    np_: Any = import_module("jax.numpy")
    (alpha, beta), (alpha_out, beta_out) = hidden, readout or hidden
    rows = np_.asarray(signs.numpy())[:, None]

    @jax.custom_jvp  # type: ignore[untyped-decorator]
    def spike(x: Any) -> Any:
        return (x > 0).astype(x.dtype)

    @spike.defjvp  # type: ignore[untyped-decorator]
    def spike_jvp(primals: Any, tangents: Any) -> Any:
        (x,), (dx,) = primals, tangents
        return spike(x), dx / (scale * abs(x) + 1.0) ** 2

    def advance(weights: Any, state: Any, inputs: Any) -> Any:
        i, v, j, o, peak = state
        s = spike(v - 1.0)
        o = beta_out * o + j
        # Strictly above, so that the gradient goes to the first maximum alone.
        peak = np_.where(o > peak, o, peak)
        v = (beta * v + i) * (1.0 - jax.lax.stop_gradient(s))
        i = alpha * i + inputs @ weights[0]
        if len(weights) > 2:
            i = i + s @ weights[1]
        return (i, v, alpha_out * j + s @ weights[-1], o, peak), None

    def loss(weights: Any, raster: Any, labels: Any) -> Any:
        ends = weights[0], weights[-1]
        neurons, classes = (np_.zeros((raster.shape[1], w.shape[1])) for w in ends)
        state = (neurons, neurons, classes, classes, classes)
        state, _ = jax.lax.scan(partial(advance, weights), state, raster)
        scores = jax.nn.log_softmax(state[-1])
        return -np_.take_along_axis(scores, labels[:, None], axis=1).mean()

    @jax.jit  # type: ignore[untyped-decorator]
    def update(weights: Any, raster: Any, labels: Any) -> Any:
        value, gradients = jax.value_and_grad(loss)(weights, raster, labels)
        first, *others = (w - learning_rate * g for w, g in zip(weights, gradients, strict=True))
        signed = (rows * np_.maximum(rows * w, 0.0) for w in others)
        return value, (np_.maximum(first, 0.0), *signed)

    made: Callable[[Any, Any, Any], Any] = update
    return made


def _steepness() -> float:
    return SuperSpike().scale
