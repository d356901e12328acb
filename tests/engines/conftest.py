"""Random networks and events for the engines, and which samples leave no room for rounding."""

from dataclasses import dataclass

import numpy as np
import pytest
import torch

from eccles import functional
from eccles.engines import DenseEngine, Weights
from eccles.events import SpikeEvents
from eccles.functional import LIFParameters


@dataclass(frozen=True)
class Problem:
    """A network, a batch of events and its labels; `weights` bear no gradients yet."""

    weights: Weights
    events: SpikeEvents
    labels: torch.Tensor
    neuron: LIFParameters

    def take(self, samples):
        return Problem(self.weights, self.events[samples], self.labels[samples], self.neuron)

    def cast(self, dtype):
        w1, w2 = self.weights
        return Problem(Weights(w1.to(dtype), w2.to(dtype)), self.events, self.labels, self.neuron)

    def solve(self, engine, factor=1.0):
        """Return factor times the loss, and its two gradients through autograd."""
        weights = Weights(*(w.clone().requires_grad_() for w in self.weights))
        loss = factor * engine.loss(weights, self.events, self.labels, self.neuron)
        # In one step no weight reaches the loss, in two none of the inputs.
        if loss.requires_grad:
            loss.backward()
        gradients = (torch.zeros_like(w) if w.grad is None else w.grad for w in weights)
        return loss.detach(), *gradients

    def clear_samples(self, margin):
        """Return the samples whose spikes and peaks no rounding below the margin can move."""
        w1, w2 = (w.double() for w in self.weights)
        inputs = self.events.to_dense(torch.float64)
        spikes, _, membranes = functional.lif(inputs @ w1, self.neuron)
        clear = (membranes - 1.0).abs().amin(dim=(0, 2)) > margin
        potentials = functional.readout(spikes @ w2, self.neuron)
        if not self.neuron.zero_start:
            begun = (potentials != 0).any(dim=2, keepdim=True).cumsum(dim=0) > 0
            potentials = torch.where(begun | ~begun[-1], potentials, -torch.inf)
        peaks, steps = potentials.max(dim=0)
        rivals = potentials.scatter(0, steps.unsqueeze(0), -torch.inf).amax(dim=0)
        # A readout that stays below zero has its peak at the start, with a rival that is as good.
        silent = (peaks == 0) & (steps == 0)
        return (clear & (silent | (peaks - rivals > margin * peaks.abs())).all(dim=1)).numpy()


@pytest.fixture(scope="session")
def random_events():
    def make(rng, n_samples, n_steps, n_units, mean_events, *, counts=False):
        """Return events at random steps of random units, repeated ones among them."""
        lengths = rng.poisson(mean_events, n_samples) * (rng.random(n_samples) < 0.9)
        ends = np.cumsum(lengths)
        n = int(lengths.sum())
        samples = np.repeat(np.arange(n_samples), lengths)
        steps = rng.integers(0, n_steps, n)
        events = SpikeEvents(
            ends - lengths,
            ends,
            steps[np.lexsort((steps, samples))].astype(np.uint16),
            rng.integers(0, n_units, n).astype(np.uint16),
            rng.integers(1, 5, n).astype(np.uint8) if counts else None,
            n_steps,
            n_units,
        )
        events.check()
        return events

    return make


@pytest.fixture(scope="session")
def problem(random_events):
    def make(
        seed=0,
        n_inputs=60,
        n_hidden=100,
        n_classes=10,
        n_samples=40,
        n_steps=100,
        mean_events=120,
        drive=0.3,
        neuron=None,
        counts=False,
        dtype=torch.float64,
    ):
        """Return a random problem; at a drive of 0.1 a hidden neuron fires about once."""
        rng = np.random.default_rng(seed)
        events = random_events(rng, n_samples, n_steps, n_inputs, mean_events, counts=counts)
        neuron = neuron or LIFParameters()
        w1 = torch.from_numpy(np.abs(rng.standard_normal((n_inputs, n_hidden))) * 0.15 * drive)
        w2 = torch.from_numpy(rng.standard_normal((n_hidden, n_classes))) * 0.1
        labels = torch.from_numpy(rng.integers(0, n_classes, n_samples))
        return Problem(Weights(w1.to(dtype), w2.to(dtype)), events, labels, neuron)

    return make


@pytest.fixture(scope="session")
def dense():
    return DenseEngine()
