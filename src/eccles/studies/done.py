"""The runs of a study that figures and tables are made of, or the command that makes them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from eccles.errors import InputError
from eccles.studies import find
from eccles.studies.article import Article
from eccles.studies.article_contents import contents
from eccles.sweeps.plan import plan
from eccles.sweeps.study import read_study
from eccles.sweeps.tables import StudyTables

if TYPE_CHECKING:
    import pandas as pd


class Done(NamedTuple):
    """The runs of a study that are done and planned, and what to say of those that aren't."""

    tables: StudyTables
    runs: pd.DataFrame
    note: str
    command: str

    def only(self, table: pd.DataFrame) -> pd.DataFrame:
        """Return a table's rows that are of these runs."""
        return table[table["run"].isin(self.runs["run"])]

    def none_such(self, what: str) -> InputError:
        """Return the error for a run that a figure needs and that isn't among them."""
        return InputError(
            f"figures: {self.tables.folder} must hold a run of {what} that is done, got none; "
            f"{self.command} runs it"
        )


def source(studies: Sequence[str], article: Article) -> str:
    """Return the first of these studies that has runs; the first of all where none has."""
    return next(filter(article.has_runs, studies), studies[0])


def done_runs(article: Article, study: str, *measures: str) -> Done:
    """Return a study's runs that are done, or raise InputError that says how to make them."""
    command = f"eccles sweep {article.name}/{study} --out {article.folder_of(study)} runs them"
    if study not in article:
        planned = len(plan(read_study(find(f"{article.name}/{study}"))).runs)
        raise InputError(
            f"figures: {article.folder} must hold the {planned:,} runs of {article.name}/{study}, "
            f"got only {', '.join(article)}; {command}"
        )
    tables = article[study]
    where = f"figures: {tables.folder} must hold"
    command = f"eccles sweep {tables.study.name} --out {tables.folder}"
    if tables.study.scale != "full":
        command += f" --scale {tables.study.scale}"
    runs = tables.planned(tables.runs[tables.runs["status"] == "done"])
    if not len(runs):
        raise InputError(f"{where} runs that are done, got none; {command} runs them")
    for measure in measures:
        if measure not in tables.names or not len(tables.table(measure)):
            ships = read_study(find(f"{article.name}/{study}"), tables.study.scale).measure
            added = "" if measure in ships else f" --set measure.{measure}={runs['epochs'].max()}"
            raise InputError(
                f"{where} the measure {measure}, got {', '.join(tables.names)}; "
                f"{command}{added} runs it"
            )
    n, planned = tables.progress
    part = "" if n == planned else f"{n:,} of {planned:,} runs"
    scale = "" if tables.study.scale == "full" else f"scale {tables.study.scale}"
    names = {"synthetic": "made-up data", "own": "data of one's own"}
    kinds = [name for kind, name in names.items() if runs["data_kind"].eq(kind).any()]
    data = f"{' and '.join(kinds)}: {runs['data'].iloc[0]}" if kinds else ""
    note = said(part, scale, stand_in_note(article, study) or data)
    return Done(tables, runs, note, command)


def stand_in_note(article: Article, study: str) -> str:
    """Return what to say of data that stand in for others, or "" where these are the others."""
    real = contents(article.name).stand_ins.get(study)
    return f"a stand-in, not {real.upper()}" if real else ""


def titled(title: str, study: str, article: Article) -> str:
    """Return a title that says that the data are a stand-in, where they are."""
    note = stand_in_note(article, study)
    return f"{title} ({note})" if note else title


def said(*parts: str) -> str:
    """Return those parts that there are, as one line."""
    return " · ".join(part for part in parts if part)
