"""Leaky readout neurons, which integrate and never spike.

One step, with the decays of `eccles.functional.lif`:

    o_next = beta o + j        (the old j)
    j_next = alpha j + input

Source: Kilgore et al. 2025, doi 10.1038/s41598-025-03408-7.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol, runtime_checkable

import torch
from torch import Tensor

from eccles.arguments import typed


@runtime_checkable
class Decays(Protocol):
    """Anything that has the decays of a synapse (alpha) and of a membrane (beta) over one step."""

    @property
    def alpha(self) -> float:
        """Share of the synaptic current that one step leaves."""
        ...

    @property
    def beta(self) -> float:
        """Share of the potential that one step leaves."""
        ...


class ReadoutState(NamedTuple):
    """Synaptic current and potential of the readout neurons, [B, C] each."""

    j: Tensor
    o: Tensor


@typed("functional")
def readout_step(current: Tensor, state: ReadoutState, p: Decays) -> ReadoutState:
    """Advance one step under the weighted input of that step, [B, C]."""
    return _advanced(current, state, p.alpha, p.beta)


def _advanced(current: Tensor, state: ReadoutState, alpha: float, beta: float) -> ReadoutState:
    return ReadoutState(alpha * state.j + current, beta * state.o + state.j)


@typed("functional")
def readout(currents: Tensor, p: Decays) -> Tensor:
    """Return the potentials [T + 1, B, C] that weighted inputs [T, B, C] cause.

    The first two samples are always zero: the start, and the step before any input arrives.
    """
    rest = currents.new_zeros(currents.shape[1:])
    state = ReadoutState(rest, rest)
    potentials = [state.o]
    alpha, beta = p.alpha, p.beta
    for current in currents.unbind(0):
        state = _advanced(current, state, alpha, beta)
        potentials.append(state.o)
    return torch.stack(potentials)
