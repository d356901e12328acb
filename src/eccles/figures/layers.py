"""Layers of a deep network as it is trained: a panel a number, layers from left to right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eccles.arguments import typed
from eccles.figures import style
from eccles.figures.drawing import Drawing

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

NUMBERS = {
    "spikes_per_step": "spikes a neuron and step",
    "excitatory_mean": "mean of I_EE",
    "subtractive_mean": "mean of I_sub",
    "divisive_mean": "mean of I_div",
    "integrated_std": "std of I_int",
    "excitatory_std": "std of I_EE",
    "subtractive_std": "std of I_sub",
    "divisive_std": "std of I_div",
    "gradient_norm": "norm of the gradient",
    "balance": "balance, E[I_sub] / E[I_EE]",
    "gain": "division, E[I_div] / std(I_EE)",
    "zero_divisors": "share of divisors that are 0",
}
"""The numbers that are drawn, and what they are called."""

EXPECTED = "expected_std"
"""The spread of I_int that E-I Init would give, drawn beside what it is."""

_MOST = 6
"""Epochs that are drawn."""

_WIDE = 30.0
"""Numbers over so many times the smallest get a logarithmic axis."""


def in_depth(layers: pd.DataFrame) -> pd.DataFrame:
    """Return layers with their `depth`, from 1, in the order in which they come."""
    depths = {name: k + 1 for k, name in enumerate(layers["layer"].unique())}
    return layers.assign(depth=layers["layer"].map(depths))


def some_epochs(epochs: list[int], most: int = _MOST) -> list[int]:
    """Return the first, the last, and so many in between that it is `most` at most.

    >>> some_epochs(list(range(-1, 10)), most=4)
    [-1, 2, 6, 9]
    """
    if len(epochs) <= most:
        return epochs
    return [epochs[round(k * (len(epochs) - 1) / (most - 1))] for k in range(most)]


def whole_ticks(axes: Axes, n: int) -> None:
    """Number `n` layers from 1, some of them."""
    axes.set_xticks(range(1, n + 1, max(1, -(-n // 6))))


def fit_scale(axes: Axes, values: pd.Series[float]) -> None:
    """Give an axis of magnitudes a logarithm where they differ much."""
    from matplotlib.ticker import NullFormatter

    known = values.dropna()
    positive = known[known > 0]
    if len(positive) and positive.max() > _WIDE * positive.min() and (known >= 0).all():
        axes.set_yscale("log")
        axes.yaxis.set_minor_formatter(NullFormatter())
    elif len(known) and (known >= 0).all():
        axes.set_ylim(0, 1.08 * max(float(known.max()), 1e-9))


@typed("figures")
@style.look()
def layer_statistics(layers: pd.DataFrame, *, note: str = "") -> Drawing:
    """Draw what each layer did before training and after some epochs: a line an epoch.

    Args:
        layers: the rows of the measure `layers` of one run: epoch, layer, and numbers, of which
            those that a circuit doesn't have may be missing.
        note: a line over the panels.
    """
    import matplotlib

    shown = some_epochs(sorted(int(epoch) for epoch in layers["epoch"].unique()))
    chosen = in_depth(layers)[layers["epoch"].isin(shown)]
    known = [name for name in NUMBERS if name in chosen and chosen[name].notna().any()]
    others = [EXPECTED] if EXPECTED in chosen and chosen[EXPECTED].notna().any() else []
    data = chosen[["epoch", "layer", "depth", *known, *others]].reset_index(drop=True)
    down = -(-len(known) // 4)
    figure = style.figure(style.PAGE, 0.7 + 1.35 * down, note)
    panels = figure.subplots(down, 4, sharex=True, squeeze=False)
    map_ = matplotlib.colormaps["viridis"]
    colours = [map_(0.9 * k / max(1, len(shown) - 1)) for k in range(len(shown))]
    for axes, name in zip(panels.flat, known, strict=False):
        for epoch, colour in zip(shown, colours, strict=True):
            mine = data[data["epoch"] == epoch]
            axes.plot(mine["depth"], mine[name], color=colour, marker="o", markersize=1.8)
            if name == "integrated_std" and others:
                axes.plot(mine["depth"], mine[EXPECTED], color=colour, linestyle="--", zorder=1)
        fit_scale(axes, data[name])
        axes.set_title(NUMBERS[name], loc="left")
    for axes in panels.flat[len(known) :]:
        axes.axis("off")
    whole_ticks(panels[0][0], int(data["depth"].max()))
    figure.supxlabel("layer, from the input", fontsize=7)
    labels = ["before training" if epoch < 0 else f"epoch {epoch + 1}" for epoch in shown]
    handles = [matplotlib.lines.Line2D([], [], color=each, label=label)
               for each, label in zip(colours, labels, strict=True)]  # fmt: skip
    if others:
        dashed = matplotlib.lines.Line2D([], [], color=style.NEUTRAL, linestyle="--")
        dashed.set_label("E-I Init expects")
        handles.append(dashed)
    figure.legend(handles=handles, loc="outside upper right", ncols=len(handles))
    caption = (
        "What each layer did with the first training samples, before training and after some "
        "epochs; a panel a number, a line an epoch, layers from the input on."
    )
    if others:
        caption += " Dashed: the spread of I_int that E-I Init would give for the layer's input."
    return Drawing(figure, data, caption)
