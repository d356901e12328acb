"""Which runs of a study ended with a network that can't learn any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from eccles.arguments import typed

if TYPE_CHECKING:
    import pandas as pd

_EQUAL = 1e-6
_RATES = ("final_rate_hz", "final_spikes_per_step")


@typed("stats")
def dead(runs: pd.DataFrame) -> pd.Series:
    """Return for each run of a table whether it ended dead: done, and silent or without a gradient.

    A network is silent if no hidden neuron fires on any test sample. None of its readouts passes a
    gradient if none rises above zero: then all scores are equal, and the loss is the logarithm of
    a whole number, that of the classes. No other loss comes as near to one.

    Args:
        runs: a study's runs; a rate or a loss that the table hasn't tells nothing.
    """
    silent = sum(runs[name] == 0 for name in _RATES if name in runs) > 0
    if "final_loss" in runs:
        classes = np.exp(runs["final_loss"].astype(float))
        silent |= (classes > 1.5) & ((classes / classes.round() - 1).abs() < _EQUAL)
    return (runs["status"] == "done") & silent
