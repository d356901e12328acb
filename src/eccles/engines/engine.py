"""What an engine is: something that runs the shallow network's equations on spike events."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from torch import Tensor

from eccles.events import SpikeEvents
from eccles.functional.lif import LIFParameters


class Weights(NamedTuple):
    """Weights of the shallow network, signed.

    Attributes:
        input_to_hidden: [n_inputs, n_hidden].
        hidden_to_output: [n_hidden, n_classes].
    """

    input_to_hidden: Tensor
    hidden_to_output: Tensor


class Response(NamedTuple):
    """What the network answers to a batch.

    Attributes:
        peaks: highest potential of each readout, [B, n_classes].
        spike_counts: how often each hidden neuron fired, int32 [B, n_hidden].
    """

    peaks: Tensor
    spike_counts: Tensor


class Engine(Protocol):
    """A way to compute; all engines agree with the plain equations of `eccles.functional`."""

    @property
    def name(self) -> str:
        """What the user calls the engine, and what a run stores."""
        ...

    def loss(
        self, weights: Weights, events: SpikeEvents, labels: Tensor, neuron: LIFParameters
    ) -> Tensor:
        """Return the max-over-time loss of a batch, a scalar that autograd can differentiate.

        Args:
            weights: float32 or float64; the loss has their type and device.
            events: B samples.
            labels: classes, int64 [B].
            neuron: constants of the hidden layer, whose decays the readout shares.
        """
        ...

    def respond(self, weights: Weights, events: SpikeEvents, neuron: LIFParameters) -> Response:
        """Return the response to a batch, without gradients."""
        ...
