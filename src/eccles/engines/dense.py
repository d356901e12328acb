"""The dense engine: the plain equations as they stand, on any device, with any surrogate."""

from __future__ import annotations

import torch
from torch import Tensor

from eccles import functional
from eccles.engines.engine import Response, Weights, check_fit, check_labels, reaching
from eccles.events import SpikeEvents
from eccles.functional.lif import LIFParameters


class DenseEngine:
    """Runs `eccles.functional` on dense rasters [T, B, N] and leaves gradients to autograd."""

    name = "dense"

    def loss(
        self, weights: Weights, events: SpikeEvents, labels: Tensor, neuron: LIFParameters
    ) -> Tensor:
        """Return the max-over-time loss of a batch; see `Engine.loss`."""
        check_fit(weights, events, neuron)
        classes = check_labels(labels, len(events), weights.hidden_to_output.shape[1])
        potentials, _ = _run(weights, events, neuron)
        own = torch.tensor(classes, dtype=torch.int64, device=potentials.device)
        return reaching(functional.max_over_time_loss(potentials, own, neuron.zero_start), weights)

    def respond(self, weights: Weights, events: SpikeEvents, neuron: LIFParameters) -> Response:
        """Return the response to a batch; see `Engine.respond`."""
        with torch.no_grad():
            potentials, spikes = _run(weights, events, neuron)
            return Response(
                functional.peaks(potentials, neuron.zero_start), spikes.sum(dim=0).int()
            )

    def spikes(self, weights: Weights, events: SpikeEvents, neuron: LIFParameters) -> SpikeEvents:
        """Return the hidden spikes; see `Engine.spikes`."""
        with torch.no_grad():
            return SpikeEvents.from_dense(_run(weights, events, neuron)[1], events.dt)


def _run(weights: Weights, events: SpikeEvents, neuron: LIFParameters) -> tuple[Tensor, Tensor]:
    """Return readout potentials [T + 1, B, C] and hidden spikes [T, B, H]."""
    check_fit(weights, events, neuron)
    w1, w2 = weights
    inputs = events.to_dense(w1.dtype, w1.device)
    spikes, _, _ = functional.lif(inputs @ w1, neuron)
    return functional.readout(spikes @ w2, neuron), spikes
