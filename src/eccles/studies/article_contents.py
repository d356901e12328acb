"""What an article adds to the studies that ship: claims, figures, tables, and more that it judges.

An article is a folder beside this file. Its `__init__` says in `CONTENTS` what it is about; its
modules `claims`, `figures`, `tables` and `extra` are there where it has any, and are imported when
they are asked for. Nothing outside the folder knows an article by its name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, NamedTuple

from eccles.studies.article import Article

if TYPE_CHECKING:
    import pandas as pd

    from eccles.studies.claims import Claim, Finding
    from eccles.studies.drawn import ArticleFigure, ArticleTable
    from eccles.sweeps.tables import StudyTables


@dataclass(frozen=True)
class Contents:
    """What an article is about, and where its parts are.

    Attributes:
        name: its folder's name, such as "kilgore2025".
        title, summary: what its report is called, and the paragraph below that.
        stand_ins: studies that stand in for one of the article's whose data not everybody can
            have, by name, and that one.
    """

    name: str
    title: str
    summary: str
    stand_ins: Mapping[str, str] = field(default_factory=dict)

    @property
    def claims(self) -> Sequence[Claim]:
        """What the article claims, in order."""
        found: Sequence[Claim] = self._part("claims", "CLAIMS", ())
        return found

    @property
    def figures(self) -> Mapping[str, ArticleFigure]:
        """The article's figures by their numbers."""
        found: Mapping[str, ArticleFigure] = self._part("figures", "FIGURES", {})
        return found

    @property
    def colours(self) -> dict[str, str]:
        """A colour for each of what its figures tell apart."""
        found: dict[str, str] = self._part("figures", "COLOURS", {})
        return found

    @property
    def tables(self) -> Mapping[str, ArticleTable]:
        """The article's tables by their numbers."""
        found: Mapping[str, ArticleTable] = self._part("tables", "TABLES", {})
        return found

    @property
    def drawn(self) -> dict[str, ArticleFigure | ArticleTable]:
        """Figures and tables."""
        return {**self.figures, **self.tables}

    @property
    def extra(self) -> Extra | None:
        """What is judged besides the article's claims, if anything is."""
        found: Extra | None = self._part("extra", "EXTRA", None)
        return found

    def judge(self, article: Article) -> list[tuple[Claim, Finding]]:
        """Return every claim with what the article's stored studies say about it."""
        return [(claim, claim.find(article)) for claim in self.claims]

    def _part(self, module: str, name: str, none: Any) -> Any:
        home = f"eccles.studies.{self.name}.{module}"
        return getattr(import_module(home), name, none) if find_spec(home) else none


class Section(NamedTuple):
    """A table of an extra: what it is called, its rows with `holds` in words, and its rule."""

    title: str
    rows: pd.DataFrame
    rule: str


@dataclass(frozen=True)
class Extra:
    """What one study of an article's folder is judged by, besides the article's claims.

    Attributes:
        study: its short name.
        rows: returns all that was found, a row a finding.
        conclusions: returns sentences.
        sections: returns tables with rules.
        markdown: returns all of it as a page.
        tables: returns tables for a report, each with its title.
    """

    study: str
    rows: Callable[[StudyTables], pd.DataFrame]
    conclusions: Callable[[StudyTables], list[str]]
    sections: Callable[[StudyTables], list[Section]]
    markdown: Callable[[StudyTables], str]
    tables: Callable[[StudyTables], dict[str, pd.DataFrame]]

    def stored(self, article: Article) -> StudyTables | None:
        """Return the study's tables, or None where it wasn't run."""
        return article[self.study] if article.has_runs(self.study) else None


def contents(article: str) -> Contents:
    """Return the contents of an article that ships."""
    found: Contents = import_module(f"eccles.studies.{article}").CONTENTS
    return found
