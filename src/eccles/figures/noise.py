"""Accuracy under noise on every update: by its strength, and ratio against ratio."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from eccles.figures import style
from eccles.figures.drawing import Drawing
from eccles.stats import bootstrap_interval

if TYPE_CHECKING:
    import pandas as pd


@style.look()
def accuracy_by_noise(
    values: pd.DataFrame,
    *,
    colours: dict[str, str] | None = None,
    label: str = "accuracy (%)",
    note: str = "",
) -> Drawing:
    """Draw accuracy over the strength of update noise: a line a ratio, a point a run.

    Lines go through the means over seeds, with bootstrap intervals of 95 %; where there is one
    seed, there is no interval.

    Args:
        values: with ei, noise, seed and accuracy (0 to 1); a row a run.
        colours: a colour for each ratio.
        label: what the accuracy is.
        note: a line over the panel.
    """
    data = values[["ei", "noise", "seed", "accuracy"]].reset_index(drop=True)
    ratios = list(data["ei"].unique())
    colours = colours or style.colours(ratios)
    means = mean_accuracy(data)
    levels = sorted(data["noise"].unique())
    # Ratios stand beside each other at a level, so that their points and intervals are seen.
    gap = min((b - a for a, b in pairwise(levels)), default=0.1)
    step = 0.5 * gap / max(1, len(ratios) - 1)
    figure = style.figure(style.PAGE, 2.9, note)
    axes = figure.subplots()
    for place, (ei, marker) in enumerate(zip(ratios, style.MARKERS * 9, strict=False)):
        shift = (place - (len(ratios) - 1) / 2) * step
        own, line = data[data["ei"] == ei], means[means["ei"] == ei]
        axes.scatter(
            own["noise"] + shift,
            100 * own["accuracy"],
            s=3,
            color=colours[ei],
            alpha=0.35,
            linewidths=0,
        )
        around = 100 * abs(line[["low", "high"]].sub(line["mean"], axis=0)).to_numpy().T
        axes.errorbar(
            line["noise"] + shift,
            100 * line["mean"],
            yerr=around,
            color=colours[ei],
            marker=marker,
            markersize=3,
            capsize=1.5,
            linewidth=0.9,
            elinewidth=0.7,
            label=f"{ei} (n = {_counts(line['n'])})",
        )
    axes.set(xlabel="standard deviation of the update noise (initial input weights)", ylabel=label)
    axes.set_ylim(0, 100)
    axes.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    single = " A single seed has no interval." if (means["n"] < 2).any() else ""
    caption = (
        "Accuracy by the standard deviation of the noise on every update; a point a run, a line a "
        f"ratio through the means, bars: bootstrap intervals of 95 %.{single}"
    )
    return Drawing(figure, means, caption, {"runs": data})


def mean_accuracy(values: pd.DataFrame) -> pd.DataFrame:
    """Return a row a ratio and level: n, mean, and its bootstrap interval low to high."""
    import pandas as pd

    rows = []
    for (ei, noise), own in values.groupby(["ei", "noise"], sort=False):
        low, high = bootstrap_interval(own["accuracy"])
        mean = own["accuracy"].mean()
        rows.append(
            {"ei": ei, "noise": noise, "n": len(own), "mean": mean, "low": low, "high": high}
        )
    found = pd.DataFrame(rows, columns=["ei", "noise", "n", "mean", "low", "high"])
    return found.sort_values("noise", kind="stable", ignore_index=True)


def _counts(n: pd.Series[int]) -> str:
    low, high = int(n.min()), int(n.max())
    return f"{low}" if low == high else f"{low} to {high}"
