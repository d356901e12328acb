"""What a reader of the explorer sets: filters, the epoch, the horizontal axis."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from eccles.figures.words import words_of

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

    from eccles.report.compact import Compact

_ALL = "all"
_MOST_VALUES = 40
"""Values of a setting that a menu still helps with."""

_MARGIN, _LEAST_TICKS = 0.04, 3
"""Share of an axis that is left beside its first and last point, and how many marks it has."""

_FREE, _WIDEST = 0.7, 0.12
"""Share of the way to the next value, and of the axis, in which points are spread at most."""


class Axis(NamedTuple):
    """A horizontal axis of the points.

    Attributes:
        column: what it shows.
        ticks: where it is marked.
        linear: up to which value it is linear; logarithmic beyond, so that 0 has a place too.
        low, high: where it begins and ends, whatever the filters leave.
        beside: how far apart points of one value are drawn, as a share of the axis; 0 where each
            has a value of its own.
    """

    column: str
    ticks: list[float]
    linear: float
    low: float
    high: float
    beside: float = 0.0


class Controls(NamedTuple):
    """What the reader sets, as parameters of Vega-Lite.

    Attributes:
        axes: horizontal axes by what they are called; `across` is the one that is chosen.
        params: `chosen_epoch` (epochs trained), filters, `across`, in the order of the page.
        picked: the run that is chosen, by a click on its point.
        shown: the expression that holds for runs that pass all filters.
    """

    axes: dict[str, Axis]
    params: list[alt.Parameter]
    picked: alt.Parameter
    shown: str


def label(name: str) -> str:
    """Return what a reader calls a column."""
    return words_of(name).label


def in_order(values: Iterable[str]) -> list[str]:
    """Return different values by the number that they begin with, or as they come.

    >>> in_order(["80:20", "100:0", "80:20", "50:50"]), in_order(["sgd", "adam"])
    (['50:50', '80:20', '100:0'], ['sgd', 'adam'])
    """
    different = list(dict.fromkeys(values))
    try:
        return sorted(different, key=lambda value: float(value.partition(":")[0]))
    except ValueError:
        return different


def separate(runs: pd.DataFrame) -> list[str]:
    """Return the columns whose values are never shown together: study, and kinds of its data."""
    names = ["study"] if runs["study"].nunique() > 1 else []
    mixed = (runs.groupby("study")["data_kind"].nunique() > 1).any()
    return [*names, "data_kind"] if mixed else names


def controls(data: Compact, settings: Sequence[str]) -> Controls:
    """Return the controls of an explorer with filters for some of the runs' settings."""
    import altair as alt

    runs = data.runs
    axes = _axes(data, [name for name in settings if name != "seed"])
    last = int(data.epochs["trained"].max())
    last -= last % data.step
    slider = alt.binding_range(min=0, max=last, step=data.step, name="epochs trained ")
    first = {name: runs[name].iloc[0] for name in separate(runs)}
    menus = {name: list(runs[name].unique()) for name in first}
    menus |= {n: [_ALL, *in_order(runs[n])] for n in settings if runs[n].nunique() <= _MOST_VALUES}
    filters = [
        alt.param(
            name=f"only_{name}",
            value=options[0],
            bind=alt.binding_select(options=options, name=f"{label(name)} "),
        )
        for name, options in menus.items()
    ]
    bounds = [
        alt.param(
            name=name,
            value=value,
            bind=alt.BindInput(input="number", name=f"initial rate {said} ({data.rate.unit}) "),
        )
        for name, said, value in (("rate_from", "from", "0"), ("rate_to", "to", ""))
    ]
    across = alt.param(
        name="across",
        value=next(iter(axes)),
        bind=alt.binding_select(options=list(axes), name="horizontal axis "),
    )
    epoch = alt.param(name="chosen_epoch", value=last, bind=slider)
    passes = [f"(only_{n} == '{_ALL}' || datum.{n} == only_{n})" for n in menus]
    passes.append(f"datum.{data.rate.initial} >= toNumber(rate_from)")
    passes.append(f"(rate_to == '' || datum.{data.rate.initial} <= toNumber(rate_to))")
    for name, value in first.items():
        runs = runs[runs[name] == value]
    picked = alt.selection_point(
        name="picked",
        fields=["number"],
        on="click",
        clear=False,
        empty=False,
        value=[{"number": int(runs.loc[runs["peak_accuracy"].idxmax(), "number"])}],
    )
    return Controls(axes, [epoch, *filters, *bounds, across], picked, " && ".join(passes))


