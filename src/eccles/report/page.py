"""A report as one HTML file, which needs nothing but a browser."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, NamedTuple

from eccles.arguments import typed
from eccles.errors import counted
from eccles.figures.words import in_unit, in_words
from eccles.report.explorer import Explorer
from eccles.report.picture import inline
from eccles.report.scripts import scripts
from eccles.stats import p_cell

if TYPE_CHECKING:
    import pandas as pd

_HOME = Path(__file__).parent

_SCROLLS = '<p class="aside scrolls" hidden>'


class Claim(NamedTuple):
    """A published claim, and what our results say of it.

    Attributes:
        id: its number.
        claim: what was claimed.
        ours: what we found, with numbers.
        verdict: "reproduced", "not reproduced", "not testable", or another short word.
        note: what a reader should know besides, a paragraph a line.
    """

    id: str
    claim: str
    ours: str
    verdict: str
    note: str = ""


class Picture(NamedTuple):
    """A figure.

    Attributes:
        name: its short name, such as "1c".
        title: what it shows, in a few words.
        svg: the picture.
        caption: what to see, and how it was made.
    """

    name: str
    title: str
    svg: str
    caption: str = ""


class Table(NamedTuple):
    """A table.

    Attributes:
        title: what it shows.
        rows: its rows, in the order of the page; columns named p_... are p values.
        folded: shown only when the reader asks for it.
    """

    title: str
    rows: pd.DataFrame
    folded: bool = False


@typed("report")
def page(
    title: str,
    about: str,
    facts: Sequence[tuple[str, str]],
    *,
    claims: Sequence[Claim] = (),
    pictures: Sequence[Picture] = (),
    tables: Sequence[Table] = (),
    explorer: Explorer | None = None,
    notes: Sequence[str] = (),
) -> str:
    """Return a report as HTML. Text is escaped; nothing is loaded from elsewhere.

    Args:
        title: what the report is of.
        about: what was asked, in a sentence or two.
        facts: names and values of the header: studies, runs, versions, when.
        claims: published claims with verdicts.
        pictures: figures, in order.
        tables: tables, in order.
        explorer: charts of all runs.
        notes: what a reader must know beforehand, such as a study that wasn't run.

    Raises InputError where the report's packages aren't installed, or a picture isn't SVG.
    """
    sections = [
        ("claims", "Claims", _claims(claims)),
        ("figures", "Figures", "".join(map(_figure, pictures))),
        ("tables", "Tables", "".join(map(_table, tables))),
        ("explorer", "Explorer", "" if explorer is None else _explorer(explorer)),
    ]
    shown = [(key, name, content) for key, name, content in sections if content]
    return Template((_HOME / "page.html").read_text(encoding="utf-8")).substitute(
        title=escape(title),
        style=(_HOME / "page.css").read_text(encoding="utf-8"),
        about=f"<p>{escape(about)}</p>" if about else "",
        facts="".join(f"<dt>{escape(k)}</dt><dd>{escape(v)}</dd>\n" for k, v in facts),
        notes=_notes(notes),
        contents="".join(f'<li><a href="#{key}">{name}</a></li>' for key, name, _ in shown),
        sections="\n".join(
            f'<section id="{key}"><h2>{name}</h2>\n{content}</section>'
            for key, name, content in shown
        ),
        scripts=_scroll(shown) + ("" if explorer is None else scripts(explorer)),
    )


def _notes(notes: Sequence[str]) -> str:
    return "".join(f'<p class="note">{escape(note)}</p>\n' for note in notes)


def _claims(claims: Sequence[Claim]) -> str:
    if not claims:
        return ""
    rows = "".join(
        f"<tr><td>{escape(each.id)}</td><td>{escape(each.claim)}</td><td>{escape(each.ours)}"
        f"{''.join(f'<p class=aside>{escape(line)}</p>' for line in each.note.splitlines())}</td>"
        f'<td><span class="verdict" data-verdict="{escape(each.verdict)}">'
        f"{escape(each.verdict)}</span></td></tr>\n"
        for each in claims
    )
    verdicts = {each.verdict for each in claims}
    counts = dict.fromkeys(sorted(verdicts, key=lambda verdict: ("not " in verdict, verdict)), 0)
    for each in claims:
        counts[each.verdict] += 1
    said = ", ".join(f"{n} {verdict}" for verdict, n in counts.items())
    head = "".join(f'<th scope="col">{name}</th>' for name in ("", "claim", "ours", "verdict"))
    return f"<p>Of {counted(len(claims), 'claim')}: {escape(said)}.</p>\n" + _scrolled(
        "claims",
        f'<table class="claims"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>',
    )


def _figure(picture: Picture) -> str:
    key = "".join(letter if letter.isalnum() else "-" for letter in f"figure-{picture.name}")
    title = f"Figure {picture.name}. {picture.title}"
    drawn = inline(picture.svg, key, title)
    return (
        f'<figure id="{escape(key)}"><h3>{escape(title)}</h3>{_scrolled(title, drawn)}'
        f"<figcaption>{escape(picture.caption)}</figcaption></figure>\n"
    )


def _table(table: Table) -> str:
    # Heads are in words, and p values are known by their columns' own names.
    own = [str(name) for name in table.rows.columns]
    said = in_words(table.rows, table.title)
    names = "".join(f'<th scope="col">{escape(str(name))}</th>' for name in said.columns)
    rows = "".join(
        "<tr>" + "".join(_cell(name, x) for name, x in zip(own, row, strict=True)) + "</tr>\n"
        for row in said.itertuples(index=False, name=None)
    )
    grid = f"<table><thead><tr>{names}</tr></thead><tbody>{rows}</tbody></table>"
    title = escape(table.title)
    if table.folded:
        many = counted(len(table.rows), "row")
        shown = _scrolled(table.title, grid)
        return f"<details><summary>{title} ({many})</summary>{shown}</details>\n"
    return f"<h3>{title}</h3>{_scrolled(table.title, grid)}\n"


def _cell(name: str, value: object) -> str:
    number = isinstance(value, int | float) or hasattr(value, "dtype")
    text = in_unit("", value)
    if isinstance(value, float) and math.isfinite(value):
        text = f"{value:,.0f}" if value.is_integer() else f"{value:.4g}"
        if name.startswith("p_"):
            text = p_cell(value)
    return f"<td class=number>{escape(text)}</td>" if number else f"<td>{escape(text)}</td>"


def _scrolled(title: str, content: str) -> str:
    """Return what may be wider than a phone, in a frame that scrolls, with the keyboard too.

    A script shows the line over it where it is wider.
    """
    return (
        f"{_SCROLLS}Wider than the screen: scroll it sideways.</p>"
        f'<div class="wide" role="region" aria-label="{escape(title)}" tabindex="0">{content}</div>'
    )


def _scroll(sections: Sequence[tuple[str, str, str]]) -> str:
    """Return the script that tells which frames scroll, where there are some."""
    if not any(_SCROLLS in content for *_, content in sections):
        return ""
    return f"<script>\n{(_HOME / 'scroll.js').read_text(encoding='utf-8')}</script>\n"


def _explorer(explorer: Explorer) -> str:
    return (
        "<p>Choose runs with the menus, an epoch with the slider; click a point to follow its run. "
        "Hover a point to see what it is.</p>\n"
        + _notes(explorer.notes)
        + '<div id="explorer-filters" role="group" aria-label="Filters of the explorer"></div>\n'
        '<div id="explorer-charts" role="region" aria-label="Charts of the explorer" tabindex="0">'
        "</div>\n<noscript><p>The explorer needs JavaScript; all else doesn't.</p></noscript>\n"
    )
