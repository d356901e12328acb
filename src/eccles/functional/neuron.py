"""What a spiking neuron is: a pure step from its receptors and state to spikes and the next state.

A neuron of one's own is a class with these two methods; `eccles.functional.adaptive` is one to
start from. Constants are numbers, or tensors [N] where neurons differ.
"""

from __future__ import annotations

from typing import Any, Protocol, runtime_checkable

from torch import Tensor

from eccles.arguments import typed

Constant = float | Tensor
"""One number for all neurons, or a number for each, [N]."""


@runtime_checkable
class Neuron(Protocol):
    """A model of a spiking neuron, for any number of them."""

    def start(self, like: Tensor) -> Any:
        """Return the state before the first step: tensors of the shape and type of `like`."""
        ...

    def step(self, excitatory: Tensor, inhibitory: Tensor | None, state: Any) -> tuple[Tensor, Any]:
        """Advance one step: return this step's spikes [B, N], and the next step's state.

        Args:
            excitatory: conductance (or current) of the excitatory receptor at this step, [B, N].
            inhibitory: the same of the inhibitory one, never negative under Dale's principle; None
                where `excitatory` is the sum of both with their signs.
            state: the state at this step.
        """
        ...


@typed("functional")
def net(excitatory: Tensor, inhibitory: Tensor | None) -> Tensor:
    """Return the net current g_E - g_I."""
    return excitatory if inhibitory is None else excitatory - inhibitory


def like(constant: Constant, tensor: Tensor) -> Constant:
    """Return a constant with a tensor's type and device."""
    return constant.to(tensor) if isinstance(constant, Tensor) else constant
