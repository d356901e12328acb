"""A figure and a table of an article, each from the stored tables of one of its studies."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from eccles.figures import Drawing
from eccles.stats import markdown
from eccles.storage import write_text, write_whole
from eccles.studies.article import Article
from eccles.studies.done import source, titled

if TYPE_CHECKING:
    import pandas as pd


class ArticleFigure(NamedTuple):
    """A figure of an article."""

    title: str
    studies: tuple[str, ...]
    """The study that it is drawn from, and those that will do where that isn't there."""
    draw: Callable[[Article], Drawing]
    kind: type[Drawing] = Drawing
    """What `draw` returns, whose FORMATS tell before how it can be saved."""

    def source(self, article: Article) -> str:
        """Return the study that it is drawn from here."""
        return source(self.studies, article)


class ArticleTable(NamedTuple):
    """A table of an article."""

    title: str
    studies: tuple[str, ...]
    """The study that it is made of, and those that will do where that isn't there."""
    rows: Callable[[Article], pd.DataFrame]
    caption: str

    def source(self, article: Article) -> str:
        """Return the study that it is made of here."""
        return source(self.studies, article)

    def save(self, article: Article, folder: Path, name: str) -> list[Path]:
        """Write folder/NAME.csv and, with its title, folder/NAME.md; return the paths.

        Raises InputError where there are no runs to make it of.
        """
        rows = self.rows(article)
        title = titled(self.title, self.source(article), article)
        csv, text = folder / f"{name}.csv", folder / f"{name}.md"
        write_whole(csv, lambda aside: rows.to_csv(aside, index=False, float_format="%.9g"))
        write_text(text, f"{name}. {title}\n\n{markdown(rows)}\n{self.caption}\n")
        return [csv, text]
