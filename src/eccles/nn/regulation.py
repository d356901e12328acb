"""Mend the balance of every layer of a model that keeps one."""

from __future__ import annotations

from torch import nn

from eccles.arguments import typed
from eccles.nn.circuit import EICircuit


@typed("nn")
def regulate(model: nn.Module) -> None:
    """Mend a part of the balance that each E-I layer lost on its last batch of training, in place.

    Call it after each update, and after `eccles.dale.project`. Layers whose rules have no `balance`
    are left alone. See `eccles.functional.balance` for the equations.
    """
    for part in model.modules():
        if isinstance(part, EICircuit):
            part.regulate()
