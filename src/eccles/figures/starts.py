"""Layers of deep networks before training, by what they started from: a column a network."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from eccles.arguments import typed
from eccles.figures import style
from eccles.figures.drawing import Drawing
from eccles.figures.layers import EXPECTED, NUMBERS, fit_scale, in_depth, whole_ticks

if TYPE_CHECKING:
    import pandas as pd

_NUMBERS = ("integrated_std", "spikes_per_step", "gradient_norm")
"""What is drawn unless something else is asked for, from above."""


@typed("figures")
@style.look()
def layers_by_start(
    layers: pd.DataFrame,
    *,
    starts: Sequence[str] | None = None,
    numbers: Sequence[str] = _NUMBERS,
    note: str = "",
) -> Drawing:
    """Draw numbers of layers: a row a number, a column a network, a line a start.

    Args:
        layers: rows of the measure `layers` of one epoch, with model, start (both in words),
            layer, and the numbers; `expected_std` is drawn beside `integrated_std`, for the first
            start.
        starts: those that are drawn, in order (default: as they come).
        numbers: columns that are drawn, from above.
        note: a line over the panels.

    A layer whose number isn't defined has no mark. Rows share an axis, logarithmic where numbers
    differ much.
    """
    import pandas as pd
    from matplotlib.lines import Line2D

    starts = list(layers["start"].unique()) if starts is None else list(starts)
    layers = layers[layers["start"].isin(starts)]
    models = list(layers["model"].unique())
    drawn = [*numbers, *([EXPECTED] if EXPECTED in layers else [])]
    parts = [
        in_depth(layers[layers["model"] == model])[["model", "start", "layer", "depth", *drawn]]
        for model in models
    ]
    colours = style.colours(starts)
    figure = style.figure(style.PAGE, 0.8 + 1.4 * len(numbers), note)
    panels = figure.subplots(len(numbers), len(models), sharex="col", sharey="row", squeeze=False)
    for column, model, part in zip(panels.T, models, parts, strict=True):
        for axes, name in zip(column, numbers, strict=True):
            for start, marker in zip(starts, style.MARKERS * 9, strict=False):
                mine = part[part["start"] == start]
                axes.plot(
                    mine["depth"], mine[name], color=colours[start], marker=marker, markersize=2.5
                )
                if name == "integrated_std" and EXPECTED in drawn and start == starts[0]:
                    axes.plot(mine["depth"], mine[EXPECTED], color="black", linestyle="--")
        whole_ticks(column[0], int(part["depth"].max()))
        column[0].set_title(model)
    for row, name in zip(panels, numbers, strict=True):
        fit_scale(row[0], layers[name])
        row[0].set_ylabel(NUMBERS[name])
    figure.supxlabel("layer, from the input", fontsize=7)
    handles = [
        Line2D([], [], color=colours[start], marker=marker, markersize=2.5, label=start)
        for start, marker in zip(starts, style.MARKERS * 9, strict=False)
    ]
    if EXPECTED in drawn:
        expects = f"expected of {starts[0]}"
        handles.append(Line2D([], [], color="black", linestyle="--", label=expects))
    figure.legend(handles=handles, loc="outside upper right", ncols=len(handles))
    caption = (
        "What each layer does before training, on training samples; a column a network, a row a "
        "number, a line a start, layers from the input on."
    )
    if EXPECTED in drawn:
        caption += f" Dashed: the spread of I_int that is expected of {starts[0]}."
    return Drawing(figure, pd.concat(parts, ignore_index=True), caption)
