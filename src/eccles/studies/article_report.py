"""What an article adds to a report: its claims, its figures and its tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from eccles.errors import InputError
from eccles.report import Claim, Picture, Table
from eccles.studies.article import Article
from eccles.studies.article_contents import Contents, contents
from eccles.studies.done import titled


class Parts(NamedTuple):
    """What an article adds to a report.

    Attributes:
        title: what the report is called.
        about: the article, and what it asks.
        claims, pictures, tables: as `eccles.report.page` takes them.
        notes: what a reader must know beforehand.
        colours: a colour for each ratio, or value of another setting, the same in pictures and
            explorer.
        first: settings that come first in the explorer, and give the colours.
    """

    title: str
    about: str
    claims: Sequence[Claim] = ()
    pictures: Sequence[Picture] = ()
    tables: Sequence[Table] = ()
    notes: Sequence[str] = ()
    colours: Mapping[str, str] = MappingProxyType({})
    first: Sequence[str] = ()


def of_article(article: Article) -> Parts:
    """Return the article's claims, and those of its figures and tables that there are runs for."""
    own = contents(article.name)
    drawn, left_out = pictures(article, own)
    notes = []
    if left_out:
        notes.append(
            f"Figures that are left out: {', '.join(left_out)}; eccles figures DIR says why, and "
            "which command makes the missing runs."
        )
    return Parts(
        own.title, own.summary, _claims(article, own), drawn, tables(article, own), notes,
        own.colours,
    )  # fmt: skip


def _claims(article: Article, own: Contents) -> list[Claim]:
    rows = []
    for claim, finding in own.judge(article):
        published = ""
        if finding.as_published is not None:
            published = f"As published ({finding.verdict_as_published}): {finding.as_published}"
        lines = [f"Rule: {claim.rule}", published, finding.note]
        note = "\n".join(line for line in lines if line)
        rows.append(Claim(claim.id, claim.statement, finding.ours, str(finding.verdict), note))
    return rows


def pictures(article: Article, own: Contents) -> tuple[list[Picture], list[str]]:
    """Return the pictures that can be drawn, and the names of the others; films are neither."""
    made, left_out = [], []
    for name, figure in own.figures.items():
        if "svg" not in figure.kind.FORMATS:  # A film.
            continue
        try:
            drawing = figure.draw(article)
        except InputError:
            left_out.append(name)
            continue
        title = titled(figure.title, figure.source(article), article)
        made.append(Picture(name, title, drawing.svg(), drawing.caption))
    return made, left_out


def tables(article: Article, own: Contents) -> list[Table]:
    """Return the tables that there are runs for."""
    made = []
    for name, table in own.tables.items():
        try:
            rows = table.rows(article)
        except InputError:
            continue
        made.append(Table(f"{name}. {titled(table.title, table.source(article), article)}", rows))
    extra = own.extra
    found = None if extra is None else extra.stored(article)
    if extra is not None and found is not None:
        made += [Table(title, rows) for title, rows in extra.tables(found).items()]
    return made
