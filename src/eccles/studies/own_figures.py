"""Pictures of any study: what varies decides them, unless flags of `eccles figures` do."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from eccles.errors import InputError, listed, must, nearest
from eccles.sweeps.devices import called
from eccles.sweeps.implied import implied

if TYPE_CHECKING:
    import pandas as pd

    from eccles.figures import Drawing
    from eccles.sweeps.tables import StudyTables

_MOST_CURVES = 7

_Chosen: TypeAlias = tuple[str, str | None, str | None]


class Axes(NamedTuple):
    """What flags say of a picture's axes; None where what varies decides."""

    x: str | None = None
    y: str | None = None
    by: str | None = None
    rows: str | None = None

    @property
    def said(self) -> bool:
        """Whether any is said."""
        return any(value is not None for value in self)


def own_figures(tables: StudyTables, axes: Axes) -> dict[str, Drawing]:
    """Return the pictures of a study by the names of their files.

    The first is a column of runs, the peak accuracy unless said, by the settings that vary; the
    second its learning curves. Those that flags ask for come alone.

    Raises InputError for a column that isn't there, and where no run is done.
    """
    from eccles.figures import by_setting, learning_curves

    name = tables.study.name
    runs = tables.planned(tables.runs) if "runs" in tables.names else None
    if runs is None or not (runs["status"] == "done").any():
        raise InputError(f"figures: {tables.folder} must hold runs of {name} that are done")
    runs = called(tables.study, runs[runs["status"] == "done"])
    epochs = tables.epochs
    runs, varied = _varied(tables, runs)
    _check(axes, runs, epochs, varied)
    besides = list(implied(tables.study, runs))
    in_time = axes.x == "epoch" or (axes.y in epochs and axes.y not in runs)
    chosen = _chosen(axes, varied, runs)
    found: dict[str, Drawing] = {}
    if not in_time:
        y = axes.y or "peak_accuracy"
        x, by, rows = chosen
        note = _note(name, [n for n in varied if n not in chosen], besides)
        found[y] = by_setting(runs, x, y=y, by=by, rows=rows, note=note)
    if in_time or not axes.said:
        by, rows = _conditions(axes, chosen, runs)
        note = _note(name, [n for n in varied if n not in (by, rows)], besides)
        y = axes.y or "accuracy"
        drawing = learning_curves(runs, epochs, y=y, by=by, rows=rows, note=note)
        found[f"{y}-by-epoch"] = drawing
    return found


def _check(axes: Axes, runs: pd.DataFrame, epochs: pd.DataFrame, varied: list[str]) -> None:
    """Raise InputError for a column that isn't there; those that vary are named first."""
    from pandas.api.types import is_numeric_dtype

    for flag, value in zip(axes._fields, axes, strict=True):
        known = {
            "x": [*runs, "epoch"],
            "y": [*runs, *(name for name in epochs if name != "epoch")],
        }.get(flag, list(runs))
        if value is not None and value not in known:
            first = [name for name in varied if name in known]
            there = listed(dict.fromkeys([*first, "peak_accuracy", *map(str, known)]), 200)
            raise InputError(
                f"figures: --{flag}: there is no column {value!r}{nearest(value, known)}; "
                f"there are {there}"
            )
    of_epochs = axes.y in epochs and axes.y not in runs
    if axes.y is not None and not is_numeric_dtype((epochs if of_epochs else runs)[axes.y]):
        raise must("figures", "--y", "a column of numbers", axes.y)
    if axes.x == "epoch" and axes.y is not None and axes.y not in epochs:
        raise must("figures", "--y", "a column of epochs with --x epoch", axes.y)
    if of_epochs and axes.x not in (None, "epoch"):
        accepted = f"epoch, or left out, with --y {axes.y}, which is of epochs"
        raise must("figures", "--x", accepted, axes.x)


def _varied(tables: StudyTables, runs: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Return runs, and the settings that vary among them, or a column that tells networks apart.

    Settings that vary together (`zip`) are replaced by one column, `variant`: the values that a run
    has of them, without those that are the most frequent.
    """
    from eccles.report.kind import kind_of

    varied = [name for name in tables.study.varied if name != "seed"]
    several = [name for name in varied if runs[name].nunique(dropna=False) > 1]
    together = [name for name in several if name in tables.study.zip]
    if len(together) > 1:
        texts = [[_named(name, value) for value in runs[name]] for name in together]
        usual = [Counter(each).most_common(1)[0][0] for each in texts]
        named = [
            ", ".join(text for text, most in zip(row, usual, strict=True) if text != most)
            or "usual"
            for row in zip(*texts, strict=True)
        ]
        runs = runs.assign(variant=named)
        several = ["variant", *(name for name in several if name not in together)]
    return runs, several or varied[:1] or [kind_of(runs)]


def _named(name: str, value: object) -> str:
    """Return a setting's value with its name, unless it says itself what it is."""
    from eccles.figures.words import spelt, words_of

    said = spelt(name, value)
    return said if isinstance(value, str) else f"{words_of(name).label.partition(' (')[0]} {said}"


def _chosen(axes: Axes, varied: list[str], runs: pd.DataFrame) -> _Chosen:
    """Return what is along x, tells lines apart, and panels.

    Unless said, the numbers with the most values are along x, and the others come as they vary.
    """
    from eccles.figures.words import numbers_of

    free = [name for name in varied if name not in axes]
    x = axes.x
    if x is None or x == "epoch":
        numbers = [name for name in free if numbers_of(runs[name]) is not None]
        many = max(numbers, key=lambda name: runs[name].nunique(), default=None)
        x = many or (free[0] if free else varied[0])
    rest = iter([name for name in free if name != x])
    by = axes.by or next(rest, None)
    return x, by, axes.rows or next(rest, None)


def _conditions(axes: Axes, chosen: _Chosen, runs: pd.DataFrame) -> tuple[str | None, str | None]:
    """Return the settings of learning curves: what tells lines apart, and panels.

    Unless said, they are the first that have few enough values to tell apart.
    """
    names = [name for name in (chosen[1], chosen[0], chosen[2]) if name not in (None, *axes)]
    few = iter([n for n in names if n and 1 < runs[n].nunique(dropna=False) <= _MOST_CURVES])
    return axes.by or next(few, None), axes.rows or next(few, None)


def _note(name: str, over: list[str], besides: list[str]) -> str:
    """Return the line over a picture: what a mean is over, and what differs besides."""
    from eccles.figures.words import words_of

    names = listed(words_of(each).label.partition(" (")[0] for each in over)
    also = f"; a mean is over every value of {names}, too" if over else ""
    auto = f'; "auto" differs in {", ".join(besides)}' if besides else ""
    return f"{name}{also}{auto}"


def folder_name(tables: StudyTables, folder: Path) -> str:
    """Return what comes before the names of a study's files: nothing in its own folder."""
    return "" if tables.folder == folder else f"{tables.folder.name}-"
