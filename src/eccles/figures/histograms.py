"""Distributions of weights, from stored bins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eccles.arguments import typed
from eccles.figures import style
from eccles.figures.drawing import Drawing

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

STAGES = {
    "before": "before the update",
    "gradient": "gradient's change",
    "noise": "noise",
    "after": "after the update",
}
"""The stages of an update, in their order, and what they are called."""


def density(bins: pd.DataFrame) -> tuple[pd.DataFrame, float]:
    """Return bins with their density, and the share of weights that are exactly zero.

    A bin's density is its share of all weights, zeros too, by its width. Zeros are counted in a
    bin of no width of their own, which isn't among those returned.
    """
    total = max(1, int(bins["count"].sum()))
    zeros = (bins["low"] == 0) & (bins["high"] == 0)
    wide = bins[~zeros].sort_values("low")
    shown = wide.assign(density=wide["count"] / total / (wide["high"] - wide["low"]))
    return shown, float(bins["count"][zeros].sum()) / total


def draw_density(axes: Axes, bins: pd.DataFrame, colour: str, label: str) -> None:
    """Draw bins as steps, on a logarithmic axis; say how many weights are exactly zero."""
    import numpy as np

    shown, zeros = density(bins)
    x = np.ravel(shown[["low", "high"]].to_numpy())
    y = np.repeat(shown["density"].to_numpy(), 2)
    if zeros:
        label += f" ({100 * zeros:.0f} % zeros)" if zeros >= 0.005 else " (under 1 % zeros)"
    if not (y > 0).any():
        axes.plot([], [], color=colour, label=label)
        return
    low, high = y[y > 0].min() / 2, 2 * y.max()
    if axes.get_yscale() == "log":  # Something was drawn here before.
        before = axes.get_ylim()
        low, high = min(low, before[0]), max(high, before[1])
    axes.plot(x, np.where(y > 0, y, np.nan), color=colour, linewidth=0.8, label=label)
    # A logarithm has no zero to fill from; this is below the axis, whatever is drawn next.
    floor = 1e-9 * low
    axes.fill_between(x, floor, np.maximum(y, floor), color=colour, alpha=0.2, linewidth=0)
    axes.set_yscale("log")
    axes.set_ylim(low, high)


@typed("figures")
@style.look()
def update_distributions(updates: pd.DataFrame, *, note: str = "") -> Drawing:
    """Draw what one batch's update is made of: weights before, gradient, noise, weights after.

    Args:
        updates: with stage, projection, low, high and count, of one run and epoch.
        note: a line over the panels; it should name the batch.
    """
    projections = list(updates["projection"].unique())
    stages = [stage for stage in STAGES if stage in set(updates["stage"])]
    figure = style.figure(style.PAGE, 0.4 + 1.45 * len(projections), note)
    panels = figure.subplots(len(projections), len(stages), squeeze=False)
    inks = dict(zip(STAGES, style.OKABE_ITO, strict=False))
    for row, projection in zip(panels, projections, strict=True):
        for axes, stage in zip(row, stages, strict=True):
            chosen = (updates["projection"] == projection) & (updates["stage"] == stage)
            draw_density(axes, updates[chosen], inks[stage], "")
            _, zeros = density(updates[chosen])
            said = f"exactly 0: {100 * zeros:.1f} %"
            axes.annotate(said, (0.98, 0.97), xycoords="axes fraction", ha="right", va="top")
            low, high = axes.get_ylim()
            if axes.get_yscale() == "log":
                axes.set_ylim(top=high * (high / low) ** 0.2)  # Room for what is said.
            axes.locator_params(axis="x", nbins=4)
            axes.ticklabel_format(axis="x", style="sci", scilimits=(-2, 3))
        row[0].set_ylabel(f"{_spelt(projection)}\ndensity")
    for stage, above, below in zip(stages, panels[0], panels[-1], strict=True):
        above.set_title(STAGES[stage])
        # To the left, where the power of ten at the right end leaves room.
        below.set_xlabel("weight" if stage in {"before", "after"} else "change", loc="left")
    data = updates[["projection", "stage", "low", "high", "count"]].reset_index(drop=True)
    caption = (
        "Distributions of the weights before an update, of the changes that its gradient and its "
        "noise make, and of the weights after it; above: input to hidden, below: hidden to output."
    )
    return Drawing(figure, data, caption)


def _spelt(projection: str) -> str:
    return projection.replace("->", " → ")
