"""A point a run: its accuracy at the epoch that the reader chose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from json import dumps
from typing import TYPE_CHECKING, Any

from eccles.figures.style import OKABE_ITO, colours
from eccles.report.controls import Axis, Controls, in_order, label
from eccles.report.rate import Rate

if TYPE_CHECKING:
    import altair as alt

    from eccles.report.compact import Compact
    from eccles.report.source import Source

_GOLDEN = 0.618034

_SYMBOL, _LETTER = 40, 7
"""Pixels that an entry of a legend takes, and those of a letter."""


def points(
    data: Compact,
    source: Source,
    controls: Controls,
    settings: Sequence[str],
    palette: Mapping[str, str],
    size: tuple[int, int],
) -> alt.LayerChart | alt.FacetChart:
    """Return the chart of points: those that pass the filters, how many, a ring round the chosen.

    Args:
        data: what the page holds.
        source: gives its tables.
        controls: what the reader sets.
        settings: columns that say what a run is; the first one gives the colours.
        palette: colours for some of its values.
        size: width and height in pixels.
    """
    import altair as alt

    fields = [name for name in data.runs if name != "number"]
    x_value = "NaN"
    for name, axis in controls.axes.items():
        x_value = f"across == {dumps(name)} ? toNumber(datum.{axis.column}) : {x_value}"
    base = (
        alt.Chart(source("epochs"))
        # Before the lookup, so that only the rows of one epoch are looked up.
        .transform_filter("datum.trained <= chosen_epoch && chosen_epoch < datum.until")
        .transform_lookup(
            lookup="number",
            from_=alt.LookupData(data=source("runs"), key="number", fields=fields),
        )
        .transform_filter(controls.shown)
        .transform_calculate(
            x_value=x_value, percent="100 * datum.accuracy", peak="100 * datum.peak_accuracy"
        )
    )
    of_axis = {part: _by_axis(controls.axes, part) for part in Axis._fields if part != "column"}
    ticks, linear, low, high = (
        alt.expr(of_axis[part]) for part in ("ticks", "linear", "low", "high")
    )
    beside = of_axis["beside"]
    width, height = size
    # Runs one after the other are far apart, and always at the same place: multiples of the golden
    # ratio fill what there is evenly.
    place = f"(datum.number * {_GOLDEN} % 1 - 0.5)"
    aside = alt.expr(f"{place} * {width} * {beside}")
    x = alt.X(
        "x_value:Q",
        title=None,
        scale=alt.Scale(
            type="symlog", constant=linear, domainMin=low, domainMax=high, nice=False, zero=False
        ),
        axis=alt.Axis(values=ticks, grid=False, format=".3~r", labelOverlap=True),
    )
    y = alt.Y("percent:Q", title="test accuracy (%)", scale=alt.Scale(domain=[0, 100]))
    dots = (
        base.properties(name="points")
        # The stroke can't be seen, but met by a finger.
        .mark_point(
            filled=True,
            xOffset=aside,
            size=45,
            opacity=0.75,
            stroke="transparent",
            strokeWidth=8,
            cursor="pointer",
        )
        .encode(
            x=x,
            y=y,
            color=_colour(data, settings, palette, width),
            tooltip=_tooltip(settings, data.rate),
        )
        .add_params(controls.picked)
    )
    ring = base.transform_filter(controls.picked).mark_point(
        filled=False, xOffset=aside, size=180, stroke="black", strokeWidth=2
    )
    count = (
        base.transform_aggregate(n="count()")
        .transform_calculate(said="format(datum.n, ',') + (datum.n == 1 ? ' run' : ' runs')")
        .mark_text(align="right", baseline="bottom", x="width", y=-6, fontSize=12)
        .encode(text="said:N")
    )
    title = alt.Title(
        alt.expr("'Accuracy by ' + across + ', epochs trained: ' + chosen_epoch"),
        subtitle="a point a run; click one to follow it"
        + ("; along a setting they are spread" * any(a.beside for a in controls.axes.values())),
        subtitleFontSize=12,
    )
    layers = alt.layer(dots, ring.encode(x=x, y=y), count)
    return layers.properties(name="runs", width=width, height=height, title=title)


def _by_axis(axes: Mapping[str, Axis], part: str) -> str:
    """Return the expression of what goes with the chosen horizontal axis."""
    values = ", ".join(f"{dumps(name)}: {getattr(axis, part)}" for name, axis in axes.items())
    return f"{{{values}}}[across]"


def _colour(data: Compact, settings: Sequence[str], palette: Mapping[str, str], width: int) -> Any:
    import altair as alt

    name = next((name for name in settings if name != "seed"), None)
    if name is None:
        return alt.value(OKABE_ITO[0])
    values = in_order(data.runs[name])
    chosen = {**colours(values), **palette}
    # Names of which as many stand side by side as there is room for, below their title on a phone.
    across = min(4, max(1, int(width / (_SYMBOL + _LETTER * max(map(len, values))))))
    legend = alt.Legend(orient="top", titleOrient="left", symbolOpacity=1, columns=across)
    return alt.Color(
        f"{name}:N",
        title=label(name),
        scale=alt.Scale(domain=values, range=[chosen[value] for value in values]),
        legend=legend if len(values) <= len(OKABE_ITO) else None,
    )


def _tooltip(settings: Sequence[str], rate: Rate) -> list[alt.Tooltip]:
    import altair as alt

    return [
        *(alt.Tooltip(f"{name}:N", title=label(name)) for name in settings),
        alt.Tooltip(f"{rate.initial}:Q", title=rate.before, format=".4~g"),
        alt.Tooltip(f"{rate.column}:Q", title=rate.after, format=".4~g"),
        alt.Tooltip("percent:Q", title="accuracy (%)", format=".2f"),
        alt.Tooltip("peak:Q", title="peak accuracy (%)", format=".2f"),
        alt.Tooltip("run:N"),
    ]
