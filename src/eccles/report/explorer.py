"""The explorer: all runs of a study as points, and the course of the one that is chosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from eccles.arguments import typed
from eccles.errors import InputError, counted
from eccles.report import course
from eccles.report.compact import MOST_ROWS, Compact, compact
from eccles.report.controls import controls, separate
from eccles.report.extra import check_installed
from eccles.report.points import points
from eccles.report.source import as_csv, sources
from eccles.report.weights import histograms, weights

if TYPE_CHECKING:
    import pandas as pd


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
    """Widths and heights of the charts in pixels, and how many stand side by side."""

    points: tuple[int, int]
    course: tuple[int, int]
    weights: tuple[int, int]
    across: int


_WIDE = _Layout(points=(520, 392), course=(400, 96), weights=(190, 110), across=4)
_NARROW = _Layout(points=(270, 260), course=(270, 96), weights=(270, 90), across=1)


@typed("report")
def explorer(
    runs: pd.DataFrame,
    epochs: pd.DataFrame,
    weights: pd.DataFrame | None = None,
    settings: Sequence[str] = ("ei", "w1_std", "update_noise", "seed"),
    palette: Mapping[str, str] | None = None,
    rows: int = MOST_ROWS,
    histograms: pd.DataFrame | None = None,
) -> Explorer:
    """Return charts in which a reader filters runs, chooses one and follows it over epochs.

    Studies, and kinds of data, are never mixed: where there are several, a menu chooses
    one of them. What is too large for a page is thinned, and a note says so.

    Args:
        runs, epochs, weights, histograms: a study's tables, or those of several put together.
        settings: columns of runs that the reader may filter by; those with one value are left out,
            and the first of the others gives the colours.
        palette: a colour for each value of that one (default: by its place among them).
        rows: rows of epochs, weights and histograms that the page holds at most.

    Raises InputError where altair isn't installed, or no run is done.
    """
    check_installed()
    varied = [name for name in settings if runs[name].nunique(dropna=False) > 1]
    data = compact(runs, epochs, weights, varied, rows, histograms)
    if not len(data.runs):
        raise InputError("report: the explorer must have a run that is done, got none")
    wide, narrow = (_charts(data, varied, palette or {}, layout) for layout in (_WIDE, _NARROW))
    return Explorer(wide, narrow, as_csv(data), _notes(runs, data))


def _charts(
    data: Compact, settings: Sequence[str], palette: Mapping[str, str], layout: _Layout
) -> dict[str, Any]:
    """Return all charts in one layout, as Vega-Lite without the data."""
    import altair as alt

    source, set_by = sources(data, settings), controls(data, settings)
    # On a phone a line holds one setting, and charts stand one below the other.
    phone = layout.across == 1
    said = course.about(data, source, set_by, settings, layout.points[0], 1 if phone else 3)
    dots = points(data, source, set_by, settings, palette, layout.points)
    activity = (course.all_spikes,) if data.graded else (course.spikes, course.share)
    courses = [chart(source, set_by, layout.course) for chart in (course.accuracy, *activity)]
    beside = alt.vconcat(*courses, spacing=14).resolve_scale(color="independent")
    join = alt.vconcat if phone else alt.hconcat
    upper = join(dots, beside, spacing=30).resolve_scale(color="independent")
    # What reads the runs alone comes first: Vega must know them before it looks them up.
    parts: list[Any] = [said, upper]
    for chart, table in ((weights, data.weights), (histograms, data.histograms)):
        projections = list(table["projection"].unique())
        if lower := chart(source, set_by, projections, layout.weights):
            parts.append(alt.concat(*lower, columns=layout.across, spacing=20))
    whole = alt.vconcat(*parts, spacing=24).resolve_scale(color="independent")
    text = {"labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": "normal"}
    whole = whole.add_params(*set_by.params).configure(
        font="system-ui, sans-serif",
        axis=text,
        legend=text,
        title={"fontSize": 13, "anchor": "start"},
        view={"stroke": "#cccccc"},
    )
    spec: dict[str, Any] = whole.to_dict()
    return spec


def _notes(runs: pd.DataFrame, data: Compact) -> tuple[str, ...]:
    notes = []
    failed = int((runs["status"] != "done").sum())
    if failed:
        who = f"{counted(failed, 'run')} failed, and {'has' if failed == 1 else 'have'}"
        notes.append(f"{who} no place here.")
    if data.step > 1:
        notes.append(f"To keep the page small, it has every {data.step}th epoch, and the last one.")
    if data.left_out:
        whole = data.left_out + len(data.runs)
        notes.append(
            f"To keep the page small, {data.left_out:,} of {whole:,} runs are left out, those with "
            "the highest seeds."
        )
    if apart := separate(data.runs):
        said = {"study": "studies", "data_kind": "kinds of data (real, synthetic, own)"}
        what = " and ".join(said[name] for name in apart)
        notes.append(f"There are several {what}: a menu shows one at a time, never a mixture.")
    return tuple(notes)
