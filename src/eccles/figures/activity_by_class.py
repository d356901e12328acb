"""Activity by class: percent excitatory over total spikes, a point a network and class."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from eccles.arguments import typed
from eccles.errors import counted
from eccles.figures import style
from eccles.figures.drawing import Drawing
from eccles.former import warn

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.collections import PathCollection

GROUPS = ("successful", "failed")


def class_activity(runs: pd.DataFrame, classes: pd.DataFrame, success: float) -> pd.DataFrame:
    """Return a row a run, epoch and class: total spikes, percent excitatory, class accuracy.

    Percent excitatory is 100 E / (E + I), with E and I the hidden spikes of a sample of either
    kind; NaN where nothing fires.
    """
    about = runs[["run", "ei", "peak_accuracy"]].assign(
        group=[GROUPS[int(peak <= success)] for peak in runs["peak_accuracy"]]
    )
    rows = classes.merge(about.drop(columns="peak_accuracy"), on="run")
    total = rows["excitatory_spikes"] + rows["inhibitory_spikes"]
    share = 100 * rows["excitatory_spikes"] / total.where(total > 0)
    rows = rows.assign(total_spikes=total, percent_excitatory=share)
    kept = ["run", "ei", "group", "epoch", "class", "class_name"]
    return rows[[*kept, "total_spikes", "percent_excitatory", "accuracy"]]


@typed("figures")
@style.look()
def activity_by_class(
    runs: pd.DataFrame,
    epochs: pd.DataFrame,
    classes: pd.DataFrame,
    *,
    at_epochs: Sequence[int] = (-1, 0, 9, 29),
    success: float = 0.5,
    colours: dict[str, str] | None = None,
    note: str = "",
    moments: Sequence[int] | None = None,
) -> Drawing:
    """Draw how activity spreads over classes as networks learn, or fail to.

    Successful networks are above, failed ones below. The first column has accuracy by epoch, a
    line a run; the others, at each of `at_epochs`, percent excitatory over total hidden spikes of
    a sample, a point a network and class, coloured by class accuracy.

    Args:
        runs, epochs, classes: tables of a study.
        at_epochs: epochs to show, -1 for before training; the last epoch stands for any after it.
        success: a run is successful if its peak accuracy is above it.
        colours: a colour for each ratio.
        note: a line over the panels.
        moments: the former name of `at_epochs`, with a warning.
    """
    if moments is not None:
        warn("moments", "at_epochs", stacklevel=5)
        at_epochs = moments
    last = int(epochs["epoch"].max())
    shown = sorted({min(epoch, last) for epoch in at_epochs})
    data = class_activity(runs, classes[classes["epoch"].isin(shown)], success)
    curves = curves_of(runs, epochs, success)
    colours = colours or style.colours(runs["ei"].unique())
    figure = style.figure(style.PAGE, 3.5, note)
    panels = figure.subplots(
        2, 1 + len(shown), squeeze=False, width_ratios=[1.25, *[1] * len(shown)]
    )
    limits = spikes_limits(data)
    for row, group in zip(panels, GROUPS, strict=True):
        draw_curves(row[0], curves, group, colours)
        for axes, epoch in zip(row[1:], shown, strict=True):
            rows = data[(data["group"] == group) & (data["epoch"] == epoch)]
            points = draw_points(axes, rows, limits)
            axes.set_title(trained(epoch))
            if axes is not row[1]:
                axes.tick_params(labelleft=False)
        row[1].set_ylabel("excitatory spikes (%)")
    panels[1][0].set_xlabel("epochs trained")
    panels[1][0].legend(handles=ratio_handles(colours, runs["ei"].unique()), loc="upper right")
    for axes in panels[1][1:]:
        axes.set_xlabel("spikes a sample")
    bar = figure.colorbar(points, ax=panels[:, -1], label="class accuracy (%)", aspect=40)
    bar.outline.set_visible(False)
    caption = (
        f"Above: networks with a peak test accuracy over {100 * success:g} %; below: the others. "
        "First column: test accuracy by epoch, a line a run. Others: percent of hidden spikes "
        "that are excitatory over all hidden spikes of a sample, a point a network and class, "
        f"coloured by class accuracy. {silent(data)}"
    )
    return Drawing(figure, data, caption, {"curves": curves})


def curves_of(runs: pd.DataFrame, epochs: pd.DataFrame, success: float) -> pd.DataFrame:
    """Return a row a run and epoch: accuracy, with the run's ratio and group."""
    group = [GROUPS[int(peak <= success)] for peak in runs["peak_accuracy"]]
    about = runs[["run", "ei"]].assign(group=group)
    return epochs[["run", "epoch", "accuracy"]].merge(about, on="run")


def draw_curves(axes: Axes, curves: pd.DataFrame, group: str, colours: dict[str, str]) -> None:
    """Draw accuracy by epoch, a line a run of a group."""
    from matplotlib.collections import LineCollection

    mine = curves[curves["group"] == group]
    paths, inks = [], []
    for _, rows in mine.groupby("run"):
        paths.append(rows[["epoch", "accuracy"]].to_numpy() * [1, 100] + [1, 0])
        inks.append(colours[rows["ei"].iloc[0]])
    collection = LineCollection(paths, colors=inks, linewidths=0.5, alpha=0.5, rasterized=True)
    axes.add_collection(collection)
    end = int(curves["epoch"].max()) + 1
    axes.set(xlim=(0, max(end, 1)), ylim=(0, 100), ylabel="test accuracy (%)")
    axes.locator_params(axis="x", nbins=4, integer=True)
    axes.set_title(f"{group}: {counted(len(paths), 'network')}")


def draw_points(axes: Axes, rows: pd.DataFrame, limits: tuple[float, float]) -> PathCollection:
    """Draw percent excitatory over total spikes, a point a row, coloured by accuracy."""
    points = axes.scatter(
        rows["total_spikes"].where(rows["total_spikes"] > 0),
        rows["percent_excitatory"],
        c=100 * rows["accuracy"],
        s=2.5,
        linewidths=0,
        cmap=style.ACCURACY_MAP,
        vmin=0,
        vmax=100,
        rasterized=True,
    )
    axes.set_xscale("log")
    axes.set(xlim=limits, ylim=(-3, 103))
    return points


def spikes_limits(data: pd.DataFrame) -> tuple[float, float]:
    """Return limits for a logarithmic axis of total spikes, whole decades apart."""
    import numpy as np

    fired = data["total_spikes"][data["total_spikes"] > 0]
    if not len(fired):
        return 0.1, 10.0
    low, high = np.floor(np.log10(fired.min())), np.ceil(np.log10(fired.max()))
    return float(10**low), float(10 ** max(high, low + 1))


def trained(epoch: int) -> str:
    """Return how long a network was trained, in words.

    >>> trained(-1), trained(0), trained(29)
    ('untrained', '1 epoch', '30 epochs')
    """
    return "untrained" if epoch < 0 else counted(epoch + 1, "epoch")


def silent(data: pd.DataFrame) -> str:
    """Return a sentence that says how many points are missing, because nothing fired."""
    n = int((data["total_spikes"] == 0).sum())
    return f"{n:,} of {len(data):,} points aren't drawn: nothing fired." if n else ""


def ratio_handles(colours: dict[str, str], ratios: Sequence[str]) -> list[object]:
    """Return a line a ratio, for a legend."""
    from matplotlib.lines import Line2D

    return [Line2D([], [], color=colours[ei], label=ei) for ei in ratios]
