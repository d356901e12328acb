"""The course of the chosen run: what it is, its accuracy and activity over epochs."""

from __future__ import annotations

from collections.abc import Sequence
from json import dumps
from typing import TYPE_CHECKING

from eccles.figures.style import EXCITATORY, INHIBITORY, NEUTRAL
from eccles.report.controls import Controls, label

if TYPE_CHECKING:
    import altair as alt

    from eccles.report.compact import Compact
    from eccles.report.source import Source

    Layers = alt.LayerChart | alt.FacetChart

_LINE = 17
"""Pixels from a line of text to the next."""

_TOTAL = "(datum.excitatory_spikes + datum.inhibitory_spikes)"


def about(
    data: Compact,
    source: Source,
    controls: Controls,
    settings: Sequence[str],
    width: int,
    a_line: int,
) -> alt.Chart:
    """Return what the chosen run is, in words, with so many settings a line."""
    import altair as alt

    neurons = "datum.n_excitatory + ' excitatory and ' + datum.n_inhibitory + ' inhibitory neurons'"
    if data.graded:
        neurons = "datum.n_excitatory + ' spiking neurons'"
    rate = data.rate

    said = [f"{dumps(label(name) + ' ')} + datum.{name}" for name in settings]
    lines = [
        "'Chosen: run ' + datum.run",
        "'of ' + datum.study",
        *(" + ', ' + ".join(said[k : k + a_line]) for k in range(0, len(said), a_line)),
        neurons,
        f"'rate before training ' + format(datum.{rate.initial}, '.3~g') + ' {rate.unit}'",
        "'peak accuracy ' + format(100 * datum.peak_accuracy, '.2f') + ' %, epochs trained '"
        " + datum.peak_trained",
        "'final accuracy ' + format(100 * datum.final_accuracy, '.2f') + ' %'",
    ]
    chart: alt.Chart = (
        alt.Chart(source("runs"))
        .transform_filter(controls.picked)
        .transform_calculate(said=" + '\\n' + ".join(lines))
        .mark_text(
            align="left", baseline="top", lineBreak="\n", lineHeight=_LINE, fontSize=12, x=0, y=0
        )
        .encode(text="said:N")
        .properties(name="about", width=width, height=_LINE * len(lines), view={"stroke": None})
    )
    return chart


def accuracy(source: Source, controls: Controls, size: tuple[int, int]) -> Layers:
    """Return test accuracy over epochs."""
    import altair as alt

    base = followed(source, controls, size, "Test accuracy (%)")
    line = (
        base.transform_calculate(percent="100 * datum.accuracy")
        .mark_line(color="black", point={"size": 18, "color": "black"})
        .encode(
            x=epochs_trained(),
            y=alt.Y("percent:Q", title=None, scale=alt.Scale(domain=[0, 100])),
            tooltip=["trained:Q", alt.Tooltip("percent:Q", title="accuracy (%)", format=".2f")],
        )
    )
    return alt.layer(epoch_line(base), line).properties(name="accuracy")


def spikes(source: Source, controls: Controls, size: tuple[int, int]) -> Layers:
    """Return excitatory and inhibitory hidden spikes of a test sample over epochs."""
    import altair as alt

    base = followed(source, controls, size, "Hidden spikes of a test sample")
    scale = alt.Scale(domain=["excitatory", "inhibitory"], range=[EXCITATORY, INHIBITORY])
    legend = alt.Legend(orient="top", direction="horizontal", offset=2)
    lines = (
        base.transform_calculate(
            excitatory="datum.excitatory_spikes", inhibitory="datum.inhibitory_spikes"
        )
        .transform_fold(["excitatory", "inhibitory"], as_=["population", "spikes"])
        .mark_line(point={"size": 18})
        .encode(
            x=epochs_trained(),
            y=alt.Y("spikes:Q", title=None),
            color=alt.Color("population:N", title=None, scale=scale, legend=legend),
            tooltip=["trained:Q", "population:N", alt.Tooltip("spikes:Q", format=".4~g")],
        )
    )
    return alt.layer(epoch_line(base), lines).properties(name="activity")


def all_spikes(source: Source, controls: Controls, size: tuple[int, int]) -> Layers:
    """Return the spikes of a test sample over epochs, where inhibitory units don't spike."""
    import altair as alt

    base = followed(source, controls, size, "Spikes of a test sample")
    line = base.mark_line(color=EXCITATORY, point={"size": 18, "color": EXCITATORY}).encode(
        x=epochs_trained("epochs trained"),
        y=alt.Y("excitatory_spikes:Q", title=None),
        tooltip=["trained:Q", alt.Tooltip("excitatory_spikes:Q", title="spikes", format=".4~g")],
    )
    return alt.layer(epoch_line(base, "epochs trained"), line).properties(name="activity")


def share(source: Source, controls: Controls, size: tuple[int, int]) -> Layers:
    """Return percent excitatory of all hidden spikes over epochs; nothing where nothing fires."""
    import altair as alt

    base = followed(source, controls, size, "Percent excitatory of all hidden spikes")
    percent = f"{_TOTAL} > 0 ? 100 * datum.excitatory_spikes / {_TOTAL} : null"
    line = (
        base.transform_calculate(percent=percent)
        .mark_line(color=EXCITATORY, point={"size": 18, "color": EXCITATORY})
        .encode(
            x=epochs_trained("epochs trained"),
            y=alt.Y("percent:Q", title=None, scale=alt.Scale(domain=[0, 100])),
            tooltip=["trained:Q", alt.Tooltip("percent:Q", title="excitatory (%)", format=".2f")],
        )
    )
    return alt.layer(epoch_line(base, "epochs trained"), line).properties(name="share")


def followed(
    source: Source, controls: Controls, size: tuple[int, int], title: str, table: str = "epochs"
) -> alt.Chart:
    """Return the rows of the chosen run."""
    import altair as alt

    width, height = size
    chart: alt.Chart = (
        alt.Chart(source(table), title=title)
        .transform_filter(controls.picked)
        .properties(width=width, height=height)
    )
    return chart


def epoch_line(base: alt.Chart, below: str | None = None) -> alt.Chart:
    """Return a line at the epoch that the reader chose."""
    chosen = base.transform_filter("datum.trained == chosen_epoch")
    rule: alt.Chart = chosen.mark_rule(color=NEUTRAL).encode(x=epochs_trained(below))
    return rule


def epochs_trained(title: str | None = None) -> alt.X:
    """Return the axis of epochs, 0 before training."""
    import altair as alt

    axis = alt.Axis(grid=False, tickMinStep=1)
    return alt.X("trained:Q", title=title, axis=axis, scale=alt.Scale(zero=False, nice=False))