def _axes(data: Compact, settings: Sequence[str]) -> dict[str, Axis]:
    runs, rate = data.runs, data.rate
    first = runs[rate.initial]
    rates = {rate.before: first, rate.after: data.epochs[rate.column]}
    ticks = list(rate.ticks)
    axes = {
        name: _axis(str(values.name), ticks, ticks[1], *_ends(values, ticks[-1]))
        for name, values in rates.items()
    }
    for name in settings:
        try:
            values = sorted({float(value) for value in runs[name]})
        except ValueError:  # Words, such as "80:20".
            continue
        positive = [value for value in values if value > 0]
        least = min(positive, default=1.0)
        axis = _axis(name, _ticks(values), least, values[0], values[-1])
        axes[label(name)] = axis._replace(beside=_beside(axis, values))
    # An axis along which hardly anything differs is no first choice.
    spread = first.max() > 2 * first.min()
    return axes if spread else dict(sorted(axes.items(), key=lambda each: each[0] in rates))


def _axis(column: str, ticks: list[float], linear: float, low: float, high: float) -> Axis:
    """Return an axis with room beside its points, and with enough of its ticks in sight."""
    seen = [tick for tick in ticks if low <= tick <= high]
    if len(seen) < _LEAST_TICKS and high > low:
        seen = _round_numbers(low, high)
    first, last = (_stretched(end, linear) for end in (low, high))
    room = _MARGIN * (last - first)
    return Axis(
        column, seen, linear, _unstretched(first - room, linear), _unstretched(last + room, linear)
    )


def _beside(axis: Axis, values: Sequence[float]) -> float:
    """Return the share of an axis in which points of one of its values have a place each."""
    places = [_stretched(each, axis.linear) for each in (axis.low, *values, axis.high)]
    between = [b - a for a, b in pairwise(places[1:-1])]
    room = min(between, default=0.0) / ((places[-1] - places[0]) or 1.0)
    return min(_FREE * room, _WIDEST) if between else _WIDEST


def _stretched(value: float, linear: float) -> float:
    """Return where a value stands along an axis that is linear up to one, logarithmic beyond."""
    return math.copysign(math.log1p(abs(value) / linear), value)


def _unstretched(place: float, linear: float) -> float:
    return math.copysign(linear * math.expm1(abs(place)), place)


def _round_numbers(low: float, high: float) -> list[float]:
    """Return three to eleven numbers of few digits from `low` to `high`.

    >>> _round_numbers(4.72, 5.26)
    [4.8, 4.9, 5.0, 5.1, 5.2]
    """
    size = 10.0 ** math.floor(math.log10(high - low))
    for step in (size, size / 2, size / 5, size / 10):
        first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
        if last - first + 1 >= _LEAST_TICKS:
            break
    return [float(f"{k * step:.12g}") for k in range(first, last + 1)]


def _ends(rates: pd.Series[float], most: float) -> tuple[float, float]:
    """Return where an axis of rates begins and ends: not at one place, though all are the same."""
    low, high = float(rates.min()), float(rates.max())
    return low, high if high > low else max(2 * low, most)


def _ticks(values: list[float], most: int = 6) -> list[float]:
    if len(values) <= most:
        return values
    return [values[round(k * (len(values) - 1) / (most - 1))] for k in range(most)]
