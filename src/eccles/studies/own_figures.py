"""Pictures of any study: what varies decides them, unless flags of `eccles figures` do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from eccles.errors import InputError, listed, must, nearest
from eccles.figures.measured import MEASURED, full_name, measured
from eccles.studies.axes import Axes, Part, along_epochs, along_settings
from eccles.sweeps.devices import called
from eccles.sweeps.implied import implied

if TYPE_CHECKING:
    import pandas as pd

    from eccles.figures import Drawing
    from eccles.sweeps.tables import StudyTables

_RUNS, _EPOCHS = "runs", "epochs"


def own_figures(tables: StudyTables, axes: Axes) -> dict[str, Drawing]:
    """Return the pictures of a study by the names of their files.

    Raises InputError for a column that isn't there, and where no run is done.
    """
    return {name: draw() for name, draw in pictures(tables, axes).items()}


def pictures(tables: StudyTables, axes: Axes) -> dict[str, Callable[[], Drawing]]:
    """Return what draws each picture of a study, by the names of their files.

    The first is a column of runs, the peak accuracy unless said, by the settings that vary; the
    second its learning curves. Then come those of the measures that it took, after training and
    over epochs. Those that flags ask for come alone.

    Raises InputError for a column that isn't there, and where no run is done.
    """
    study = _done(tables)
    if axes.said:
        asked = [study.asked(axes)]
    else:
        first = _Drawn(_RUNS, "peak_accuracy"), _Drawn(_EPOCHS, "accuracy", in_time=True)
        asked = [*first, *study.of_measures()]
    return {each.file: partial(study.draw, axes, each) for each in asked}


class _Drawn(NamedTuple):
    """A column of a table that is drawn, over epochs or at the last one."""

    table: str
    column: str
    in_time: bool = False

    @property
    def name(self) -> str:
        """The column's name, of a measure with its table's."""
        return full_name(self.table, self.column) if self.table in MEASURED else self.column

    @property
    def file(self) -> str:
        """What the picture's files are called."""
        name = self.column
        if self.table in MEASURED:
            drawn = {column: name for name, column in MEASURED[self.table].drawn.items()}
            name = drawn.get(self.column, f"{self.table}-{self.column}".replace("_", "-"))
        return f"{name}-by-epoch" if self.in_time else name


