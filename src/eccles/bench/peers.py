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
        currents = torch.stack(spikes) @ network.hidden_to_output
        syn, mem = torch.zeros_like(currents[0]), torch.zeros_like(currents[0])
        potentials = [mem]
        for current in currents.unbind(0):
            _, syn, mem = readout(current, syn, mem)
            potentials.append(mem)
        return functional.max_over_time_loss(torch.stack(potentials), labels)

    return loss_of


def jax_step(work: Workload) -> Callable[[], float]:
    """Return the training step in JAX, as `training_step` does; raise ImportError without JAX.

    One compiled function holds the scan over time, its gradient, SGD and projection. The batch
    is fetched and made dense as for the dense engine. JAX chooses its own number of threads.
    """
    jax: Any = import_module("jax")
    np_: Any = import_module("jax.numpy")
    network = work.network()
    alpha, beta, scale = network.neuron.alpha, network.neuron.beta, _steepness()
    signs = np_.asarray(network.hidden.signs().numpy())[:, None]

    spike = jax_spike(scale)

    def advance(weights: Any, state: Any, inputs: Any) -> Any:
        i, v, j, o, peak = state
        s = spike(v - 1.0)
        o = beta * o + j
        # Strictly above, so that the gradient goes to the first maximum alone.
        peak = np_.where(o > peak, o, peak)
        i, v = alpha * i + inputs @ weights[0], (beta * v + i) * (1.0 - jax.lax.stop_gradient(s))
        return (i, v, alpha * j + s @ weights[1], o, peak), None

    def loss(weights: Any, raster: Any, labels: Any) -> Any:
        hidden, classes = (np_.zeros((raster.shape[1], w.shape[1])) for w in weights)
        state = (hidden, hidden, classes, classes, classes)
        state, _ = jax.lax.scan(partial(advance, weights), state, raster)
        scores = jax.nn.log_softmax(state[-1])
        return -np_.take_along_axis(scores, labels[:, None], axis=1).mean()

    @jax.jit  # type: ignore[untyped-decorator]
    def update(weights: Any, raster: Any, labels: Any) -> Any:
        value, gradients = jax.value_and_grad(loss)(weights, raster, labels)
        w1, w2 = (w - work.learning_rate * g for w, g in zip(weights, gradients, strict=True))
        return value, (np_.maximum(w1, 0.0), signs * np_.maximum(signs * w2, 0.0))

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


def jax_spike(scale: float) -> Any:
    """Return a spike in JAX: the step function, with SuperSpike's gradient."""
    jax: Any = import_module("jax")

    @jax.custom_jvp  # type: ignore[untyped-decorator]
    def spike(x: Any) -> Any:
        return (x > 0).astype(x.dtype)

    @spike.defjvp  # type: ignore[untyped-decorator]
    def spike_jvp(primals: Any, tangents: Any) -> Any:
        (x,), (dx,) = primals, tangents
        return spike(x), dx / (scale * abs(x) + 1.0) ** 2

    return spike


def _steepness() -> float:
    return SuperSpike().scale
