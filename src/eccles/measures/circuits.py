"""What the currents of an E-I circuit are like: means, spreads, balance, division."""

from __future__ import annotations

import torch
from torch import Tensor

from eccles.functional.circuit import Currents

COLUMNS = {
    f"{current}_{of}": "DOUBLE"
    for current in ("excitatory", "subtractive", "divisive", "integrated")
    for of in ("mean", "std")
} | {"balance": "DOUBLE", "gain": "DOUBLE", "zero_divisors": "DOUBLE"}
"""The numbers of `current_statistics`, and their types in SQL."""


def current_statistics(currents: Currents, integrated: Tensor) -> dict[str, float]:
    """Return what currents are like over all samples, channels and positions.

    balance is E[I_sub] / E[I_EE]; "gain" is E[I_div] / std(I_EE), how much division there is for
    the drive's spread, and isn't the circuit's parameter g_E. At the start E-I Init makes both 1
    for inputs that vary independently; where they vary together, the latter is less.
    zero_divisors is the share of I_div that is exactly 0.

    Args:
        currents: those of a layer, [N, n_E, ...] each.
        integrated: I_int, [N, n_E, ...].
    """
    known = {**currents._asdict(), "integrated": integrated}
    found: dict[str, float] = {}
    for name, current in known.items():
        std, mean = torch.std_mean(current.detach().double(), correction=0)
        found |= {f"{name}_mean": float(mean), f"{name}_std": float(std)}
    return found | {
        "balance": _ratio(found["subtractive_mean"], found["excitatory_mean"]),
        "gain": _ratio(found["divisive_mean"], found["excitatory_std"]),
        "zero_divisors": float((currents.divisive == 0).double().mean()),
    }


def _ratio(a: float, b: float) -> float:
    return a / b if b else float("nan")
