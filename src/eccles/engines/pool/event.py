"""The event engine for any network: recurrent, layered, of several groups, delays and neurons.

A numba kernel computes the loss and all gradients in one pass; autograd receives them ready-made.
A batch is cut into parts by its size alone, each with gradients of its own that are added in a
fixed order: the result is the same bit for bit whatever the number of threads.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import RLock
from typing import Any

import numpy as np
import torch
from torch import Tensor

from eccles.engines.at_once import loss_at_once
from eccles.engines.engine import Response, check_labels
from eccles.engines.pool.dense import PoolWeights, by_name, check_matrices
from eccles.engines.pool.kernels import list_spikes, run_samples
from eccles.engines.pool.layout import Circuit, Events
from eccles.engines.pool.packing import PoolPacking, refusal
from eccles.errors import InputError, check_workers, must
from eccles.events import SpikeEvents, spike_events
from eccles.wiring import Wiring

_FEWEST, _SAMPLES_A_PART, _MOST_PARTS = 8, 128, 8
"""A batch of eight samples has two parts: two threads then share it, whatever its size."""


class EventPool:
    """Runs on a CPU; knows LIF, adaptive and conductance neurons with one surrogate.

    Args:
        wiring: the network.
        threads: how many threads share a batch; the result doesn't depend on it.

    Raises InputError for a network that the kernels don't take, with the reason.
    """

    name = "event"

    def __init__(self, wiring: Wiring, threads: int = 1) -> None:
        check_workers("event engine", "threads", threads)
        reason = refusal(wiring)
        if reason is not None:
            raise InputError(f"event engine: {reason}; use --engine dense")
        self.wiring = wiring
        self.threads = threads
        self._packing: PoolPacking | None = None
        # Two threads that call one engine would fill the same arrays.
        self._lock = RLock()
        self._helpers: ThreadPoolExecutor | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        # A copy, here or in another process, has threads and arrays of its own.
        return EventPool, (self.wiring, self.threads)

    def loss(self, weights: PoolWeights, events: SpikeEvents, labels: Tensor) -> Tensor:
        """Return the max-over-time loss of a batch; see `DensePool.loss`."""
        weights = by_name(weights)

        def compute(*own: Tensor) -> tuple[Tensor, list[Tensor]]:
            given = dict(zip(weights, own, strict=True))
            loss, gradients = self.loss_and_gradients(given, events, labels)
            return loss, [gradients[name] for name in weights]

        return loss_at_once(compute, weights.values())

    def respond(self, weights: PoolWeights, events: SpikeEvents) -> Response:
        """Return the response to a batch, without gradients."""
        with self._lock:
            circuit, arrays = self._load(weights, events, traced=False)
            return self._respond(circuit, arrays)

    def _respond(self, circuit: Circuit, arrays: Events) -> Response:
        n, none = len(arrays.begins), circuit.w_in[:0]
        peaks = np.empty((n, self.wiring.n_classes), none.dtype)
        counts = np.empty((n, self.wiring.n_neurons), np.int32)
        # No weight, gradients or losses.
        no = none.dtype.type(0), none, none, none, np.empty(0)

        def share(k: int) -> None:
            stretch = n * k // self.threads, n * (k + 1) // self.threads
            run_samples(circuit, arrays, *stretch, np.empty(0, np.int64), *no, peaks, counts)

        self._each(share, self.threads)
        return Response(torch.from_numpy(peaks), torch.from_numpy(counts))

    def spikes(self, weights: PoolWeights, events: SpikeEvents) -> SpikeEvents:
        """Return the spikes of all neurons to B samples, sorted by step, then by neuron."""
        with self._lock:
            circuit, arrays = self._load(weights, events, traced=False)
            counts = self._respond(circuit, arrays).spike_counts.numpy().sum(axis=1, dtype=np.int64)
            ends = np.cumsum(counts)
            steps, units = np.empty((2, int(counts.sum())), np.uint16)
            list_spikes(circuit, arrays, ends - counts, steps, units)
        n_neurons = self.wiring.n_neurons
        return SpikeEvents._trusted(
            ends - counts, ends, steps, units, None, events.n_steps, n_neurons, events.dt
        )

    def loss_and_gradients(
        self, weights: PoolWeights, events: SpikeEvents, labels: Tensor
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """Return the loss of a batch, and its gradients by the name of the weights."""
        n = len(spike_events("engine", events))
        classes = check_labels(labels, n, self.wiring.n_classes)
        with self._lock:
            circuit, arrays = self._load(weights, events, traced=True)
            packing = self._packing
            assert packing is not None
            n_parts = 1 if n < _FEWEST else max(2, min(_MOST_PARTS, -(-n // _SAMPLES_A_PART)))
            weight = packing.dtype.type(1 / max(1, n))
            losses = np.zeros(n)
            first, second, _ = packing.edges
            answers = np.empty((0, 0), packing.dtype), np.empty((0, 0), np.int32)

            def part(k: int) -> None:
                grad = packing.gradients[k]
                grad[:] = 0
                stretch = n * k // n_parts, n * (k + 1) // n_parts
                grads = grad[:first], grad[first:second], grad[second:]
                run_samples(circuit, arrays, *stretch, classes, weight, *grads, losses, *answers)

            self._each(part, n_parts)
            kind = next(iter(weights.values())).dtype
            loss = torch.tensor(losses.mean() if n else float("nan"), dtype=kind, device="cpu")
            return loss, packing.sum_gradients(n_parts)

    def _load(
        self, weights: PoolWeights, events: SpikeEvents, *, traced: bool
    ) -> tuple[Circuit, Events]:
        some = next(iter(by_name(weights).values()))
        if some.device.type != "cpu":
            raise must("event engine", "the weights", "on a CPU", some.device.type, "use dense")
        check_matrices(self.wiring, weights, events)
        if self._packing is None or self._packing.circuit.w.dtype != _numpy_kind(some):
            self._packing = PoolPacking(self.wiring, some.dtype, _MOST_PARTS)
        begins, ends, steps, units, counts = events.arrays
        circuit = self._packing.load(weights)
        return circuit, Events(begins, ends, steps, units, counts, events.n_steps, traced)

    def _each(self, do: Callable[[int], None], n: int) -> None:
        """Call do(0) to do(n - 1), on all threads."""
        if self.threads == 1 or n == 1:
            for k in range(n):
                do(k)
            return
        if self._helpers is None:
            self._helpers = ThreadPoolExecutor(self.threads)
        list(self._helpers.map(do, range(n)))


def _numpy_kind(weight: Tensor) -> type[np.float64] | type[np.float32]:
    return np.float64 if weight.dtype == torch.float64 else np.float32
