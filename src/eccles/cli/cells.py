"""Tables of cells: a study's settings, and statistics of what came of their runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from eccles.cli.quantities import amount, change, interval, is_share
from eccles.errors import plain
from eccles.report.kind import kind_of
from eccles.stats.cells import spelt
from eccles.stats.dead import dead
from eccles.stats.intervals import confidence_interval
from eccles.stats.wording import p_cell
from eccles.sweeps.devices import called
from eccles.sweeps.schema import rate_of
from eccles.sweeps.statistics import axes

if TYPE_CHECKING:
    import pandas as pd

    from eccles.sweeps.tables import StudyTables

_PEAK = "peak_accuracy"
_LEAST = 80
_LETTERS = 36
"""Letters of a setting's value that a table has room for."""
_ANY_WIDTH = 10_000
"""A width, in letters, that every table fits into."""

INTERVALS = "intervals of 95 % of the mean: bootstrap, Student's t of fewer than six"


class Column(NamedTuple):
    """A column of a table: its head, its cells, and how soon it may be left out.

    Where a table is too wide, columns with the highest `spare` are left out first; those with 0
    stay.
    """

    head: str
    cells: Sequence[str]
    spare: int = 0


def print_whole(console: Console, table: Table) -> None:
    """Print a table whose numbers are whole, though it be wider than the terminal."""
    console.width = max(console.width, _width(console, table))
    console.print(table)


def print_fitted(console: Console, title: str, columns: Sequence[Column]) -> None:
    """Print a table with those columns that there is room for, and say which are left out.

    There is room for 80 letters, on a terminal that has more for as many as it has.
    """
    room = max(console.width, _LEAST) if console.is_terminal else _LEAST
    shown = list(columns)
    table = _table(title, shown)
    while _width(console, table) > room and (most := max(each.spare for each in shown)):
        shown = [each for each in shown if each.spare < most]
        table = _table(title, shown)
    print_whole(console, table)
    if left := [" ".join(each.head.split()) for each in columns if each not in shown]:
        said = f"no room for the columns {', '.join(left)}; --json has them"
        console.print(said, highlight=False, markup=False, soft_wrap=True)


def settings_columns(cells: pd.DataFrame, names: Sequence[str]) -> list[Column]:
    """Return the columns of settings, as people write their values."""
    return [Column(name, _short([spelt(name, each) for each in cells[name]])) for name in names]


def _short(labels: Sequence[str]) -> list[str]:
    """Return labels without their middle where they are long, if that leaves them different."""
    cut = [plain(label, _LETTERS) for label in labels]
    return cut if len(set(cut)) == len(set(labels)) else list(labels)


def summary_columns(found: pd.DataFrame, by: Sequence[str], value: str) -> list[Column]:
    """Return the columns of `eccles.stats.summary`."""
    return [
        *settings_columns(found, by),
        Column("n", [f"{n}" for n in found["n"]]),
        Column("mean", [amount(value, x) for x in found["mean"]]),
        Column("sd", [amount(value, x) for x in found["sd"]], 1),
        Column("95 % interval", [interval(value, *each) for each in _ends(found)]),
    ]


def comparison_columns(found: pd.DataFrame, by: Sequence[str], value: str) -> list[Column]:
    """Return the columns of `eccles.stats.compare_cells`."""
    unit = "\n(points)" if is_share(value) else ""
    ends = [interval(value, *each, of=change) for each in _ends(found)]
    return [
        *settings_columns(found, by),
        Column("pairs", [f"{n}" for n in found["n_pairs"]]),
        Column("mean", [amount(value, x) for x in found["mean"]], 2),
        Column(f"difference{unit}", [change(value, x) for x in found["difference"]]),
        Column(f"95 % interval{unit}", ends),
        Column("p", [p_cell(p) for p in found["p_wilcoxon"]], 1),
        Column("p, Holm", [p_cell(p) for p in found["p_holm"]]),
    ]


def print_cells(console: Console, results: StudyTables, runs: pd.DataFrame) -> None:
    """Print a row a cell: how many runs, their accuracies and how sure these are, their rates."""
    runs, rate = called(results.study, runs), rate_of(results.study)
    varied = axes(results) or [kind_of(runs)]
    cells = [cell for _, cell in runs.groupby(varied, sort=False, dropna=False)]
    done = [cell[cell["status"] == "done"] for cell in cells]
    peaks = [each[_PEAK].to_numpy(float) for each in done]
    lost = [f"{len(a) - len(b)} + {int(dead(a).sum())}" for a, b in zip(cells, done, strict=True)]
    starts = [amount(f"initial_{rate}", each[f"initial_{rate}"].mean()) for each in done]
    columns = [
        *settings_columns(runs.drop_duplicates(varied), varied),
        Column("n", [f"{len(peak)}" for peak in peaks]),
        Column("failed\n+ dead", lost, 1),
        Column("peak\naccuracy", [amount(_PEAK, each[_PEAK].mean()) for each in done]),
        Column("sd", [amount(_PEAK, each[_PEAK].std()) for each in done], 2),
        Column("95 % interval", [interval(_PEAK, *confidence_interval(peak)) for peak in peaks]),
        Column("before\ntraining" + ("" if rate == "rate_hz" else "\n(spikes a step)"), starts, 3),
    ]
    print_fitted(console, f"{results.study.name} ({results.study.scale})", columns)


def _ends(found: pd.DataFrame) -> list[tuple[float, float]]:
    return list(zip(found["low"], found["high"], strict=True))


def _table(title: str, columns: Sequence[Column]) -> Table:
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    for each in columns:
        table.add_column(each.head, justify="right", no_wrap=True)
    for row in zip(*(each.cells for each in columns), strict=True):
        table.add_row(*map(Text, row))
    return table


def _width(console: Console, table: Table) -> int:
    free = console.options.update(max_width=_ANY_WIDTH)
    return console.measure(table, options=free).maximum
