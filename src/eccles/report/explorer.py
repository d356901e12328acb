"""The explorer: all runs of a study as points, and the epochs of the one that is chosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from eccles.figures.style import EXCITATORY, INHIBITORY, NEUTRAL, OKABE_ITO, colours
from eccles.report.compact import Compact, as_csv, compact
from eccles.report.extra import check_installed

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd


LABELS = {
    "ei": "E:I ratio",
    "w1_std": "scale of input weights",
    "update_noise": "update noise",
    "data_kind": "data",
}
"""Settings as a reader knows them; others go by their own names."""

ALL = "all"
_RATE, _RATE_NOW = "rate before training (Hz)", "rate after these epochs (Hz)"
_MOST_VALUES = 40
"""Values of a setting that a menu still helps with."""


class Explorer(NamedTuple):
    """Charts as Vega-Lite, in two layouts over one set of data.

    Attributes:
        wide, narrow: charts for a desktop and for a phone.
        datasets: the data of both, as CSV by name.
        notes: sentences that a reader must know, such as what was left out.
    """

    wide: dict[str, Any]
    narrow: dict[str, Any]
    datasets: dict[str, str]
    notes: tuple[str, ...]


class _Layout(NamedTuple):
    """Widths and heights of the charts, in pixels."""

    points: tuple[int, int]
    course: tuple[int, int]
    weights: tuple[int, int]
    across: int


_WIDE = _Layout(points=(520, 392), course=(400, 96), weights=(190, 110), across=4)
_NARROW = _Layout(points=(262, 260), course=(262, 96), weights=(262, 90), across=1)


def explorer(
    runs: pd.DataFrame,
    epochs: pd.DataFrame,
    weights: pd.DataFrame | None = None,
    settings: Sequence[str] = ("ei", "w1_std", "update_noise", "seed"),
    palette: Mapping[str, str] | None = None,
) -> Explorer:
    """Return charts in which a reader filters runs, chooses one and follows it over epochs.

    Studies, and real and synthetic data, are never mixed: where there are several, a menu chooses
    one of them.

    Args:
        runs, epochs, weights: a study's tables, or those of several put together; runs with a
            column study beside those that it always has.
        settings: columns of runs that the reader may filter by; those with one value are left out,
            and the first one gives the colours.
        palette: a colour for each value of that one (default: by its place among them).

    Raises InputError where altair isn't installed.
    """
    check_installed()
    varied = [name for name in settings if runs[name].nunique(dropna=False) > 1]
    data = compact(runs, epochs, weights, varied)
    datasets = {name: as_csv(getattr(data, name)) for name in ("runs", "epochs", "weights")}
    return Explorer(
        _Charts(data, varied, palette, _WIDE).whole(),
        _Charts(data, varied, palette, _NARROW).whole(),
        datasets,
        _notes(runs, data),
    )


def _notes(runs: pd.DataFrame, data: Compact) -> tuple[str, ...]:
    notes = []
    failed = int((runs["status"] != "done").sum())
    if failed:
        notes.append(f"{failed:,} runs failed and have no place here.")
    if data.step > 1:
        notes.append(f"To keep the page small, it has every {data.step}th epoch, and the last.")
    if data.left_out:
        notes.append(
            f"To keep the page small, {data.left_out:,} of {data.left_out + len(data.runs):,} runs "
            "are left out, those with the highest seeds."
        )
    for name, said in (("study", "studies"), ("data_kind", "kinds of data (real, synthetic)")):
        if data.runs[name].nunique() > 1:
            notes.append(f"There are several {said}; a menu shows one at a time, never a mixture.")
    return tuple(notes)


class _Charts:
    """The charts of one layout."""

    def __init__(
        self,
        data: Compact,
        varied: Sequence[str],
        palette: Mapping[str, str] | None,
        layout: _Layout,
    ) -> None:
        import altair as alt

        self._data, self._palette, self._layout = data, palette or {}, layout
        self._settings = list(varied)
        runs = data.runs
        self._axes = _axes(runs, [name for name in varied if name != "seed"])
        self._colour = next((name for name in varied if name != "seed"), None)
        last = int(data.epochs["trained"].max())
        last -= last % data.step
        self._moment = alt.param(
            name="moment",
            value=last,
            bind=alt.binding_range(min=0, max=last, step=data.step, name="epochs trained "),
        )
        self._across = alt.param(
            name="across",
            value=next(iter(self._axes)),
            bind=alt.binding_select(options=list(self._axes), name="horizontal axis "),
        )
        best = runs.loc[runs["peak_accuracy"].idxmax(), "number"] if len(runs) else 0
        self._picked = alt.selection_point(
            name="picked", fields=["number"], on="click", nearest=True, empty=False,
            clear=False, value=[{"number": int(best)}],
        )  # fmt: skip
        self._filters = [
            self._menu(name, everything=False)
            for name in ("study", "data_kind")
            if runs[name].nunique() > 1
        ] + [self._menu(name) for name in varied if runs[name].nunique() <= _MOST_VALUES]
        self._bounds = [
            alt.param(
                name=name,
                value=value,
                bind=alt.BindInput(input="number", name=f"initial rate {said} (Hz) "),
            )
            for name, said, value in (("rate_from", "from", "0"), ("rate_to", "to", ""))
        ]

    def whole(self) -> dict[str, Any]:
        """Return all charts of the layout, as Vega-Lite without its data."""
        import altair as alt

        courses = alt.vconcat(self._accuracy(), self._spikes(), self._share(), spacing=14)
        courses = courses.resolve_scale(color="independent")
        side_by_side = alt.vconcat if self._layout.across == 1 else alt.hconcat
        upper = side_by_side(self._points(), courses, spacing=30)
        # What reads the runs alone comes first: Vega must know them before it looks them up.
        parts = [self._about(), upper.resolve_scale(color="independent"), *self._weights()]
        params = [self._moment, *self._filters, *self._bounds, self._across]
        chart = alt.vconcat(*parts, spacing=24).add_params(*params)
        chart = chart.resolve_scale(color="independent")
        chart = chart.configure(
            font="system-ui, sans-serif",
            axis=alt.AxisConfig(labelFontSize=12, titleFontSize=12, titleFontWeight="normal"),
            legend=alt.LegendConfig(labelFontSize=12, titleFontSize=12, titleFontWeight="normal"),
            title=alt.TitleConfig(fontSize=13, anchor="start"),
            view=alt.ViewConfig(stroke="#cccccc"),
        )
        spec: dict[str, Any] = chart.to_dict()
        return spec

    def _menu(self, name: str, *, everything: bool = True) -> alt.Parameter:
        import altair as alt

        values = list(self._data.runs[name].unique())
        options = [ALL, *values] if everything else values
        bind = alt.binding_select(options=options, name=f"{LABELS.get(name, name)} ")
        return alt.param(name=f"only_{name}", value=options[0], bind=bind)

    def _source(self, name: str) -> alt.NamedData:
        """Return one of the page's tables, with the types of its columns."""
        import altair as alt

        frame: pd.DataFrame = getattr(self._data, name)
        texts = {"run", "study", "data_kind", "projection", *self._settings}
        parse = {column: "string" if column in texts else "number" for column in frame}
        return alt.NamedData(name=name, format=alt.CsvDataFormat(type="csv", parse=parse))

    def _points(self) -> alt.LayerChart:
        """Return a point a run: accuracy after the chosen epoch."""
        import altair as alt

        columns = [name for name in self._data.runs if name != "number"]
        shown = " && ".join(
            [
                f"(only == '{ALL}' || datum.{p} == only)".replace("only", f"only_{p}")
                for p in (f.name.removeprefix("only_") for f in self._filters)
            ]
            + [
                "datum.initial_rate_hz >= toNumber(rate_from)",
                "(rate_to == '' || datum.initial_rate_hz <= toNumber(rate_to))",
            ]
        )
        place = "NaN"
        for name, axis in reversed(self._axes.items()):
            place = f"across == '{name}' ? toNumber(datum.{axis.column}) : {place}"
        base = (
            alt.Chart(self._source("epochs"))
            .transform_lookup(
                lookup="number",
                from_=alt.LookupData(data=self._source("runs"), key="number", fields=columns),
            )
            .transform_filter(f"datum.trained == min(moment, datum.last) && {shown}")
            .transform_calculate(
                place=place, percent="100 * datum.accuracy", peak="100 * datum.peak_accuracy"
            )
        )
        chosen = "{" + ", ".join(f"'{k}': {a.ticks}" for k, a in self._axes.items()) + "}[across]"
        linear = "{" + ", ".join(f"'{k}': {a.linear}" for k, a in self._axes.items()) + "}[across]"
        x = alt.X(
            "place:Q",
            title=None,
            scale=alt.Scale(type="symlog", constant=alt.expr(linear), nice=False, zero=False),
            axis=alt.Axis(values=alt.expr(chosen), grid=False, format=".3~r", labelOverlap=True),
        )
        y = alt.Y("percent:Q", title="test accuracy (%)", scale=alt.Scale(domain=[0, 100]))
        colour: Any = alt.value(OKABE_ITO[0])
        if self._colour is not None:
            values = [str(value) for value in self._data.runs[self._colour].unique()]
            palette = {**colours(values), **self._palette}
            few = len(values) <= len(OKABE_ITO)
            colour = alt.Color(
                f"{self._colour}:N",
                title=LABELS.get(self._colour, self._colour),
                scale=alt.Scale(domain=values, range=[palette[value] for value in values]),
                legend=alt.Legend(orient="top", titleOrient="left", symbolOpacity=1) if few else None,
            )
        tooltip = [
            *(alt.Tooltip(f"{n}:N", title=LABELS.get(n, n)) for n in self._settings),
            alt.Tooltip("initial_rate_hz:Q", title=_RATE, format=".4~g"),
            alt.Tooltip("rate_hz:Q", title=_RATE_NOW, format=".4~g"),
            alt.Tooltip("percent:Q", title="accuracy (%)", format=".2f"),
            alt.Tooltip("peak:Q", title="peak accuracy (%)", format=".2f"),
            alt.Tooltip("run:N"),
        ]
        points = base.mark_point(filled=True, size=45, opacity=0.75, cursor="pointer").encode(
            x=x, y=y, color=colour, tooltip=tooltip
        )
        ring = (
            base.transform_filter(self._picked)
            .mark_point(filled=False, size=180, stroke="black", strokeWidth=2)
            .encode(x=x, y=y)
        )
        count = base.mark_text(
            align="right", baseline="bottom", x="width", y=-6, fontSize=12, color="#333333"
        ).encode(text=alt.Text("said:N"))
        count = count.transform_aggregate(n="count()").transform_calculate(
            said="format(datum.n, ',') + ' runs'"
        )
        width, height = self._layout.points
        heading = alt.Title(
            alt.expr("'Accuracy after ' + moment + ' epochs, by ' + across"),
            subtitle="a point a run; click one to follow it",
            subtitleFontSize=12,
        )
        return alt.layer(points.add_params(self._picked), ring, count).properties(
            name="runs", width=width, height=height, title=heading
        )

    def _about(self) -> alt.Chart:
        """Return what the chosen run is, in words."""
        import altair as alt

        said = [f"'{LABELS.get(n, n)} ' + datum.{n}" for n in self._settings]
        a_line = 1 if self._layout.across == 1 else 3
        lines = [
            "'Chosen: run ' + datum.run",
            *(" + ', ' + ".join(said[k : k + a_line]) for k in range(0, len(said), a_line)),
            "datum.n_excitatory + ' excitatory and ' + datum.n_inhibitory + ' inhibitory neurons'",
            "'rate before training ' + format(datum.initial_rate_hz, '.3~g') + ' Hz'",
            "'peak accuracy ' + format(100 * datum.peak_accuracy, '.2f') + ' % after epochs: '"
            " + datum.peak_trained",
            "'final accuracy ' + format(100 * datum.final_accuracy, '.2f') + ' %'",
        ]
        width, _ = self._layout.points
        return (
            alt.Chart(self._source("runs"))
            .transform_filter(self._picked)
            .transform_calculate(said=" + '\\n' + ".join(lines))
            .mark_text(
                align="left", baseline="top", lineBreak="\n", lineHeight=17, fontSize=12, x=0, y=0
            )
            .encode(text="said:N")
            .properties(name="about", width=width, height=17 * len(lines), view={"stroke": None})
        )

    def _course(self, title: str) -> tuple[alt.Chart, alt.Chart]:
        """Return the chosen run's epochs, and a line at the epoch of the slider."""
        import altair as alt

        width, height = self._layout.course
        base = alt.Chart(self._source("epochs"), title=title)
        base = base.transform_filter(self._picked).properties(width=width, height=height)
        return base, self._now(base)

    def _now(self, base: alt.Chart) -> alt.Chart:
        return base.transform_filter("datum.trained == moment").mark_rule(color=NEUTRAL).encode(x=_x())

    def _accuracy(self) -> alt.LayerChart:
        import altair as alt

        base, now = self._course("Test accuracy (%)")
        line = (
            base.transform_calculate(percent="100 * datum.accuracy")
            .mark_line(color="black", point={"size": 18, "color": "black"})
            .encode(
                x=_x(),
                y=alt.Y("percent:Q", title=None, scale=alt.Scale(domain=[0, 100])),
                tooltip=["trained:Q", alt.Tooltip("percent:Q", title="accuracy (%)", format=".2f")],
            )
        )
        return alt.layer(now, line).properties(name="accuracy")

    def _spikes(self) -> alt.LayerChart:
        import altair as alt

        base, now = self._course("Hidden spikes of a test sample")
        lines = (
            base.transform_calculate(
                excitatory="datum.excitatory_spikes", inhibitory="datum.inhibitory_spikes"
            )
            .transform_fold(["excitatory", "inhibitory"], as_=["population", "spikes"])
            .mark_line(point={"size": 18})
            .encode(
                x=_x(),
                y=alt.Y("spikes:Q", title=None),
                color=alt.Color(
                    "population:N",
                    title=None,
                    scale=alt.Scale(
                        domain=["excitatory", "inhibitory"], range=[EXCITATORY, INHIBITORY]
                    ),
                    legend=alt.Legend(orient="top", direction="horizontal", offset=2),
                ),
                tooltip=["trained:Q", "population:N", alt.Tooltip("spikes:Q", format=".4~g")],
            )
        )
        return alt.layer(now, lines).properties(name="activity")

    def _share(self) -> alt.LayerChart:
        import altair as alt

        base, now = self._course("Percent excitatory of all hidden spikes")
        total = "(datum.excitatory_spikes + datum.inhibitory_spikes)"
        line = (
            base.transform_calculate(
                percent=f"{total} > 0 ? 100 * datum.excitatory_spikes / {total} : null"
            )
            .mark_line(color=EXCITATORY, point={"size": 18, "color": EXCITATORY})
            .encode(
                x=_x("epochs trained"),
                y=alt.Y("percent:Q", title=None, scale=alt.Scale(domain=[0, 100])),
                tooltip=["trained:Q", alt.Tooltip("percent:Q", title="excitatory (%)", format=".2f")],
            )
        )
        return alt.layer(now, line).properties(name="share")

    def _weights(self) -> list[alt.ConcatChart]:
        """Return a chart a projection, and one of exact zeros; none where nothing was measured."""
        import altair as alt

        projections = list(self._data.weights["projection"].unique())
        if not projections:
            return []
        width, height = self._layout.weights
        charts: list[Any] = []
        for k, projection in enumerate(projections):
            base = (
                alt.Chart(self._source("weights"), title=f"Weights {projection}")
                .transform_filter(self._picked)
                .transform_filter(alt.datum.projection == projection)
                .transform_calculate(
                    low="datum.mean - datum.std", high="datum.mean + datum.std"
                )
                .encode(x=_x("epochs trained"))
                .properties(width=width, height=height)
            )
            said = [
                "trained:Q",
                alt.Tooltip("mean:Q", format=".4~g"),
                alt.Tooltip("std:Q", title="standard deviation", format=".4~g"),
                alt.Tooltip("zero_share:Q", title="exact zeros", format=".2%"),
            ]
            band = base.mark_rule(color=OKABE_ITO[k], opacity=0.4, strokeWidth=5).encode(
                y=alt.Y("low:Q", title="mean ± std", axis=alt.Axis(tickCount=4)), y2="high:Q"
            )
            mean = base.mark_line(color=OKABE_ITO[k], point={"size": 30, "color": OKABE_ITO[k]})
            mean = mean.encode(y="mean:Q", tooltip=said)
            charts.append(alt.layer(band, mean).properties(name=f"weights_{k}"))
        zeros = (
            alt.Chart(self._source("weights"), title="Exact zeros (%), colours as beside")
            .transform_filter(self._picked)
            .transform_calculate(percent="100 * datum.zero_share")
            .mark_line(point={"size": 30})
            .encode(
                x=_x("epochs trained"),
                y=alt.Y("percent:Q", title=None, axis=alt.Axis(tickCount=4)),
                color=alt.Color(
                    "projection:N",
                    title=None,
                    scale=alt.Scale(domain=projections, range=list(OKABE_ITO[: len(projections)])),
                    legend=None,
                ),
                tooltip=["trained:Q", "projection:N", alt.Tooltip("percent:Q", format=".2f")],
            )
            .properties(width=width, height=height, name="zeros")
        )
        return [alt.concat(*charts, zeros, columns=self._layout.across, spacing=20)]


