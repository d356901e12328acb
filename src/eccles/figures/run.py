"""Pictures of one run from the tables of its folder: each measure by epoch, and what it saw."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from eccles.arguments import typed
from eccles.figures.activity_by_epoch import activity_by_epoch
from eccles.figures.currents import currents_film
from eccles.figures.drawing import Drawing
from eccles.figures.layers import layer_statistics
from eccles.figures.learning_curves import learning_curves
from eccles.figures.portrait import portrait

if TYPE_CHECKING:
    import pandas as pd


class _Course(NamedTuple):
    """A column of a table to draw by epoch.

    Attributes:
        table: the table.
        column: the column along the vertical axis.
        by: a column with a line for each of its values; None for one line.
        where: values that rows must have in other columns.
        called: what the column is called in the picture, unless it is by its own name.
    """

    table: str
    column: str
    by: str | None = None
    where: Mapping[str, object] = {}
    called: str = ""


_COURSES = {
    "accuracy": _Course("history", "accuracy"),
    "validation-accuracy": _Course("history", "validation_accuracy"),
    "loss": _Course("history", "loss"),
    "rate": _Course("history", "rate_hz"),
    "spikes": _Course("history", "spikes_per_step"),
    "accuracy-by-class": _Course("classes", "accuracy", "class_name"),
    "rates": _Course("rates", "rate_hz", "group"),
    "mean-weights": _Course("weights", "mean", "projection", called="mean_weight"),
    "zero-weights": _Course("weights", "zeros", "projection", called="share_of_weights_that_are_0"),
    "distances": _Course("distances", "discrete", "pair", {"samples": "all", "tau": 0.001},
                         "van_Rossum_distance"),
    "synchrony": _Course("activity", "synchrony", "population", {"class": -1}),
    "active": _Course("activity", "active", "population", {"class": -1}, "share_of_active_neurons"),
}  # fmt: skip


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
    found = {
        name: drawn
        for name, course in _COURSES.items()
        if (drawn := _by_epoch(tables, course, title)) is not None
    }
    classes = tables.get("classes")
    if classes is not None and classes["inhibitory_spikes"].notna().any():
        runs = {name: tables[name].assign(run="run") for name in ("history", "classes")}
        found["activity-by-class"] = activity_by_epoch(
            {"run": "this run"}, runs["history"], runs["classes"], note=title
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


def _by_epoch(tables: Mapping[str, pd.DataFrame], course: _Course, title: str) -> Drawing | None:
    """Draw a column of a table by epoch, or nothing where the run hasn't any value of it."""
    import pandas as pd

    rows = tables.get(course.table)
    if rows is None or course.column not in rows or not rows[course.column].notna().any():
        return None
    for name, value in course.where.items():
        rows = rows[rows[name] == value]
    called = course.called or course.column
    lines = "run" if course.by is None else rows[course.by]
    rows = rows.rename(columns={course.column: called}).assign(run=lines)
    rows = rows.assign(**{called: rows[called].astype(float)})
    runs = pd.DataFrame({"run": rows["run"].unique()})
    if course.by is not None:
        runs[course.by] = runs["run"]
        rows = rows.drop(columns=course.by)
    return learning_curves(runs, rows, y=called, by=course.by, note=title)
