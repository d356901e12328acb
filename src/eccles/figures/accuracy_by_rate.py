"""Accuracy by firing rate: a panel a ratio, a point a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eccles.arguments import typed
from eccles.figures import style
from eccles.figures.drawing import Drawing

if TYPE_CHECKING:
    import pandas as pd

_HIGHEST = 300.0
"""Rate in Hz that every picture reaches to, so that studies compare."""


@typed("figures")
@style.look()
def accuracy_by_rate(
    runs: pd.DataFrame,
    *,
    rate: str = "initial_rate_hz",
    when: str = "before training",
    decisive: str = "peak_accuracy",
    decided_by: str = "peak",
    success: float = 0.5,
    band: tuple[float, float] | None = None,
    line: float | None = None,
    colours: dict[str, str] | None = None,
    note: str = "",
) -> Drawing:
    """Draw the peak accuracy of runs over their firing rate at one time.

    Args:
        runs: with ei, peak_accuracy (0 to 1) and the rate; a row a run.
        rate: the column of the rate in Hz.
        when: in words, at what time of the training this rate was measured.
        decisive: the column of the accuracy that decides about success.
        decided_by: what that accuracy is, in words.
        success: a run whose decisive accuracy is above it is drawn filled, others hollow.
        band: rates in Hz between which the background is shaded.
        line: an accuracy to compare with.
        colours: a colour for each ratio.
        note: a line over the panels.
    """
    columns = [name for name in ("run", "ei", "w1_std", "seed") if name in runs]
    columns += [rate, *dict.fromkeys(["peak_accuracy", decisive])]
    data = runs[columns].reset_index(drop=True)
    data = data.assign(successful=data[decisive] > success)
    ratios = list(data["ei"].unique())
    colours = colours or style.colours(ratios)
    highest = max([_HIGHEST, *(1.5 * data[rate].dropna())])
    figure = style.figure(style.PAGE, 2.1, note)
    panels = figure.subplots(1, len(ratios), sharey=True, squeeze=False)[0]
    for axes, ei in zip(panels, ratios, strict=True):
        mine = data[data["ei"] == ei]
        if band is not None:
            axes.axvspan(*band, color=style.BAND, linewidth=0)
        if line is not None:
            axes.axhline(100 * line, color=style.NEUTRAL, linewidth=0.8, linestyle="--")
        for successful, fill in ((True, colours[ei]), (False, "none")):
            points = mine[mine["successful"] == successful]
            axes.scatter(
                points[rate],
                100 * points["peak_accuracy"],
                s=9,
                facecolors=fill,
                edgecolors=colours[ei],
                linewidths=0.6,
            )
        # Silent networks have a place too, which a logarithm doesn't give them.
        axes.set_xscale("symlog", linthresh=0.01)
        axes.set_xticks([0, 0.1, 1, 10, 100], ["0", "0.1", "1", "10", "100"])
        axes.minorticks_off()
        count = f"{int(mine['successful'].sum())} of {len(mine)} over {100 * success:g} %"
        axes.set(title=f"{ei}   ({count})", xlim=(-0.003, highest), ylim=(0, 100))
    panels[0].set_ylabel("peak test accuracy (%)")
    figure.supxlabel(f"firing rate {when} (Hz)", fontsize=7)
    caption = (
        f"Peak test accuracy by the firing rate {when}; a panel a ratio, a point a run; "
        f"filled: {decided_by} over {100 * success:g} %."
    )
    if band is not None:
        caption += f" Band: {band[0]:g} to {band[1]:g} Hz."
    if line is not None:
        caption += f" Dashed: {100 * line:g} %."
    return Drawing(figure, data, caption)
