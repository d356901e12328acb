"""The event-driven engine: the shallow network's loss and gradients from spike events alone.

A numba kernel computes the loss and both gradients in one pass over the events; autograd receives
them ready-made, so the same training loop and any torch optimizer work with it. A batch is cut
into a fixed number of parts, each with gradients of its own that are added in a fixed order:
the result is the same bit for bit whatever the number of threads.
"""

from __future__ import annotations

from threading import RLock
from typing import Any

import numpy as np
import torch
from torch import Tensor

from eccles.arguments import unchecked
from eccles.engines.at_once import loss_at_once
from eccles.engines.engine import (
    Descent,
    Response,
    Weights,
    both,
    check_fit,
    check_labels,
    fits_kernels,
)
from eccles.engines.event import kernels
from eccles.engines.event.batch import MOST_PARTS, Batch
from eccles.engines.event.layout import Events, Network, Objective, Update
from eccles.engines.event.packing import Packing
from eccles.engines.event.update import WeightUpdates, no_update
from eccles.engines.thread_pool import ThreadPool
from eccles.errors import check_workers, must
from eccles.events import SpikeEvents
from eccles.functional.lif import LIFParameters
from eccles.functional.surrogate import SuperSpike

_fits_kernels = unchecked(fits_kernels)


class EventEngine:
    """Runs on a CPU, with the SuperSpike surrogate, a resting potential of 0 and threshold 1.

    Args:
        threads: how many threads share a batch; the result doesn't depend on it.
    """

    name = "event"

    def __init__(self, threads: int = 1) -> None:
        check_workers("event engine", "threads", threads)
        self.threads = threads
        self._pool = ThreadPool(min(threads, MOST_PARTS))
        self._batch = Batch()
        # Two threads that call one engine would fill the same arrays.
        self._lock = RLock()
        self._packing: Packing | None = None
        self._updates: WeightUpdates | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        # A copy, here or in another process, has threads and arrays of its own.
        return EventEngine, (self.threads,)

    def loss(
        self, weights: Weights, events: SpikeEvents, labels: Tensor, neuron: LIFParameters
    ) -> Tensor:
        """Return the max-over-time loss of a batch; see `Engine.loss`."""

        def compute(*own: Tensor) -> tuple[Tensor, Weights]:
            return self.loss_and_gradients(Weights(*own), events, labels, neuron)

        return loss_at_once(compute, both(weights))

    def respond(self, weights: Weights, events: SpikeEvents, neuron: LIFParameters) -> Response:
        """Return the response to a batch; see `Engine.respond`."""
        _check(weights, events, neuron)
        with self._lock:
            return self._respond(weights, events, neuron)

    def _respond(self, weights: Weights, events: SpikeEvents, neuron: LIFParameters) -> Response:
        packing = self._pack(weights)
        peaks = torch.empty(len(events), packing.n_classes, dtype=weights[0].dtype, device="cpu")
        spike_counts = torch.empty(len(events), packing.n_hidden, dtype=torch.int32, device="cpu")
        inputs = packing.network(neuron), Events.of(events)
        outputs = peaks.numpy(), spike_counts.numpy()

        def part(first: int, last: int) -> None:
            kernels.respond_samples(*inputs, first, last, *outputs)

        self._pool.map(part, len(events))
        return Response(peaks, spike_counts)

    def spikes(self, weights: Weights, events: SpikeEvents, neuron: LIFParameters) -> SpikeEvents:
        """Return the hidden spikes; see `Engine.spikes`. One thread, whatever the engine has."""
        _check(weights, events, neuron)
        with self._lock:
            packing = self._pack(weights)
            counts = np.empty(len(events), np.int64)
            steps, units = kernels.spike_samples(packing.network(neuron), Events.of(events), counts)
        ends = np.cumsum(counts)
        return SpikeEvents._trusted(
            ends - counts, ends, steps, units, None, events.n_steps, packing.n_hidden, events.dt
        )

    def loss_and_gradients(
        self, weights: Weights, events: SpikeEvents, labels: Tensor, neuron: LIFParameters
    ) -> tuple[Tensor, Weights]:
        """Return the loss of a batch and its gradients with respect to both weights."""
        _check(weights, events, neuron)
        with self._lock:
            packing = self._pack(weights)
            self._load(packing, events, labels)
            self._share(self._work(packing, neuron, no_update(packing.dtype)))
            loss = torch.tensor(self._batch.mean_loss(), dtype=weights[0].dtype, device="cpu")
            return loss, packing.sum_gradients(self._batch.n_parts)

    def descend(
        self,
        weights: Weights,
        events: SpikeEvents,
        labels: Tensor,
        neuron: LIFParameters,
        descent: Descent,
    ) -> float:
        """Change the weights as `descent` says, and return the loss before; see `FusedUpdate`."""
        _check(weights, events, neuron)
        with self._lock:
            if self._updates is None or not self._updates.is_of(weights):
                self._updates = WeightUpdates(weights)
            updates, packing = self._updates, self._packing
            if packing is None or not updates.is_current():
                packing = self._pack(weights)
            self._load(packing, events, labels)
            updates.load(descent)
            work = self._work(packing, neuron, updates.update)
            self._share(work)
            loss = packing.dtype.type(self._batch.mean_loss())
            updates.begin()
            self._share(work)
            updates.note()
            return float(loss)

    def _load(self, packing: Packing, events: SpikeEvents, labels: Tensor) -> None:
        classes = check_labels(labels, len(events), packing.n_classes)
        self._batch.load(events, classes, packing.dtype)

    def _work(
        self, packing: Packing, neuron: LIFParameters, update: Update
    ) -> tuple[Network, Events, Objective, Update]:
        """Return what `train_parts` takes after the members."""
        objective = self._batch.objective(packing.gradients)
        return packing.network(neuron), self._batch.events, objective, update

    def _share(self, work: tuple[Any, ...]) -> None:
        """Have all threads do what is ordered: the batch's gradients, or the update."""
        self._pool.share(kernels.train_parts, kernels.serve, *work)

    def _pack(self, weights: Weights) -> Packing:
        """Copy weights in, whatever is known of them: a change of `.data` isn't counted."""
        w1, w2 = (w.detach() for w in weights)
        if self._packing is None or not self._packing.fits(w1, w2):
            self._packing = Packing(w1, w2, MOST_PARTS)
        if self._updates is not None:
            self._updates.forget()
        self._packing.load(w1, w2)
        return self._packing


def _check(weights: Weights, events: SpikeEvents, neuron: LIFParameters) -> None:
    check_fit(weights, events, neuron)
    if not _fits_kernels(neuron) or not isinstance(neuron.surrogate, SuperSpike):
        raise must(
            "event engine",
            "the neuron",
            "of rest 0, threshold 1 and SuperSpike surrogate",
            neuron,
            "the dense engine takes any",
        )
    device = weights.input_to_hidden.device.type
    if device != "cpu":
        raise must("event engine", "the weights", "on a CPU", device, "use dense")
