"""A claim of the article, and what stored results say about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from eccles.errors import counted
from eccles.studies.article import Article
from eccles.studies.claims.command import command
from eccles.studies.claims.departures import departures
from eccles.studies.claims.finding import Finding, Unmeasured, Untestable, Verdict
from eccles.studies.claims.rows import whole_seeds
from eccles.studies.done import source
from eccles.sweeps.study import FULL


@dataclass(frozen=True)
class Claim:
    """A claim that the article makes.

    Attributes:
        id: its number.
        short: what it puts a number to, in a few words, for the verdict is on that.
        statement: what it says, in our words.
        study: the article's study whose results it is about.
        rule: when it counts as reproduced.
        judge: finds the verdict in stored results, or raises `Untestable`.
        stand_in: a study whose numbers are shown where the article's isn't there, or "".
        stand_in_is: what that is, in words.
        at_any_scale: whether it can be judged at the scale that was run, or else only by the
            article's own.
        figure: the article's figure that shows it, as its contents name that, or "".
    """

    id: str
    short: str
    statement: str
    study: str
    rule: str
    judge: Callable[[Article], Finding]
    stand_in: str = ""
    stand_in_is: str = "a stand-in, not the article's data"
    at_any_scale: bool = False
    figure: str = ""

    def find(self, article: Article) -> Finding:
        """Return the finding on stored results; never "reproduced" for what they can't show."""
        study = source((self.study, self.stand_in), article)
        if not article.has_runs(study):
            made = f"{command(article, self.study)} makes them"
            return _unknown(f"there are no runs of {self.study} in {article.folder}; {made}")
        tables = article[study]
        whole, planned = whole_seeds(tables)
        others = [] if self.at_any_scale else departures(tables)
        unmeasured = False
        try:
            finding = self.judge(article)
        except Untestable as reason:
            finding, unmeasured = _unknown(str(reason)), isinstance(reason, Unmeasured)
        if len(whole) < planned:
            verb = "is" if len(whole) == 1 else "are"
            finding = _noted(finding, f"{len(whole)} of {planned} seeds {verb} whole")
        runs = tables.planned(tables.runs)
        if failed := int((runs["status"] == "failed").sum()):
            note = f"{counted(failed, 'run')} failed"
            if not self.at_any_scale:  # Elsewhere it may be what the study asks about.
                again = f"{command(article, study)} --retry-failed does {_them(failed)} again"
                note = f"{note}; {again}"
            finding = _noted(finding, note)
        if study == self.stand_in and not others:
            finding = _noted(
                finding, f"{self.stand_in_is}; {command(article, self.study)} makes those"
            )
        if others:
            # What these runs can't show isn't shown by numbers that happen to look right.
            why = f"not testable at this scale: {', '.join(others)}"
            other = f"eccles reproduce {article.name} --only {self.study} --scale laptop"
            finding = _noted(finding, f"{why}; {other} does what can tell")
            published = None if finding.as_published is None else Verdict.NOT_TESTABLE
            finding = self._on_stand_in(finding) if study == self.stand_in else finding
            return replace(finding, verdict=Verdict.NOT_TESTABLE, verdict_as_published=published)
        unfinished = len(whole) < planned
        if self.at_any_scale:
            return finding
        untold = finding.verdict == Verdict.NOT_TESTABLE and not unmeasured
        if untold and (unfinished or tables.study.scale != FULL):
            missing = f"eccles reproduce {article.name} --only {self.study} --scale {FULL}"
            missing = command(article, self.study) if unfinished else missing
            finding = _noted(finding, f"{missing} does what is missing")
        return finding

    def _on_stand_in(self, finding: Finding) -> Finding:
        """Return a finding whose numbers begin with what they are of."""

        def marked(text: str) -> str:
            return text and f"on {self.stand_in_is}: {text}"

        published = None if finding.as_published is None else marked(finding.as_published)
        return replace(finding, ours=marked(finding.ours), as_published=published)


def _them(n: int) -> str:
    return "it" if n == 1 else "them"


def _unknown(note: str) -> Finding:
    return Finding(Verdict.NOT_TESTABLE, "", note=note)


def _noted(finding: Finding, note: str) -> Finding:
    return replace(finding, note="; ".join(filter(None, [finding.note.removesuffix("."), note])))
