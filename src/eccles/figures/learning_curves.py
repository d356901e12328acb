"""Learning curves of any study: a column of epochs, by condition, with the means' intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from eccles.arguments import typed
from eccles.errors import InputError, must, plain
from eccles.figures import style
from eccles.figures.drawing import Drawing
from eccles.figures.words import spelt, words_of
from eccles.stats.frames import check_columns, rows_of
from eccles.stats.summary import summary

if TYPE_CHECKING:
    import pandas as pd

_MOST_INSIDE = 7
"""Lines whose names have a place inside the panel."""

_LINE = 0.14
"""Inches that a name beside the panel takes."""

_LETTERS = 40
"""Letters of a name that there is room for."""


@typed("figures")
@style.look()
def learning_curves(
    runs: pd.DataFrame,
    epochs: pd.DataFrame,
    *,
    y: str = "accuracy",
    by: str | None = None,
    note: str = "",
) -> Drawing:
    """Draw a column of epochs over training: means over runs, with bands of 95 % intervals.

    Epoch 0 is the network before training.

    Args:
        runs: a row a run, with its settings.
        epochs: a row a run and epoch, counted from -1.
        y: the column of epochs that is drawn.
        by: the setting that tells lines apart.
        note: a line over the panel.

    Raises InputError for a column that isn't there, and no run with a value.
    """
    from matplotlib.ticker import MaxNLocator
    from pandas.api.types import is_integer_dtype

    check_columns(runs, "run", by or "run")
    check_columns(epochs, "run", "epoch")
    if not runs["run"].is_unique:
        raise must("figures", "runs", "one row a run", f"{len(runs)} rows of fewer runs")
    if not is_integer_dtype(epochs["epoch"]):
        raise must("figures", "epochs", "whole numbers, as epochs are counted", "others")
    settings = runs[list(dict.fromkeys(["run", by or "run"]))]
    rows = epochs.merge(settings, on="run")
    rows = rows.assign(epoch=rows["epoch"] + 1)
    means = summary(rows, [*([] if by is None else [by]), "epoch"], y)
    if not len(means):
        raise InputError(f"figures: {y} must have a value in some epoch, got none")
    label, factor = words_of(y)
    levels: list[Any] = [None] if by is None else list(means[by].unique())
    many = len(levels) > _MOST_INSIDE
    high = max(2.4, 0.6 + _LINE * len(levels)) if many else 2.4
    figure = style.figure(style.PAGE if many else style.COLUMN * 1.3, high, note)
    axes = figure.subplots()
    looks = style.lines(map(str, levels))
    for level in levels:
        mine = rows_of(means, by, level).sort_values("epoch")
        colour, dash = looks[str(level)]
        axes.fill_between(mine["epoch"], factor * mine["low"], factor * mine["high"], color=colour,
                          alpha=0.15, linewidth=0)  # fmt: skip
        axes.plot(mine["epoch"], factor * mine["mean"], color=colour, linestyle=dash,
                  label=None if by is None else plain(spelt(by, level), _LETTERS))  # fmt: skip
    axes.set(xlabel="epoch", ylabel=label)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    if by is not None:
        where = {"loc": "center left", "bbox_to_anchor": (1, 0.5)} if many else {"loc": "best"}
        axes.legend(title=words_of(by).label, **where)
    name = label.partition(" (")[0]
    caption = f"{name[0].upper()}{name[1:]} over epochs"
    if (means["n"] > 1).any():
        caption += ": means over runs, bands of 95 % intervals"
    if by is not None:
        caption += f", a line a value of {words_of(by).label}"
    return Drawing(figure, means, f"{caption}.")
