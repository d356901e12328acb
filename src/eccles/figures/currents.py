"""The currents of a deep network's layers as a film: a panel a layer, a frame an epoch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from eccles.arguments import typed
from eccles.figures import style
from eccles.figures.activity_by_class import trained
from eccles.figures.animation import Film

if TYPE_CHECKING:
    import pandas as pd

_NAMES = {
    "excitatory": ("I_EE", style.EXCITATORY),
    "subtractive": ("I_sub", style.INHIBITORY),
    "integrated": ("I_int", style.NEUTRAL),
}
_INSIDE = 0.99
"""Share of a layer's currents that its panel is wide enough for, in every epoch."""


@typed("figures")
@style.look()
def currents_film(currents: pd.DataFrame, *, note: str = "") -> Film:
    """Draw how often which current reached the neurons of each layer, epoch by epoch.

    Args:
        currents: the rows of the measure `currents` of one run: epoch, layer, current
            ("excitatory", "subtractive", "integrated"), low, high, count.
        note: a line over the panels.

    A bin's height is its share of the layer's currents of that kind by its width, so that shares
    are areas. Panels are as wide as 99 % of each kind need, in all epochs; their heights, each
    panel's own, change with the epoch, for one of narrow currents would flatten the others.
    """
    from matplotlib.patches import StepPatch

    data = _with_density(currents)
    layers, kinds = list(data["layer"].unique()), [k for k in _NAMES if k in set(data["current"])]
    shown = sorted(int(epoch) for epoch in data["epoch"].unique())
    across = min(4, len(layers))
    down = -(-len(layers) // across)
    figure = style.figure(style.PAGE, 0.7 + 1.2 * down, note)
    panels = figure.subplots(down, across, squeeze=False)
    bins = dict(iter(data.groupby(["epoch", "layer", "current"], sort=False)))
    steps: dict[tuple[str, str], StepPatch] = {}
    for axes, layer in zip(panels.flat, layers, strict=False):
        mine = data[data["layer"] == layer]
        axes.set(title=layer, xlim=_middle(mine))
        axes.set_yticks([])
        for kind in kinds:
            name, colour = _NAMES[kind]
            steps[layer, kind] = axes.stairs(
                [0.0], [0.0, 1.0], color=colour, fill=True, alpha=0.45, label=name
            )
    for axes in panels.flat[len(layers) :]:
        axes.axis("off")
    figure.legend(
        handles=[steps[layers[0], kind] for kind in kinds],
        loc="outside upper right",
        ncols=len(kinds),
    )
    figure.supylabel("share by width, a scale each", fontsize=7)
    when = figure.supxlabel(f"current, {trained(shown[0])}", fontsize=7)
    highest = data.groupby(["epoch", "layer"])["density"].max()

    def show(frame: int) -> None:
        when.set_text(f"current, {trained(shown[frame])}")
        for axes, layer in zip(panels.flat, layers, strict=False):
            axes.set_ylim(0, 1.05 * max(highest.get((shown[frame], layer), 0.0), 1e-9))
        for (layer, kind), step in steps.items():
            rows: Any = bins.get((shown[frame], layer, kind))
            if rows is None:
                step.set_data([0.0], [0.0, 1.0])
            else:
                edges = [*rows["low"], rows["high"].iloc[-1]]
                step.set_data(rows["density"].to_numpy(), edges)

    show(0)
    caption = (
        "Currents that reached the neurons of each layer, for the first training samples, before "
        "training and after epochs: excitatory drive, subtractive inhibition, and what the "
        "neurons integrate; shares are areas; each panel has a scale of its own; a frame an epoch."
    )
    return Film(figure, data, caption, {}, len(shown), show)


def _with_density(currents: pd.DataFrame) -> pd.DataFrame:
    import numpy as np

    data = currents[["epoch", "layer", "current", "low", "high", "count"]].reset_index(drop=True)
    total = data.groupby(["epoch", "layer", "current"])["count"].transform("sum")
    width = data["high"] - data["low"]
    # A bin that reaches to a single number beyond all others may have no width.
    density = data["count"] / total / width.where(width > 0, np.inf)
    return data.assign(density=density)


def _middle(bins: pd.DataFrame) -> tuple[float, float]:
    """Return limits between which `_INSIDE` of each kind lies in every epoch."""
    ends = []
    for _, rows in bins.groupby(["epoch", "current"]):
        share = rows["count"].cumsum() / max(1, rows["count"].sum())
        ends.append(rows["low"][share > (1 - _INSIDE) / 2].iloc[0])
        ends.append(rows["high"][share >= (1 + _INSIDE) / 2].iloc[0])
    low, high = min(ends), max(ends)
    return (low, high) if low < high else (low - 1, high + 1)
