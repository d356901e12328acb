"""Accuracy under noise on every update: by its strength, and ratio against ratio."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from eccles.arguments import typed
from eccles.errors import must
from eccles.figures import style
from eccles.figures.drawing import Drawing
from eccles.stats import compare_to_reference, confidence_interval, interval_method, stars

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


@typed("figures")
@style.look()
def accuracy_by_noise(
    values: pd.DataFrame,
    *,
    colours: dict[str, str] | None = None,
    label: str = "accuracy (%)",
    note: str = "",
) -> Drawing:
    """Draw accuracy over the strength of update noise: a line a ratio, a point a run.

    Lines go through the means over seeds, with intervals of 95 % (`confidence_interval`); where
    there is one seed, there is none.

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
    # Ratios stand beside each other at a level, so that their points and intervals are seen;
    # all of them above 0 where the level is.
    gap = min((b - a for a, b in pairwise(levels)), default=0.1)
    width = min([0.5 * gap, *(1.6 * level for level in levels if level > 0)])
    step = width / max(1, len(ratios) - 1)
    figure = style.figure(style.PAGE, 2.9, note)
    axes = figure.subplots()
    for k, (ei, marker) in enumerate(zip(ratios, style.MARKERS * 9, strict=False)):
        shift = (k - (len(ratios) - 1) / 2) * step
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
    axes.set(
        xlabel="noise on every update (standard deviation by initial scale of the input weights)",
        ylabel=label,
    )
    axes.set_ylim(0, 100)
    axes.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    single = " A single seed has no interval." if (means["n"] < 2).any() else ""
    caption = (
        "Accuracy by the standard deviation of the noise on every update; a point a run, a line a "
        f"ratio through the means, bars: {_methods(means['n'])} intervals of 95 %.{single}"
        " Ratios are shifted sideways to be told apart; the numbers aren't."
    )
    return Drawing(figure, means, caption, {"runs": data})


def mean_accuracy(values: pd.DataFrame) -> pd.DataFrame:
    """Return a row a ratio and level: n, mean, and its interval of 95 %, low to high."""
    import pandas as pd

    rows = []
    for (ei, noise), own in values.groupby(["ei", "noise"], sort=False):
        low, high = confidence_interval(own["accuracy"])
        mean = own["accuracy"].mean()
        rows.append(
            {"ei": ei, "noise": noise, "n": len(own), "mean": mean, "low": low, "high": high}
        )
    found = pd.DataFrame(rows, columns=["ei", "noise", "n", "mean", "low", "high"])
    return found.sort_values("noise", kind="stable", ignore_index=True)


def _counts(n: pd.Series[int]) -> str:
    low, high = int(n.min()), int(n.max())
    return f"{low}" if low == high else f"{low} to {high}"


def _methods(counts: pd.Series[int]) -> str:
    """Return how the intervals of so many values each are found, in words."""
    return " or ".join(sorted({interval_method(n) for n in counts if n > 1})) or "no"


@typed("figures")
@style.look()
def accuracy_differences(
    values: pd.DataFrame,
    *,
    levels: Sequence[float],
    reference: str = "100:0",
    colours: dict[str, str] | None = None,
    note: str = "",
) -> Drawing:
    """Draw how far each ratio's accuracy is from a reference ratio's, a panel a level of noise.

    A bar is the mean difference over seeds, paired by seed, with its interval of 95 %.
    Above it stands what Wilcoxon's signed-rank test with Holm's correction says, below that, in
    brackets, the two-sample t-test without correction.

    Args:
        values: with ei, noise, seed and accuracy (0 to 1); a row a run.
        levels: levels of noise to compare at.
        reference: the ratio that the others are compared with.
        colours: a colour for each ratio.
        note: a line over the panels.
    """
    chosen = values[values["noise"].isin(levels)]
    if not len(chosen):
        listed = ", ".join(f"{level:g}" for level in levels)
        raise must("figures", "noise", f"one of {listed} in some run", "none")
    found = compare_to_reference(
        chosen, value="accuracy", by="ei", reference=reference, within=["noise"]
    )
    colours = colours or style.colours(values["ei"].unique())
    ratios = [ei for ei in values["ei"].unique() if ei != reference]
    shown = [level for level in levels if level in set(chosen["noise"])]
    figure = style.figure(style.PAGE, 2.5, note)
    panels = figure.subplots(1, len(shown), sharey=True, squeeze=False)[0]
    for axes, level in zip(panels, shown, strict=True):
        rows = found[found["noise"] == level].set_index("ei").reindex(ratios)
        _draw_differences(axes, rows, [colours[ei] for ei in ratios])
        n = rows["n_pairs"].dropna()
        pairs = f"n = {_counts(n)} pair{'' if n.max() == 1 else 's'}" if len(n) else "no runs"
        pairs += ": no test" if n.max() < 2 else ""
        axes.set_title(f"noise {level:g}   ({pairs})")
        axes.set_xticks(range(len(ratios)), ratios)
    panels[0].set_ylabel(f"difference to {reference} (percentage points)")
    panels[0].margins(y=0.15)
    caption = (
        f"Mean difference in accuracy to {reference}, paired by seed, with "
        f"{_methods(found['n_pairs'])} intervals of 95 %, at a noise of so many initial scales of "
        "the input weights. Stars: Wilcoxon's signed-rank test, Holm's correction over the ratios "
        "of a panel; in brackets: two-sample t-test without correction; *** p < 0.001, ** p < "
        "0.01, * p < 0.05, n.s. not significant."
    )
    if (found["n_pairs"] < 2).any():
        caption += " Where there is one pair, there is no interval and no test."
    return Drawing(figure, found, caption)


def _draw_differences(axes: Axes, rows: pd.DataFrame, colours: list[str]) -> None:
    axes.axhline(0, color=style.NEUTRAL, linewidth=0.6)
    mean = 100 * rows["difference"].to_numpy(float)
    around = 100 * abs(rows[["low", "high"]].sub(rows["difference"], axis=0)).to_numpy(float).T
    bars = range(len(rows))
    axes.bar(bars, mean, color=colours, width=0.7, alpha=0.6)
    axes.errorbar(bars, mean, yerr=around, fmt="none", ecolor="black", elinewidth=0.8, capsize=2)
    for x, row in zip(bars, rows.itertuples(), strict=True):
        tops = [100 * value for value in (row.difference, row.high) if value == value]
        if not tops:
            continue
        both = f"{stars(row.p_holm) or '-'}\n({stars(row.p_t) or '-'})" if row.n_pairs > 1 else ""
        top = max(0.0, *tops)
        axes.annotate(
            both,
            (x, top),
            (0, 2),
            textcoords="offset points",
            ha="center",
            va="bottom",
            fontsize=5.5,
        )
