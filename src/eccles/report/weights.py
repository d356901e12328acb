"""The weights of the chosen run: mean, spread and exact zeros over epochs, histograms at one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from eccles.figures.style import NEUTRAL, OKABE_ITO
from eccles.report.controls import Controls
from eccles.report.course import epoch_line, epochs_trained, followed

if TYPE_CHECKING:
    import altair as alt

    from eccles.report.course import Layers
    from eccles.report.source import Source

_ABSENT = "not measured in this study"
_KEY = "grey: before training; black: exact zeros"


def weights(
    source: Source, controls: Controls, projections: Sequence[str], size: tuple[int, int]
) -> list[Any]:
    """Return a chart of mean and spread for each projection, and one of exact zeros."""
    import altair as alt

    if not projections:
        return []
    now = epoch_line(followed(source, controls, size, ""), "epochs trained")
    absent = _absent(followed(source, controls, size, "", "runs"), "weights")
    charts: list[Any] = []
    for k, (projection, colour) in enumerate(zip(projections, OKABE_ITO, strict=False)):
        base = (
            followed(source, controls, size, f"Weights {projection}", "weights")
            .transform_filter(alt.datum.projection == projection)
            .transform_calculate(low="datum.mean - datum.std", high="datum.mean + datum.std")
            .encode(x=epochs_trained("epochs trained"))
        )
        said = [
            "trained:Q",
            alt.Tooltip("mean:Q", format=".4~g"),
            alt.Tooltip("std:Q", title="standard deviation", format=".4~g"),
            alt.Tooltip("zeros:Q", title="exact zeros", format=".2%"),
        ]
        spread = base.mark_rule(color=colour, opacity=0.4, strokeWidth=5).encode(
            y=alt.Y("low:Q", title="mean ± std", axis=alt.Axis(tickCount=4)), y2="high:Q"
        )
        mean = base.mark_line(color=colour, point={"size": 30, "color": colour})
        layers = now, spread, mean.encode(y="mean:Q", tooltip=said), absent
        charts.append(_titled(layers, base).properties(name=f"weights_{k}"))
    scale = alt.Scale(domain=list(projections), range=list(OKABE_ITO[: len(projections)]))
    base = followed(source, controls, size, "Exact zeros (%), same colours", "weights")
    zeros = (
        base.transform_calculate(percent="100 * datum.zeros")
        .mark_line(point={"size": 30})
        .encode(
            x=epochs_trained("epochs trained"),
            y=alt.Y("percent:Q", title=None, axis=alt.Axis(tickCount=4)),
            color=alt.Color("projection:N", scale=scale, legend=None),
            tooltip=["trained:Q", "projection:N", alt.Tooltip("percent:Q", format=".2f")],
        )
    )
    return [*charts, _titled((now, zeros, absent), base).properties(name="zeros")]


def histograms(
    source: Source, controls: Controls, projections: Sequence[str], size: tuple[int, int]
) -> list[Any]:
    """Return a histogram of each projection's weights at the chosen epoch, or at the last
    one before it that was measured.

    Grey: before training. A black line at zero: the weights that are exactly zero. The axis of
    values is that of the whole run, so that epochs can be compared.
    """
    import altair as alt

    charts: list[Any] = []
    absent = _absent(followed(source, controls, size, "", "runs"), "histograms")
    for k, (projection, colour) in enumerate(zip(projections, OKABE_ITO, strict=False)):
        base = followed(
            source, controls, size, f"Histogram {projection}", "histograms"
        ).transform_filter(alt.datum.projection == projection)
        whole = base.transform_aggregate(low="min(low)", high="max(high)").mark_rule(opacity=0)
        bins = base.transform_filter("datum.high > datum.low")
        before = bins.transform_filter("datum.trained == 0").mark_bar(color="#bbbbbb", binSpacing=0)
        now = bins.mark_bar(color=colour, opacity=0.65, binSpacing=0)
        zeros = base.transform_filter("datum.high == datum.low && datum.count > 0")
        x = alt.X("low:Q", title="weight", axis=alt.Axis(tickCount=4, grid=False))
        y = alt.Y(
            "count:Q",
            title="how many",
            scale=alt.Scale(type="symlog", constant=1, domainMin=0),
            axis=alt.Axis(values=[0, 10, 1000, 100_000], format=",d"),
        )
        floor = alt.value(size[1])
        said = [
            alt.Tooltip("trained:Q", title="epochs trained"),
            alt.Tooltip("low:Q", title="from", format=".4~g"),
            alt.Tooltip("high:Q", title="to", format=".4~g"),
            alt.Tooltip("count:Q", title="weights", format=","),
        ]
        layers = (
            whole.encode(x=x, x2="high:Q"),
            before.encode(x=x, x2="high:Q", y=y, y2=floor),
            _latest(now).encode(x=x, x2="high:Q", y=y, y2=floor, tooltip=said),
            _latest(zeros.mark_rule(color="black", strokeWidth=2)).encode(
                x=x, y=y, y2=floor, tooltip=said
            ),
            _measured(_latest(bins)),
            absent,
        )
        title = alt.Title(base.title, subtitle=_KEY, subtitleFontSize=11)
        chart = _titled(layers, base).properties(name=f"histogram_{k}", title=title)
        charts.append(chart)
    return charts


def _latest(base: alt.Chart) -> alt.Chart:
    """Return the rows of the last measured epoch up to the one that the reader chose."""
    chart: alt.Chart = (
        base.transform_filter("datum.trained <= chosen_epoch")
        .transform_joinaggregate(at="max(trained)")
        .transform_filter("datum.trained == datum.at")
    )
    return chart


def _measured(base: alt.Chart) -> alt.Chart:
    """Return a text in the upper right corner: when the rows were measured."""
    chart: alt.Chart = (
        base.transform_aggregate(at="max(at)")
        .transform_calculate(said="'after ' + datum.at + ' epochs'")
        .mark_text(align="right", baseline="top", x="width", y=2, dx=-4, fontSize=11)
        .encode(text="said:N")
    )
    return chart


def _absent(runs: alt.Chart, table: str) -> alt.Chart:
    """Return a sentence, so that no frame is empty, where the chosen run lacks a table."""
    chart: alt.Chart = (
        runs.transform_filter(f"!datum.has_{table}")
        .transform_calculate(said=f'"{_ABSENT}"')
        .mark_text(x="width", y="height", dx=-4, dy=-6, align="right", fontSize=11, color=NEUTRAL)
        .encode(text="said:N")
    )
    return chart


def _titled(layers: Sequence[alt.Chart], base: alt.Chart) -> Layers:
    """Return charts over each other, under the title of the base alone."""
    import altair as alt

    plain = []
    for layer in layers:
        one = layer.copy(deep=False)
        one.title = alt.Undefined
        plain.append(one)
    return alt.layer(*plain, title=base.title)
