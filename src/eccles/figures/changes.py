"""Accuracy of changed recipes beside the unchanged one: a panel a network, a row a change."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from eccles.arguments import typed
from eccles.errors import must
from eccles.figures import style
from eccles.figures.drawing import Drawing

if TYPE_CHECKING:
    import pandas as pd


@typed("figures")
@style.look()
def accuracy_by_change(
    runs: pd.DataFrame, *, changes: Sequence[str] | None = None, note: str = ""
) -> Drawing:
    """Draw the accuracy of each run, a panel a network, a row a change, a bar at the mean.

    Args:
        runs: with model, change (both in words), seed and accuracy (0 to 1; NaN for a run that
            gave none); a row a run.
        changes: rows from above (default: as they come); a dashed line goes through the mean of
            the first.
        note: a line over the panels.

    A change of which no run has an accuracy says so in its row.

    Raises InputError where there is no row.
    """
    if runs.empty:
        raise must("figures", "runs", "a table with a row or more", "none")
    changes = list(runs["change"].unique()) if changes is None else list(changes)
    data = runs[runs["change"].isin(changes)][["model", "change", "seed", "accuracy"]]
    models = list(data["model"].unique())
    figure = style.figure(style.PAGE, 0.6 + 0.2 * len(changes), note)
    # Long labels at the left are measured a little too short.
    figure.set_layout_engine("constrained", rect=(0.02, 0, 0.98, 1))
    panels = figure.subplots(1, len(models), sharey=True, squeeze=False)[0]
    for axes, model in zip(panels, models, strict=True):
        own = data[data["model"] == model]
        reference = own[own["change"] == changes[0]]["accuracy"].mean()
        axes.axvline(100 * reference, color=style.NEUTRAL, linestyle="--", linewidth=0.6)
        for row, change in enumerate(changes):
            values = 100 * own[own["change"] == change]["accuracy"].dropna()
            if values.empty:
                axes.text(
                    0.5,
                    row,
                    "no run finished",
                    transform=axes.get_yaxis_transform(),
                    va="center",
                    ha="center",
                )
                continue
            axes.plot(values, [row] * len(values), "o", color=style.INHIBITORY, markersize=3)
            axes.plot([values.mean()] * 2, [row - 0.3, row + 0.3], color="black")
        axes.set_title(model)
    panels[0].set_yticks(range(len(changes)), changes)
    panels[0].set_ylim(len(changes) - 0.5, -0.5)
    figure.supxlabel("test accuracy (%)", fontsize=7)
    caption = (
        "Test accuracy, a panel a network, a row a change, a point a run; bars are means, and the "
        f"dashed line is the mean of {changes[0]}."
    )
    return Drawing(figure, data.reset_index(drop=True), caption)
