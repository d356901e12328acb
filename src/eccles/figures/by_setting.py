"""Any study: what came of its runs by what varied in them, with the means' intervals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from eccles.arguments import typed
from eccles.errors import InputError
from eccles.figures import style
from eccles.figures.beside import Beside, shift
from eccles.figures.drawing import Drawing
from eccles.figures.words import epochs_trained, numbers_of, short, words_of
from eccles.stats.frames import is_missing, rows_of
from eccles.stats.summary import summary

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

_MOST_LINES = 7
"""Lines that a panel can tell apart; more are a heat map where both axes are numbers."""

_MOST_INSIDE = 4
"""Entries of a legend that find a place among the points; more stand beside the panels."""

_BESIDE = 1.0
"""Width of a legend beside the panels, in inches."""

_MOST_TICKS = 7
"""Values along an axis that each have a tick; of more, some have."""

_MOST_LETTERS = 60
"""Letters below an axis that lie side by side; where there are more, they stand upright."""

_DECADES = 50.0
"""An axis whose largest number is so many times its smallest is logarithmic."""

_ROW = 2.2
"""Height of a panel, in inches."""

_WIDE, _HIGH = 270.0, 120.0
"""Of a panel, what lies within its axes, in points of print: about."""

_ASIDE = 2.5
"""From a line's means to those of the next line at the same number, in points of print."""


@typed("figures")
@style.look()
def by_setting(
    runs: pd.DataFrame,
    x: str,
    *,
    y: str = "peak_accuracy",
    by: str | None = None,
    rows: str | None = None,
    apart: bool = False,
    note: str = "",
) -> Drawing:
    """Draw a column of runs by their settings: means with 95 % intervals, and a point a run.

    Numbers along x make lines, texts stand side by side. Where x and `by` are numbers and
    `by` has more than seven values, it is a map of means. A column of epochs says how many a
    network was trained for.

    Args:
        runs: a row a run.
        x: the setting along the horizontal axis.
        y: the column of numbers that is drawn.
        by: the setting that tells lines apart.
        rows: the setting that tells panels apart.
        apart: whether each panel has its own vertical axis.
        note: a line over the panels.

    Raises InputError for a column that isn't there, two that are one, and no run with a value.
    """
    keys = [name for name in (rows, by, x) if name is not None]
    if len({*keys, y}) <= len(keys):
        raise InputError(f"figures: x, y, by and rows must be different columns, got {(*keys, y)}")
    runs = epochs_trained(runs)
    means = summary(runs, keys, y)
    if not len(means):
        raise InputError(f"figures: {y} must have a value in some run, got none")
    known = runs[runs[y].notna()]
    columns = dict.fromkeys([*(["run"] if "run" in runs else []), *keys, y])
    data = known[list(columns)].reset_index(drop=True)
    panels = [None] if rows is None else list(means[rows].unique())
    along = numbers_of(means[x])
    below = 0.0 if along is not None else _upright(x, list(means[x].unique()))
    levels = 0 if by is None else means[by].nunique(dropna=False)
    mapped = along is not None and levels > _MOST_LINES
    mapped = mapped and numbers_of(means[str(by)]) is not None
    beside = levels > _MOST_INSIDE and not mapped
    width = style.COLUMN * 1.3 + _BESIDE * beside
    figure = style.figure(width, 0.4 + below + _ROW * len(panels), note)
    drawn = figure.subplots(len(panels), 1, sharex=True, sharey=not apart, squeeze=False)[:, 0]
    for axes, value in zip(drawn, panels, strict=True):
        here, points = (rows_of(each, rows, value) for each in (means, data))
        all_here, all_points = (here, points) if apart else (means, data)
        ends = all_here[["mean", "low", "high"]]
        shown = (ends.min().min(), ends.max().max())
        span = max(shown[1], all_points[y].max()) - min(shown[0], all_points[y].min())
        if mapped:
            image = _map(axes, here, x, str(by), y, shown)
            figure.colorbar(image, ax=axes, label=words_of(y).label)
        else:
            _lines(axes, means, here, points, x, y, by, span)
        if rows is not None:
            axes.set_title(f"{words_of(rows).name}: {short(rows, value)}")
    if words_of(y).factor == 100 and not mapped:
        style.end_shares(drawn)
    drawn[-1].set_xlabel(words_of(x).label)
    if by is not None and not mapped:
        title = words_of(by).label
        if beside:
            entries = drawn[0].get_legend_handles_labels()
            figure.legend(*entries, title=title, loc="outside right upper")
        else:
            drawn[0].legend(title=title, loc="best")
    return Drawing(figure, means, _caption(means, x, y, by, rows, mapped), {"runs": data})


