"""Distances between spike trains by kind of pair: before training, after success, after failure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eccles.arguments import typed
from eccles.figures import style
from eccles.figures.drawing import Drawing
from eccles.stats import CategoryComparison, compare_categories, p_text

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

PAIRS = {"E-E": style.EXCITATORY, "E-I": style.OKABE_ITO[3], "I-I": style.INHIBITORY}
"""The kinds of pairs of neurons, and their colours."""

GROUPS = ("initial", "successful", "failed")
_FEWEST = 5
"""Values that make a violin; fewer are drawn as points alone."""


@typed("figures")
@style.look()
def distance_violins(
    values: pd.DataFrame, *, label: str = "mean van Rossum distance", over: str = "", note: str = ""
) -> Drawing:
    """Draw the distances of each kind of pair as violins: a row a ratio, a column a group.

    Lines in a violin are the quartiles. A panel says how many networks it has, and tells by
    Friedman's test, which keeps a network's values together, whether the kinds differ; in
    brackets the Kruskal-Wallis test, which doesn't.

    Args:
        values: with run, ei, group ("initial", "successful", "failed"), pair ("E-E", "E-I",
            "I-I") and distance; a row a network, group and pair. NaN, where a ratio has no such
            pairs, are left out.
        label: what the distance is.
        over: what it is the mean over, for the caption.
        note: a line over the panels.
    """
    import pandas as pd

    data = values[["run", "ei", "group", "pair", "distance"]].dropna(subset=["distance"])
    ratios = list(data["ei"].unique())
    figure = style.figure(style.PAGE, 0.4 + 1.6 * len(ratios), note)
    panels = figure.subplots(len(ratios), len(GROUPS), sharey=True, squeeze=False)
    tests, pairs = [], []
    for row, ei in zip(panels, ratios, strict=True):
        for axes, group in zip(row, GROUPS, strict=True):
            own = data[(data["ei"] == ei) & (data["group"] == group)]
            for x, (pair, colour) in enumerate(PAIRS.items()):
                _draw_violin(axes, own["distance"][own["pair"] == pair].to_numpy(), x, colour)
            axes.set_xticks(range(len(PAIRS)), list(PAIRS))
            axes.set_xlim(-0.6, len(PAIRS) - 0.4)
            found = compare_categories(own, value="distance") if len(own) else None
            axes.annotate(
                _said(found), (0.02, 0.99), xycoords="axes fraction", va="top", fontsize=5.5
            )
            if found is not None:
                tests.append({"ei": ei, "group": group, **_tests(found)})
                pairs.append(found.pairwise.assign(ei=ei, group=group))
        row[0].set_ylabel(f"{ei}\n{label}")
    for axes, group in zip(panels[0], GROUPS, strict=True):
        axes.set_title(group)
    low, high = panels[0][0].get_ylim()
    panels[0][0].set_ylim(min(0.0, low), high + 0.35 * (high - min(0.0, low)))
    caption = (
        f"The {label} between two excitatory neurons (E-E), two inhibitory ones (I-I) and one of "
        f"each (E-I){f', over {over}' if over else ''}, a value a network: before training, and "
        "after it in networks that succeeded and that failed. Lines: quartiles. Tests over the "
        "three kinds: Friedman's, in brackets that of Kruskal and Wallis, which takes no notice of "
        "networks."
    )
    more = {}
    if tests:
        more = {"tests": pd.DataFrame(tests), "pairs": pd.concat(pairs, ignore_index=True)}
    return Drawing(figure, data.reset_index(drop=True), caption, more)


def _tests(found: CategoryComparison) -> dict[str, object]:
    """Return what a panel says, and the statistics behind it."""
    names = ("n", "chi2", "p_friedman", "kendall_w", "h", "p_kruskal", "note")
    return {name: getattr(found, name) for name in names}


def _said(found: CategoryComparison | None) -> str:
    if found is None:
        return "no networks"
    if found.note and found.n < 2:
        return f"n = {found.n}, {found.note}"
    published = f"(Kruskal-Wallis {p_text(found.p_kruskal)})"
    return f"n = {found.n}, Friedman {p_text(found.p_friedman)}\n{published}"


def _draw_violin(axes: Axes, values: NDArray[np.float64], x: int, colour: str) -> None:
    import numpy as np

    if len(values) < _FEWEST or np.ptp(values) == 0:
        axes.plot(np.full(len(values), x), values, ".", color=colour, markersize=3)
        return
    shape = axes.violinplot(values, [x], widths=0.85, showextrema=False)
    for body in shape["bodies"]:  # type: ignore[attr-defined]
        body.set(facecolor=colour, edgecolor=colour, alpha=0.45, linewidth=0.5)
    for quartile, width in zip(
        np.quantile(values, [0.25, 0.5, 0.75]), (0.6, 1.4, 0.6), strict=True
    ):
        axes.hlines(quartile, x - 0.25, x + 0.25, color=colour, linewidth=width)