@dataclass(frozen=True)
class _Study:
    """A study's runs that are done, and what varies among them."""

    tables: StudyTables
    runs: pd.DataFrame
    varied: list[str]

    def of_measures(self) -> Iterator[_Drawn]:
        """Yield what is drawn of the measures that the study took."""
        for table, of in MEASURED.items():
            if table not in self.tables.study.measure or table not in self.tables.names:
                continue
            rows = self.tables.table(table)
            for column in of.drawn.values():
                epochs = rows.loc[rows[column].notna(), "epoch"].nunique()
                if epochs:
                    yield _Drawn(table, column)
                if epochs > 1:
                    yield _Drawn(table, column, in_time=True)

    def asked(self, axes: Axes) -> _Drawn:
        """Return what flags ask for; raise InputError for columns that aren't there."""
        from pandas.api.types import is_numeric_dtype

        names = self.tables.names
        known = {name: self.tables.table(name) for name in (_EPOCHS, *MEASURED) if name in names}
        known = {_RUNS: self.runs, **known}
        usual = "accuracy" if axes.x == "epoch" else "peak_accuracy"
        y = usual if axes.y is None else axes.y
        of, _, column = y.rpartition(".")
        found = [name for name, rows in known.items() if of in ("", name) and column in rows]
        if not found or column == "epoch":
            columns = [name for rows in known.values() for name in rows if name != "epoch"]
            raise self._no_column("y", y, columns)
        table = found[0]
        in_time = axes.x == "epoch" or (axes.x is None and table == _EPOCHS)
        if axes.x == "epoch" and table == _RUNS:
            raise must("figures", "--y", "a column of epochs with --x epoch", axes.y)
        if not is_numeric_dtype(known[table][column]):
            raise must("figures", "--y", "a column of numbers", y)
        drawn = _Drawn(table, column, in_time)
        columns = [*self._parts(drawn), *self.runs]
        for flag, value in (("x", axes.x), ("by", axes.by), ("rows", axes.rows)):
            there = [*columns, "epoch"] if flag == "x" else columns
            if value is not None and value not in there:
                raise self._no_column(flag, value, there)
        return drawn

    def draw(self, axes: Axes, drawn: _Drawn) -> Drawing:
        """Draw a picture."""
        from eccles.figures import by_setting, learning_curves

        parts = self._parts(drawn)
        x, y, by, rows = (name and parts.get(name, name) for name in axes)
        axes = Axes(None if drawn.in_time else x, y, by, rows)
        choose = along_epochs if drawn.in_time else along_settings
        chosen = choose(axes, self.varied, self.runs, self._apart(drawn))
        told = [part for part, name in parts.items() if name in chosen]
        rest = [name for name in self.varied if name not in chosen]
        apart = chosen.rows in parts.values()
        note = self._note(drawn, rest)
        if drawn.table == _RUNS:
            values = self.runs
        elif drawn.table == _EPOCHS:
            values = self.tables.epochs
        else:
            rows_of = self.tables.table(drawn.table)
            values = measured(rows_of, drawn.table, drawn.column, parts=told)
        if drawn.in_time:
            return learning_curves(self.runs, values, y=drawn.name, by=chosen.by,
                                   rows=chosen.rows, apart=apart, note=note)  # fmt: skip
        if drawn.table != _RUNS:
            last = values.groupby("run")["epoch"].transform("max")
            own = [name for name in values if name == "run" or name not in self.runs]
            values = self.runs.merge(values.loc[values["epoch"] == last, own], on="run")
        return by_setting(values, str(chosen.x), y=drawn.name, by=chosen.by, rows=chosen.rows,
                          apart=apart, note=note)  # fmt: skip

    def _parts(self, drawn: _Drawn) -> dict[str, str]:
        """Return the columns that tell the rows of a run and epoch apart, with their full names."""
        if drawn.table not in MEASURED:
            return {}
        of = MEASURED[drawn.table]
        return {name: full_name(drawn.table, name) for name in (of.part, *of.where)}

    def _apart(self, drawn: _Drawn) -> Part | None:
        """Return what tells parts apart unasked, where there are several."""
        if drawn.table not in MEASURED or MEASURED[drawn.table].total:
            return None
        part = MEASURED[drawn.table].part
        n = self.tables.table(drawn.table)[part].nunique()
        return Part(full_name(drawn.table, part), n) if n > 1 else None

    def _note(self, drawn: _Drawn, over: list[str]) -> str:
        """Return the line over a picture: when, what a mean is over, and what differs besides."""
        from eccles.figures.words import words_of

        when = "" if drawn.in_time or drawn.table == _RUNS else ", after training"
        names = listed(words_of(each).name for each in over)
        also = f"; a mean is over every value of {names}, too" if over else ""
        besides = ", ".join(implied(self.tables.study, self.runs))
        auto = f'; "auto" differs in {besides}' if besides else ""
        return f"{self.tables.study.name}{when}{also}{auto}"

    def _no_column(self, flag: str, value: str, known: Iterable[str]) -> InputError:
        """Return the error for a column that isn't there; those that vary are named first."""
        names = list(dict.fromkeys(map(str, known)))
        first = [name for name in self.varied if name in names]
        there = listed(dict.fromkeys([*first, "peak_accuracy", *names]), 200)
        return InputError(
            f"figures: --{flag}: there is no column {value!r}{nearest(value, names)}; "
            f"there are {there}"
        )


def _done(tables: StudyTables) -> _Study:
    """Return a study as it is drawn; raise InputError where no run is done."""
    runs = tables.planned(tables.runs) if _RUNS in tables.names else None
    if runs is None or not (runs["status"] == "done").any():
        name = tables.study.name
        raise InputError(f"figures: {tables.folder} must hold runs of {name} that are done")
    runs, several = varied(tables, runs)
    return _Study(tables, runs[runs["status"] == "done"], several)


def condition(tables: StudyTables) -> tuple[str, dict[str, str]]:
    """Return the setting that tells lines of a study's first picture apart, and their colours.

    These are by its values as `eccles.figures.words.in_unit` has them. Where the picture has one
    line, the setting is that along its axis, and there are no colours.
    """
    from eccles.figures.style import lines
    from eccles.figures.words import in_unit

    study = _done(tables)
    x, by, _ = along_settings(Axes(), study.varied, study.runs, None)
    if by is None:
        return str(x), {}
    levels = list(study.runs[by].unique())
    looks = lines(map(str, levels))
    return by, {in_unit(by, level): looks[str(level)][0] for level in levels}


def varied(tables: StudyTables, runs: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Return runs as they are shown, and the settings that vary among them.

    Where none does, that is a column that tells networks apart.
    Settings that vary together (`zip`) are replaced by one column, `variant`: the values that a run
    has of them, without those that are the most frequent.
    """
    from eccles.report.kind import kind_of

    runs = called(tables.study, runs)
    names = [name for name in tables.study.varied if name != "seed"]
    several = [name for name in names if runs[name].nunique(dropna=False) > 1]
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
    return runs, several or names[:1] or [kind_of(runs)]


def _named(name: str, value: object) -> str:
    """Return a setting's value with its name, unless it says itself what it is."""
    from eccles.figures.words import spelt, words_of

    said = spelt(name, value)
    return said if isinstance(value, str) else f"{words_of(name).name} {said}"


def folder_name(tables: StudyTables, folder: Path) -> str:
    """Return what comes before the names of a study's files: nothing in its own folder."""
    return "" if tables.folder == folder else f"{tables.folder.name}-"
