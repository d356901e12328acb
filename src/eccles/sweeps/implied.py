"""Settings that "auto" filled in differently in the cells of a study that doesn't vary them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eccles.sweeps.plan import say_idle
from eccles.sweeps.study import Study
from eccles.training.config.words import spelt

if TYPE_CHECKING:
    import pandas as pd

_TELLING = (
    "optimizer", "lr", "momentum", "weight_decay", "warmup", "batch_size", "surrogate_scale",
    "initial_rate", "projection", "init", "stabiliser", "straight_through", "steps",
    "tonic", "least_weight", "balance", "readout_lr",
)  # fmt: skip
"""Settings that "auto" fills in by the network or the data, and that learning depends on."""

_MOST = 3


def implied(study: Study, runs: pd.DataFrame) -> dict[str, list[str]]:
    """Return the settings that differ between a study's runs though it doesn't vary them.

    Each has its values as texts, in the order in which they come.
    """
    names = [n for n in _TELLING if n in runs and n not in study.varied and n not in study.base]
    values = {n: [spelt(n, value, resolved=True) for value in runs[n].unique()] for n in names}
    return {name: each for name, each in values.items() if len(each) > 1}


def say_implied(study: Study, runs: pd.DataFrame) -> str | None:
    """Return a sentence about what differs between runs though the study doesn't vary it.

    That is what "auto" became, and settings that some runs leave out because they act on nothing
    there. None where there is no such difference.
    """
    found = implied(study, runs)
    listed = "; ".join(f"{name} {' or '.join(each[:_MOST])}" for name, each in found.items())
    said = f'what "auto" means differs between cells: {listed}; give it in base to have one value'
    parts = [said if found else None, say_idle(study)]
    return "; ".join(filter(None, parts)) or None
