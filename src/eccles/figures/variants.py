"""Accuracy by firing rate in variants of a study: a column a variant, a row a condition."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from eccles.arguments import typed
from eccles.figures import style
from eccles.figures.drawing import Drawing

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

_ROW = 1.45
"""Height of a row of panels, in inches."""

_LEAST = 0.01
"""Rate in Hz below which the axis is linear, so that silent networks have a place."""

_KEYS = ("variant", "condition", "ei", "w1_std")


@typed("figures")
@style.look()
def accuracy_by_variant(
    runs: pd.DataFrame,
    *,
    variants: Sequence[str] | None = None,
    conditions: Sequence[str] | None = None,
    band: tuple[float, float] | None = None,
    colours: dict[str, str] | None = None,
    note: str = "",
) -> Drawing:
    """Draw accuracy over the rate before training: a line a ratio through means, a point a run.

    Args:
        runs: with run, variant, condition, ei, w1_std, seed, initial_rate_hz and accuracy (0 to
            1); a row a run.
        variants: the columns from left to right (default: as they come).
        conditions: the rows from top to bottom, which label their vertical axes; those without a
            run are left out.
        band: rates in Hz between which the background is shaded.
        colours: a colour for each ratio.
        note: a line over the panels.
    """
    from matplotlib.lines import Line2D

    columns = ["run", *_KEYS, "seed", "initial_rate_hz", "accuracy"]
    data = runs[columns].reset_index(drop=True)
    ratios = list(data["ei"].unique())
    colours = colours or style.colours(ratios)
    means = data.groupby(list(_KEYS), sort=False, as_index=False).agg(
        n=("run", "size"), initial_rate_hz=("initial_rate_hz", "mean"), mean=("accuracy", "mean")
    )
    across = list(data["variant"].unique()) if variants is None else list(variants)
    down = list(data["condition"].unique()) if conditions is None else list(conditions)
    down = [condition for condition in down if (data["condition"] == condition).any()]
    figure = style.figure(style.PAGE, 0.6 + _ROW * len(down), note)
    panels = figure.subplots(len(down), len(across), sharex=True, sharey=True, squeeze=False)
    for row, condition in zip(panels, down, strict=True):
        for axes, variant in zip(row, across, strict=True):
            if band is not None:
                axes.axvspan(*band, color=style.BAND, linewidth=0)
            for ei, marker in zip(ratios, style.MARKERS * 9, strict=False):
                points, line = (
                    each[
                        (each["variant"] == variant)
                        & (each["condition"] == condition)
                        & (each["ei"] == ei)
                    ]
                    for each in (data, means.sort_values("initial_rate_hz"))
                )
                axes.plot(
                    line["initial_rate_hz"], 100 * line["mean"], color=colours[ei], linewidth=0.8
                )
                axes.plot(
                    points["initial_rate_hz"],
                    100 * points["accuracy"],
                    color=colours[ei],
                    marker=marker,
                    markersize=2.5,
                    markeredgewidth=0,
                    alpha=0.7,
                    linestyle="none",
                )
        row[0].set_ylabel(condition)
    for axes, variant in zip(panels[0], across, strict=True):
        axes.set_title(variant)
    _scale(panels[0][0], data["initial_rate_hz"])
    figure.supxlabel("firing rate before training (Hz)", fontsize=7)
    handles = [
        Line2D([], [], color=colours[ei], marker=marker, markersize=2.5, label=ei)
        for ei, marker in zip(ratios, style.MARKERS * 9, strict=False)
    ]
    figure.legend(handles=handles, loc="outside upper right", ncols=len(ratios))
    caption = (
        "Test accuracy by the firing rate before training; a column a variant, a row a condition, "
        "a line a ratio through the means over seeds, a point a run."
    )
    if band is not None:
        caption += f" Band: {band[0]:g} to {band[1]:g} Hz."
    return Drawing(figure, means, caption, {"runs": data})


def _scale(axes: Axes, rates: pd.Series[float]) -> None:
    """Give an axis of rates a logarithm, with a place for 0 where there is one."""
    lowest, highest = float(rates.min()), float(rates.max())
    silent = lowest < _LEAST
    if silent:
        axes.set_xscale("symlog", linthresh=_LEAST)
        axes.set_xlim(-_LEAST / 3, 2 * max(highest, _LEAST))
    else:
        axes.set_xscale("log")
        axes.set_xlim(lowest / 2, 2 * highest)
    low, high = axes.get_xlim()
    decades = [10.0**power for power in range(-2, 4) if low <= 10.0**power <= high]
    if silent:
        decades.remove(_LEAST)  # Its number would touch that of 0.
    # Seven panels a page have room for few numbers.
    every = 2 if len(decades) > 3 else 1
    ticks = [0.0] * silent + decades[::-every][::-1]
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.set_ylim(0, 100)
    axes.minorticks_off()
