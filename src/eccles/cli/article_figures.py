"""`eccles figures` of an article: its figures and tables, all that the studies there allow."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from eccles.cli.bar import bar
from eccles.cli.figure_rows import Row, runs_of
from eccles.cli.formats import those_of
from eccles.errors import InputError, nearest
from eccles.studies import illustrated

if TYPE_CHECKING:
    from eccles.studies.article import Article
    from eccles.studies.drawn import ArticleFigure, ArticleTable
    from eccles.sweeps.tables import StudyTables

    _Made: TypeAlias = ArticleFigure | ArticleTable


def article_of(tables: StudyTables) -> str:
    """Return the article that has a figure or a table of a study, or ""."""
    from eccles.studies.article_contents import contents

    article, _, study = tables.study.name.partition("/")
    if article not in illustrated():
        return ""
    drawn = contents(article).drawn.values()
    return article if any(study in each.studies for each in drawn) else ""


def drawn_of(article: str) -> dict[str, _Made]:
    """Return the figures and tables that an article has, by name."""
    from eccles.studies.article_contents import contents

    return dict(contents(article).drawn)


def named(only: str, known: Iterable[str], there: str) -> list[str]:
    """Return the names that --only gives, or raise InputError for one that isn't there."""
    names, known = [name.strip() for name in only.split(",")], list(dict.fromkeys(known))
    for name in names:
        if name not in known:
            raise InputError(
                f"figures: there is no figure or table {name!r}{nearest(name, known)}; "
                f"{there} {', '.join(known) or 'none'}"
            )
    return names


def of_article(
    name: str, folder: Path, only: Collection[str] | None, formats: list[str] | None, out: Path
) -> list[Row]:
    """Make the figures and tables of an article, or some of them, from the studies of a folder."""
    from eccles.studies.article import Article

    chosen = {each: made for each, made in drawn_of(name).items() if only is None or each in only}
    return drawn(Article(name, folder), chosen, formats, out, alone=only is not None)


def drawn(
    article: Article,
    chosen: Mapping[str, _Made],
    formats: list[str] | None,
    out: Path,
    *,
    alone: bool,
) -> list[Row]:
    """Make figures and tables, and return what came of each.

    One that can't be made has the reason in its row; where `alone`, the reason is raised as an
    error.
    """
    rows = []
    with bar("drawing", len(chosen)) as advance:
        for name, made in chosen.items():
            advance(0, f"{name}: {made.title}")
            try:
                rows.append(_row(article, name, made, formats, out))
            except InputError as error:
                if alone:
                    raise
                reason = str(error).removeprefix("figures: ")
                rows.append(Row(name, made.title, made.source(article), left_out=reason))
            advance(1)
    return rows


def _saved(
    article: Article, name: str, figure: ArticleFigure, formats: list[str] | None, out: Path
) -> tuple[list[Path], str]:
    """Save a figure; return its files and its caption."""
    possible = figure.kind.FORMATS
    kinds = those_of(formats, possible)
    if kinds == []:
        raise InputError(
            f"figures: figure {name} comes as {', '.join(possible)}, got --format "
            f"{','.join(formats or ())}; add one of them"
        )
    drawing = figure.draw(article)
    return drawing.save(out, name, kinds), drawing.caption


def _row(article: Article, name: str, made: _Made, formats: list[str] | None, out: Path) -> Row:
    from eccles.studies.done import titled
    from eccles.studies.drawn import ArticleTable

    if isinstance(made, ArticleTable):
        paths, caption = made.save(article, out, name), made.caption
    else:
        paths, caption = _saved(article, name, made, formats, out)
    source = made.source(article)
    runs, files = runs_of(article[source]), [str(path) for path in paths]
    return Row(name, titled(made.title, source, article), source, runs, caption, files)
