"""Pictures of one run from the tables of its folder: each measure by epoch, and what it saw."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from eccles.arguments import typed
from eccles.figures.activity_by_epoch import activity_by_epoch
from eccles.figures.currents import currents_film
from eccles.figures.drawing import Drawing
from eccles.figures.layers import layer_statistics
from eccles.figures.learning_curves import learning_curves
from eccles.figures.measured import MEASURED, full_name, measured
from eccles.figures.portrait import portrait

if TYPE_CHECKING:
    import pandas as pd


_HISTORY = {
    "accuracy": "accuracy",
    "validation-accuracy": "validation_accuracy",
    "loss": "loss",
    "rate": "rate_hz",
    "spikes": "spikes_per_step",
}
"""Pictures of a run's history, and the columns that they are of."""

_BY_THEMSELVES = ("layers",)
"""Measures whose numbers are one picture, of layers beside each other."""


@typed("figures")
def run_drawings(
    tables: Mapping[str, pd.DataFrame],
    *,
    title: str = "",
    n_excitatory: int | None = None,
    dt: float = 0.001,
    threshold: float = 1.0,
) -> dict[str, Drawing]:
    """Return the pictures of a run by the names of their files, as many as its tables allow.

    Args:
        tables: history, classes and measures of the run, by name.
        title: what the run is of, over every picture.
        n_excitatory: of the neurons, which of them excite; None where they don't come first.
        dt: seconds a step.
        threshold: potential above which neurons fire.
    """
    import pandas as pd

    of = pd.DataFrame({"run": ["run"]})
    known = {name: rows.assign(run="run") for name, rows in tables.items()}
    found: dict[str, Drawing] = {}
    for name, y in _HISTORY.items():
        if "history" in known and y in known["history"] and known["history"][y].notna().any():
            epochs = known["history"].astype({y: float})
            found[name] = learning_curves(of, epochs, y=y, note=title)
    for table, measure in MEASURED.items():
        if table not in known or table in _BY_THEMSELVES:
            continue
        parts = [measure.part]
        for name, column in measure.drawn.items():
            epochs = measured(known[table], table, column, parts=parts)
            if len(epochs):
                y, by = (full_name(table, each) for each in (column, measure.part))
                found[name] = learning_curves(of, epochs, y=y, by=by, note=title)
    classes = tables.get("classes")
    if classes is not None and classes["inhibitory_spikes"].notna().any():
        found["activity-by-class"] = activity_by_epoch(
            {"run": "this run"}, known["history"], known["classes"], note=title
        )
    if "layers" in tables:
        found["layers"] = layer_statistics(tables["layers"], note=title)
    if "currents" in tables:
        found["currents"] = currents_film(tables["currents"], note=title)
    if "sample" in tables and n_excitatory is not None:
        names = [] if classes is None else list(dict.fromkeys(classes["class_name"]))
        sample = tables["sample"]
        for name, epoch in (("before", sample["epoch"].min()), ("after", sample["epoch"].max())):
            rows = sample[sample["epoch"] == epoch]
            first = rows[rows["sample"] == rows["sample"].min()]
            found[f"sample-{name}"] = portrait(
                first, n_excitatory, dt=dt, threshold=threshold, class_names=names, note=title
            )
    return found