class _Axis(NamedTuple):
    """A horizontal axis of the points.

    Attributes:
        column: what it shows.
        ticks: where it is marked.
        linear: up to which value it is linear; logarithmic beyond, so that 0 has a place too.
    """

    column: str
    ticks: list[float]
    linear: float


def _axes(runs: pd.DataFrame, settings: Sequence[str]) -> dict[str, _Axis]:
    hz = [0, 0.01, 0.1, 1, 10, 100, 1000]
    axes = {
        _RATE: _Axis("initial_rate_hz", hz, 0.01),
        _RATE_NOW: _Axis("rate_hz", hz, 0.01),
    }
    for name in settings:
        try:
            values = sorted({float(value) for value in runs[name]})
        except ValueError:
            continue
        positive = [value for value in values if value > 0]
        axes[LABELS.get(name, name)] = _Axis(name, _ticks(values), min(positive, default=1.0))
    # An axis along which hardly anything differs is no first choice.
    spread = runs["initial_rate_hz"].max() > 2 * runs["initial_rate_hz"].min()
    return axes if spread else dict(sorted(axes.items(), key=lambda each: each[0] == _RATE))


def _ticks(values: list[float], most: int = 6) -> list[float]:
    if len(values) <= most:
        return values
    return [values[round(k * (len(values) - 1) / (most - 1))] for k in range(most)]


def _x(title: str | None = None) -> alt.X:
    import altair as alt

    axis = alt.Axis(grid=False, tickMinStep=1)
    return alt.X("trained:Q", title=title, axis=axis, scale=alt.Scale(zero=False, nice=False))
