"""Activity by epoch of a few runs, class by class, with their weights before and after."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from eccles.arguments import typed
from eccles.figures import style
from eccles.figures.drawing import Drawing
from eccles.figures.histograms import draw_density

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

COLUMNS = {
    "excitatory_spikes": "excitatory spikes a sample",
    "inhibitory_spikes": "inhibitory spikes a sample",
    "percent_excitatory": "excitatory spikes (%)",
}


@typed("figures")
@style.look()
def activity_by_epoch(
    titles: Mapping[str, str],
    epochs: pd.DataFrame,
    classes: pd.DataFrame,
    histograms: pd.DataFrame | None = None,
    *,
    projection: str = "input->hidden",
    note: str = "",
) -> Drawing:
    """Draw spikes of either kind by epoch: a row a run, a line a class, black their mean.

    Args:
        titles: the runs to draw, and what each is called.
        epochs, classes: tables of a study.
        histograms: its table `weight_histograms`, where there is one: draws the weights of
            `projection` before and after training.
        note: a line over the panels.
    """
    data = _activity(titles, classes)
    accuracy = epochs[epochs["run"].isin(titles)][["run", "epoch", "accuracy"]]
    names = list(data["class_name"].unique())
    wide = 3 if histograms is None else 4
    figure = style.figure(style.PAGE, 0.5 + 1.45 * len(titles), note)
    panels = figure.subplots(len(titles), wide, squeeze=False, width_ratios=[1, 1, 1, 1.2][:wide])
    lowest = data["percent_excitatory"].min() // 10 * 10
    lowest = lowest if lowest == lowest else 0
    for axes, label in zip(panels[0], COLUMNS.values(), strict=False):
        axes.set_title(label)
    for row, (run, title) in zip(panels, titles.items(), strict=True):
        mine = data[data["run"] == run]
        for axes, column in zip(row, COLUMNS, strict=False):
            _draw_classes(axes, mine, column, names)
        row[0].set_ylabel(title)
        row[2].set_ylim(lowest, 102)
        _draw_accuracy(row[0], accuracy[accuracy["run"] == run])
        if histograms is not None:
            _draw_weights(row[3], histograms, run, projection)
    for axes in panels[-1][: len(COLUMNS)]:
        axes.set_xlabel("epochs trained")
    more = {"accuracy": accuracy}
    if histograms is not None:
        own = histograms["run"].isin(titles) & (histograms["projection"] == projection)
        more["weights"] = histograms[own]
        panels[0][3].set_title("weights, input to hidden")
        panels[-1][3].set_xlabel("weight")
    handles = panels[0][0].get_lines()
    figure.legend(handles=handles, ncols=6, loc="outside lower center", handlelength=2)
    caption = (
        "Hidden spikes a sample of excitatory and of inhibitory neurons, and percent of them that "
        "are excitatory, by epoch: a row a run, a line a class, black their mean; inset: test "
        "accuracy (%)."
    )
    caption += "" if histograms is None else " Right: weights before and after training."
    n = int(data["percent_excitatory"].isna().sum())
    if n:
        caption += f" Percent excitatory is undefined, and not drawn, where nothing fires: {n:,} "
        caption += f"of {len(data):,} points."
    return Drawing(figure, data, caption, more)


def _activity(titles: Mapping[str, str], classes: pd.DataFrame) -> pd.DataFrame:
    """Return the runs' rows by class, in the order of `titles`, and their means as class "mean"."""
    import pandas as pd

    spikes = ["excitatory_spikes", "inhibitory_spikes"]
    rows = classes[classes["run"].isin(titles)][["run", "epoch", "class_name", *spikes]]
    mean = rows.groupby(["run", "epoch"], as_index=False)[spikes].mean().assign(class_name="mean")
    data = pd.concat([rows, mean], ignore_index=True)
    total = data["excitatory_spikes"] + data["inhibitory_spikes"]
    data["percent_excitatory"] = 100 * data["excitatory_spikes"] / total.where(total > 0)
    order = data["run"].map({run: k for k, run in enumerate(titles)})
    return data.assign(order=order).sort_values("order", kind="stable").drop(columns="order")


def _draw_classes(axes: Axes, rows: pd.DataFrame, column: str, names: list[str]) -> None:
    kinds = style.lines([name for name in names if name != "mean"])
    for name in names:
        own = rows[rows["class_name"] == name].sort_values("epoch")
        colour, dash = ("black", "-") if name == "mean" else kinds[name]
        width = 1.4 if name == "mean" else 0.7
        axes.plot(own["epoch"] + 1, own[column], dash, color=colour, linewidth=width, label=name)
    axes.set_xlim(0, max(1, int(rows["epoch"].max()) + 1))
    axes.set_ylim(bottom=0)
    axes.locator_params(axis="x", nbins=4, integer=True)


def _draw_accuracy(axes: Axes, rows: pd.DataFrame) -> None:
    """Draw accuracy by epoch in a corner, which the lines are made to leave free."""
    axes.set_ylim(0, max(1.0, 1.75 * axes.dataLim.y1))
    inset = axes.inset_axes((0.5, 0.68, 0.48, 0.32))
    inset.plot(rows["epoch"] + 1, 100 * rows["accuracy"], color="black", linewidth=0.8)
    inset.set(ylim=(0, 100), xlim=axes.get_xlim())
    inset.set_xticks([])
    inset.set_yticks([0, 50, 100])
    inset.tick_params(labelsize=5, length=2, pad=1)


def _draw_weights(axes: Axes, histograms: pd.DataFrame, run: str, projection: str) -> None:
    chosen = (histograms["run"] == run) & (histograms["projection"] == projection)
    own = histograms[chosen]
    shown = sorted({int(own["epoch"].min()), int(own["epoch"].max())}) if len(own) else []
    for epoch, colour in zip(shown, (style.NEUTRAL, style.OKABE_ITO[2]), strict=False):
        name = "before" if epoch == -1 else "after"
        draw_density(axes, own[own["epoch"] == epoch], colour, name)
    axes.locator_params(axis="x", nbins=4)
    if shown:
        axes.set_ylim(top=100 * axes.get_ylim()[1])
        axes.legend(loc="upper right", borderpad=0)
