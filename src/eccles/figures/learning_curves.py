"""Learning curves of any study: a column of epochs, by condition, with the means' intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from eccles.arguments import typed
from eccles.errors import InputError, must
from eccles.figures import style
from eccles.figures.drawing import Drawing
from eccles.figures.words import epochs_trained, short, words_of
from eccles.stats.frames import check_columns, rows_of
from eccles.stats.summary import summary

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

_MOST_INSIDE = 4
"""Lines whose names have a place inside a panel."""

_MOST_MARKS = 10
"""Epochs of a line that each have a mark, so that it is seen where there are numbers."""

_HANDLE = 2.6
"""Length of a line in the legend, in widths of a letter: dashes show."""

_ROW = 2.2
"""Height of a panel, in inches."""

_LINE = 0.14
"""Inches that a name beside the panel takes."""


@typed("figures")
@style.look()
def learning_curves(
    runs: pd.DataFrame,
    epochs: pd.DataFrame,
    *,
    y: str = "accuracy",
    by: str | None = None,
    rows: str | None = None,
    apart: bool = False,
    note: str = "",
) -> Drawing:
    """Draw a column of epochs over training: means over runs, with bands of 95 % intervals.

    Epoch 0 is the untrained network.

    Args:
        runs: a row a run, with its settings.
        epochs: a row a run and epoch, counted from -1.
        y: the column of epochs that is drawn.
        by: the setting, or the column of epochs, that tells lines apart.
        rows: the one that tells panels apart.
        apart: whether each panel has its own vertical axis.
        note: a line over the panels.

    Raises InputError for a column that isn't there, two that are one, and no run with a value.
    """
    from matplotlib.ticker import MaxNLocator
    from pandas.api.types import is_integer_dtype

    keys = [name for name in (rows, by) if name is not None]
    if len(set(keys)) < len(keys):
        raise InputError(f"figures: by and rows must be different columns, got {by!r} twice")
    settings = [name for name in keys if name not in epochs]
    check_columns(runs, "run", *settings)
    check_columns(epochs, "run", "epoch")
    if not runs["run"].is_unique:
        raise must("figures", "runs", "one row a run", f"{len(runs)} rows of fewer runs")
    if not is_integer_dtype(epochs["epoch"]):
        raise must("figures", "epochs", "whole numbers, as epochs are counted", "others")
    table = epochs.merge(runs[["run", *settings]], on="run")
    means = summary(epochs_trained(table), [*keys, "epoch"], y)
    if not len(means):
        raise InputError(f"figures: {y} must have a value in some epoch, got none")
    label = words_of(y).label
    levels: list[Any] = [None] if by is None else list(means[by].unique())
    panels: list[Any] = [None] if rows is None else list(means[rows].unique())
    many = len(levels) > _MOST_INSIDE
    high = max(0.2 + _ROW * len(panels), 0.6 + _LINE * len(levels) * many)
    figure = style.figure(style.PAGE if many else style.COLUMN * 1.3, high, note)
    drawn = figure.subplots(len(panels), 1, sharex=True, sharey=not apart, squeeze=False)[:, 0]
    for axes, value in zip(drawn, panels, strict=True):
        _lines(axes, rows_of(means, rows, value), levels, y, by)
        axes.set_ylabel(label)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        if rows is not None:
            axes.set_title(f"{words_of(rows).name}: {short(rows, value)}")
    if words_of(y).factor == 100:
        style.end_shares(drawn)
    drawn[-1].set_xlabel(words_of("epoch").label)
    if by is not None and many:
        entries = drawn[0].get_legend_handles_labels()
        figure.legend(*entries, title=words_of(by).label, loc="outside right upper",
                      handlelength=_HANDLE)  # fmt: skip
    elif by is not None:
        drawn[0].legend(title=words_of(by).label, loc="best", handlelength=_HANDLE)
    name = words_of(y).name
    caption = f"{name[0].upper()}{name[1:]} over epochs"
    if (means["n"] > 1).any():
        caption += ": means over runs, bands of 95 % intervals"
    if by is not None:
        caption += f", a line a value of {words_of(by).label}"
    if rows is not None:
        caption += f", a panel a value of {words_of(rows).label}"
    return Drawing(figure, means, f"{caption}.")


def _lines(axes: Axes, means: pd.DataFrame, levels: list[Any], y: str, by: str | None) -> None:
    """Draw a line and a band a value of `by`, where the panel has some."""
    factor = words_of(y).factor
    looks = style.lines(map(str, levels))
    for k, level in enumerate(levels):
        mine = rows_of(means, by, level).sort_values("epoch")
        colour, dash = looks[str(level)]
        axes.fill_between(mine["epoch"], factor * mine["low"], factor * mine["high"], color=colour,
                          alpha=0.15, linewidth=0)  # fmt: skip
        marker = style.MARKERS[k % len(style.MARKERS)] if len(mine) <= _MOST_MARKS else None
        axes.plot(mine["epoch"], factor * mine["mean"], color=colour, linestyle=dash,
                  marker=marker, markersize=2,
                  label=None if by is None else short(by, level))  # fmt: skip
