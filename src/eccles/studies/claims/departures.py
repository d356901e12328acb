"""In what the runs of a study aren't those of the article."""

from __future__ import annotations

import math
from typing import Any

from eccles.functional import LIFParameters, surrogate
from eccles.init import fan_in_std
from eccles.studies import find
from eccles.sweeps.study import FULL, Study, read_study
from eccles.sweeps.tables import StudyTables
from eccles.training.config import TrainConfig

_FREE = {"seed", "engine", "device", "drop_last"}
"""Settings that a study of the article may have as it likes, unless its file names them."""


def departures(tables: StudyTables) -> list[str]:
    """Return in what the runs of a study aren't those of the article."""
    shipped = read_study(find(tables.study.name), FULL)
    runs = tables.planned(tables.runs)
    free = _FREE - shipped.base.keys()
    reasons = [
        f"{name} is {_spelt(other)} instead of {_spelt(value)}"
        for name, value in _usual(shipped).items()
        if value is not None and name not in free and name not in shipped.varied
        for other in runs[name].dropna().unique()
        if not _same(other, value)
    ]
    kinds = {"synthetic": "the data are made up", "own": "the data aren't the published files"}
    return reasons + [why for kind, why in kinds.items() if (runs["data_kind"] == kind).any()]


def _usual(shipped: Study) -> dict[str, Any]:
    """Return the settings that all runs of a study share, as they are in the end."""
    config = TrainConfig.model_validate(shipped.base).resolved()
    usual = config.model_dump()
    # What is left to the network is in the tables as the network had it.
    if config.w2_std is None:
        beta = LIFParameters(tau_mem=config.tau_mem).beta
        usual["w2_std"] = fan_in_std(config.populations().n_neurons, beta)
    usual["surrogate_scale"] = surrogate(config.surrogate, config.surrogate_scale).scale
    return usual


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=1e-9)
    return bool(one == other)


def _spelt(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