def _lines(
    axes: Axes,
    all_means: pd.DataFrame,
    means: pd.DataFrame,
    points: pd.DataFrame,
    x: str,
    y: str,
    by: str | None,
    span: float,
) -> None:
    """Draw a line a value of `by`, or its points side by side where x has no order."""
    label, factor = words_of(y)
    levels: list[Any] = [None] if by is None else list(all_means[by].unique())
    ticks = list(all_means[x].unique())
    numeric = numbers_of(all_means[x]) is not None
    places = len(ticks) * (1 if numeric else len(levels) / 0.6)
    room = _WIDE / places
    # Of lines along numbers, means lie side by side, and points come after all of them.
    step = min(_ASIDE, room / 2 / len(levels)) if numeric else 0.0
    half = step * (len(levels) - 1) / 2
    beside = Beside(axes, factor * span, room, _HIGH, half)
    # Points have no dashes, but markers tell those of one colour apart.
    looks = style.lines(map(str, levels), dashes=numeric)
    for k, level in enumerate(levels):
        mine, own = (rows_of(each, by, level) for each in (means, points))
        if not len(mine):
            continue
        colour, dash = looks[str(level)]
        aside = 0.0 if numeric else 0.6 * ((k + 0.5) / len(levels) - 0.5)
        at, of_runs = (_positions(each[x], ticks, numeric, aside) for each in (mine, own))
        order = sorted(range(len(at)), key=at.__getitem__)
        at, mine = [at[i] for i in order], mine.iloc[order]
        ends = [mine["mean"] - mine["low"], mine["high"] - mine["mean"]]
        beside.draw(of_runs, [factor * value for value in own[y]], colour)
        drawn = axes.errorbar(
            at,
            factor * mine["mean"],
            [factor * each.fillna(0).clip(lower=0) for each in ends],
            color=colour,
            marker=style.MARKERS[k % len(style.MARKERS)],
            markersize=3,
            linestyle=dash if numeric else "none",
            capsize=1.5,
            elinewidth=0.6,
            label=None if by is None else short(by, level),
        )
        shift(drawn.get_children(), axes, k * step - half)
    axes.set_ylabel(label)
    if numeric:
        numbers: Any = numbers_of(all_means[x].drop_duplicates())
        _scale(axes, numbers)
        if len(ticks) <= _MOST_TICKS:
            axes.set_xticks(numbers, [f"{number:g}" for number in numbers])
            axes.minorticks_off()
    else:
        axes.set_xticks(range(len(ticks)), [short(x, value) for value in ticks])
        if _upright(x, ticks):
            axes.tick_params("x", rotation=90)
        axes.set_xlim(-0.5, len(ticks) - 0.5)
    axes.margins(y=0.08)


def _upright(x: str, ticks: Sequence[Any]) -> float:
    """Return the height in inches of names that stand upright, or 0 where they lie side by side."""
    letters = [len(short(x, value)) for value in ticks]
    return 0.06 * max(letters) if sum(letters) > _MOST_LETTERS else 0.0


def _positions(
    values: pd.Series[Any], ticks: Sequence[Any], numeric: bool, aside: float
) -> list[float]:
    if numeric:
        return [float(value) for value in numbers_of(values)]  # type: ignore[union-attr]
    where = {_key(tick): k for k, tick in enumerate(ticks)}
    return [where[_key(value)] + aside for value in values]


def _key(value: object) -> str:
    """Return what one value is known by: all that are missing are the same."""
    return "" if is_missing(value) else f"{type(value).__name__} {value}"


def _scale(axes: Axes, numbers: Any) -> None:
    """Give an axis of numbers over decades a logarithm, with a place for 0 where there is one."""
    positive = numbers[numbers > 0]
    if not len(positive) or (numbers < 0).any():
        return
    if positive.max() / positive.min() < _DECADES:
        return
    if len(positive) == len(numbers):
        axes.set_xscale("log")
    else:
        axes.set_xscale("symlog", linthresh=float(positive.min()))


def _map(
    axes: Axes, means: pd.DataFrame, x: str, by: str, y: str, shown: tuple[float, float]
) -> Any:
    """Draw means as colours: x along, `by` upwards."""
    factor = words_of(y).factor
    table = means.pivot_table(index=by, columns=x, values="mean", sort=True)
    image = axes.imshow(
        factor * table.to_numpy(float),
        origin="lower",
        aspect="auto",
        cmap=style.ACCURACY_MAP,
        vmin=factor * shown[0],
        vmax=factor * shown[1],
    )
    axes.set_xticks(range(len(table.columns)), [short(x, v) for v in table.columns], rotation=45)
    axes.set_yticks(range(len(table.index)), [short(by, v) for v in table.index])
    axes.set_ylabel(words_of(by).label)
    return image


def _caption(
    means: pd.DataFrame, x: str, y: str, by: str | None, rows: str | None, mapped: bool
) -> str:
    name = words_of(y).name
    least, most = int(means["n"].min()), int(means["n"].max())
    n = f"{least}" if least == most else f"{least} to {most}"
    n += " run a mean" if n == "1" else " runs a mean"
    what = "a colour a mean" if mapped else "means with 95 % confidence intervals, a point a run"
    # What comes before ": " is the title.
    along = words_of(x).label.replace(" : ", ":")
    parts = [f"{name[0].upper()}{name[1:]} by {along}: {what}, {n}"]
    if by is not None and not mapped:
        parts.append(f"a line a value of {words_of(by).label}")
    if rows is not None:
        parts.append(f"a panel a value of {words_of(rows).label}")
    return "; ".join(parts) + "."
