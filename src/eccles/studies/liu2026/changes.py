"""What the article's studies vary, in words: a part of the recipe, a circuit, or a start."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eccles.sweeps.tables import StudyTables

if TYPE_CHECKING:
    import pandas as pd

RECIPE = "the recipe"
PARTS = {
    ("init", "dann"): "E-I Init: DANN's constants",
    ("init", "prior"): "E-I Init: a prior rate",
    ("stabiliser", "epsilon"): "divisor: + 1e-8",
    ("stabiliser", "none"): "divisor: as it is",
    ("straight_through", False): "no straight-through",
    ("gradient_exponent", 0.5): "W_EI's gradient / sqrt(d)",
    ("gradient_exponent", 0.0): "W_EI's gradient unscaled",
}
"""A value that the recipe doesn't have."""

CIRCUITS = {
    "ei": "E-I",
    "bn": "batch norm",
    "plain": "plain",
    "dann": "DANN",
    "colei": "signs by column",
    "free": "E-I, not projected",
}
STARTS = {
    ("ei", "measured"): "E-I Init",
    ("ei", "prior"): "prior",
    ("ei", "dann"): "DANN's",
    ("plain", None): "plain",
}
"""A circuit with its initial weights."""


def changed(tables: StudyTables) -> pd.DataFrame:
    """Return a study's runs with `change` in words, and `accuracy` after the last epoch.

    A run that failed has no accuracy.
    """
    runs = tables.planned(tables.runs)
    ablated = tables.study.name.endswith("/ablations")
    change = _part if ablated else _circuit
    done = runs["status"] == "done"
    return runs.assign(
        change=[change(run) for _, run in runs.iterrows()],
        accuracy=runs["final_accuracy"].where(done).astype(float),
    )


def first_layers(tables: StudyTables) -> pd.DataFrame:
    """Return the layers of all runs before training, with `model` and `start`, in this order."""
    runs = tables.planned(tables.runs[tables.runs["status"] == "done"])
    runs = runs.assign(init=runs["init"].astype(object).where(runs["init"].notna(), None))
    runs = runs.assign(
        start=[STARTS[key] for key in zip(runs["circuit"], runs["init"], strict=True)]
    )
    layers = tables.table("layers", where="epoch = -1")
    # Tables come in the plan's order, and rows of a run in that of its layers.
    found = layers.merge(runs[["run", "model", "start"]], on="run", how="inner")
    ranks = {start: k for k, start in enumerate(STARTS.values())}
    models = list(found["model"].unique())
    place = found["model"].map(models.index) * len(ranks) + found["start"].map(ranks)
    return found.iloc[place.argsort(kind="stable")]


def _part(run: pd.Series) -> str:
    words = [words for (name, value), words in PARTS.items() if run[name] == value]
    return words[0] if words else RECIPE


def _circuit(run: pd.Series) -> str:
    return f"{CIRCUITS[run['circuit']]}{', bfloat16' if run.get('amp') else ''}"
