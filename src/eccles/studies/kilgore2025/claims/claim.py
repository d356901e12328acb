"""A claim of the article, and what stored results say about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from eccles.studies import find
from eccles.studies.article import Article
from eccles.sweeps.study import FULL, read_study
from eccles.sweeps.tables import StudyTables
from eccles.training.config import TrainConfig

if TYPE_CHECKING:
    import pandas as pd

_FREE = {"seed", "engine", "device", "drop_last"}
"""Settings that a study of the article may have as it likes."""


class Verdict(StrEnum):
    """What stored results say about a claim."""

    REPRODUCED = "reproduced"
    NOT_REPRODUCED = "not reproduced"
    NOT_TESTABLE = "not testable"


@dataclass(frozen=True)
class Finding:
    """A verdict and the numbers behind it.

    Attributes:
        verdict: by the claim's rule, in this project's way of measuring.
        ours: our numbers with n, part by part; empty where there are none.
        as_published: the same in the article's way; None where that is no other.
        verdict_as_published: by the same rule, in the article's way.
        note: what else one must know, or why there is no verdict and what makes one.
    """

    verdict: Verdict
    ours: str
    as_published: str | None = None
    verdict_as_published: Verdict | None = None
    note: str = ""


class Part(NamedTuple):
    """One part of a claim: whether it holds, and the numbers that say so."""

    holds: bool
    text: str


class Untestable(Exception):  # noqa: N818 - no failure, but what a judge has to say
    """Stored results can't tell, for the reason given."""


@dataclass(frozen=True)
class Claim:
    """A claim that the article makes.

    Attributes:
        id: its number.
        statement: what it says, in our words.
        study: the article's study whose results it is about.
        rule: when it counts as reproduced.
        judge: finds the verdict in stored results, or raises `Untestable`.
    """

    id: str
    statement: str
    study: str
    rule: str
    judge: Callable[[Article], Finding]

    def find(self, article: Article) -> Finding:
        """Return the finding on stored results; never "reproduced" for what they can't show."""
        command = f"eccles reproduce {article.name}"
        if self.study not in article or "runs" not in article[self.study].names:
            if f"{article.name}/{self.study}" not in _shipped():
                return _unknown(f"the study {self.study} isn't here yet")
            made = f"{command} --out {article.folder} makes them"
            return _unknown(f"there are no runs of {self.study} in {article.folder}; {made}")
        tables = article[self.study]
        n, m = tables.progress
        differ = departures(tables)
        try:
            finding = self.judge(article)
        except Untestable as reason:
            finding = _unknown(str(reason))
            if not differ and (n < m or tables.study.scale != FULL):
                scale = tables.study.scale if n < m else FULL
                out = f" --out {article.folder}" if n < m else ""
                finding = _noted(finding, f"{command} --scale {scale}{out} does what is missing")
        if n < m:
            finding = _noted(finding, f"{n:,} of {m:,} runs")
        if differ:
            # What these runs can't show isn't shown by numbers that happen to look right.
            why = f"not testable at this scale: {', '.join(differ)}"
            finding = _noted(finding, f"{why}; {command} --scale laptop does what can tell")
            published = None if finding.as_published is None else Verdict.NOT_TESTABLE
            finding = replace(finding, verdict=Verdict.NOT_TESTABLE, verdict_as_published=published)
        return finding


def weighed(parts: Sequence[Part]) -> tuple[Verdict, str]:
    """Return the verdict on a claim of several parts, and what to say of each.

    >>> weighed([Part(True, "a is 3"), Part(False, "b is 4")])[1]
    'holds: a is 3; does not hold: b is 4'
    """
    holds = all(part.holds for part in parts)
    verdict = Verdict.REPRODUCED if holds else Verdict.NOT_REPRODUCED
    if holds:
        return verdict, "; ".join(part.text for part in parts)
    said = [
        ("holds", [part.text for part in parts if part.holds]),
        ("does not hold", [part.text for part in parts if not part.holds]),
    ]
    return verdict, "; ".join(f"{how}: {'; '.join(each)}" for how, each in said if each)


def found(
    parts: Sequence[Part], published: Callable[[], Sequence[Part]] | None = None, note: str = ""
) -> Finding:
    """Return the finding on a claim's parts, in this project's way and in the article's.

    What can't be told in the article's way alone takes nothing from ours.
    """
    verdict, ours = weighed(parts)
    if published is None:
        return Finding(verdict, ours, note=note)
    try:
        theirs, text = weighed(published())
    except Untestable as reason:
        theirs, text = Verdict.NOT_TESTABLE, str(reason)
    return Finding(verdict, ours, text, theirs, note)


def done(article: Article, study: str, *, seeds: int = 2) -> pd.DataFrame:
    """Return the runs of a study that are done, or raise `Untestable` for too few seeds."""
    tables = article[study]
    runs = tables.planned(tables.runs)
    runs = runs[runs["status"] == "done"]
    if not len(runs):
        raise Untestable("no run is done")
    if runs["seed"].nunique() < seeds:
        raise Untestable("one seed only, so there is no telling chance from effect")
    return runs


def table(article: Article, study: str, name: str) -> pd.DataFrame:
    """Return a table of a study, or raise `Untestable` where that wasn't measured."""
    if name not in article[study].names:
        raise Untestable(
            f"{name} weren't measured in these runs; eccles reproduce {article.name} --only "
            f"{study} with another --out measures them"
        )
    return article[study].table(name)


def by_ratio(frame: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return the rows of each ratio, from the fewest excitatory neurons to the most."""
    groups = {str(ei): rows for ei, rows in frame.groupby("ei")}
    return dict(sorted(groups.items(), key=lambda group: _share(group[0])))


def each(values: Mapping[str, float], spelling: str) -> str:
    """Return a value a ratio as a person reads them.

    >>> each({"50:50": 0.5, "80:20": -0.25}, "+.1f")
    '50:50 +0.5, 80:20 -0.2'
    """
    return ", ".join(f"{ei} {value:{spelling}}" for ei, value in values.items())


def percent(share: float) -> str:
    """Return a share as a person reads it.

    >>> percent(0.8149)
    '81.5 %'
    """
    return f"{100 * share:.1f} %"


def _share(ei: str) -> float:
    excitatory, _, inhibitory = ei.partition(":")
    return float(excitatory) / (float(excitatory) + float(inhibitory))


def _shipped() -> tuple[str, ...]:
    from eccles.studies import names

    return names()


def _unknown(note: str) -> Finding:
    return Finding(Verdict.NOT_TESTABLE, "", note=note)


def _noted(finding: Finding, note: str) -> Finding:
    return replace(finding, note="; ".join(filter(None, [finding.note.removesuffix("."), note])))


def departures(tables: StudyTables) -> list[str]:
    """Return in what the runs of a study aren't those that ship."""
    shipped = read_study(find(tables.study.name), FULL)
    usual = TrainConfig.model_validate(shipped.base).resolved().model_dump()
    runs = tables.planned(tables.runs)
    reasons = [
        f"{name} is {_spelt(other)} instead of {_spelt(value)}"
        for name, value in usual.items()
        if value is not None and name not in _FREE and name not in shipped.varied
        for other in runs[name].dropna().unique()
        if other != value
    ]
    return reasons + (["the data are made up"] if (runs["data_kind"] == "synthetic").any() else [])


def _spelt(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
