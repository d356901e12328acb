"""What Kilgore et al. 2025 adds to a report: its claims, its figures and its tables."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from eccles.errors import InputError
from eccles.report import Claim, Picture, Table
from eccles.studies.article import Article
from eccles.studies.kilgore2025 import claims, robustness
from eccles.studies.kilgore2025.done import titled
from eccles.studies.kilgore2025.figures import COLOURS, FIGURES
from eccles.studies.kilgore2025.tables import TABLES
from eccles.studies.report import Parts

TITLE = "Excitatory to inhibitory ratio: the claims of Kilgore et al. 2025"

ABOUT = (
    "Kilgore, Kopsick, Ascoli and Adam asked which ratio of excitatory to inhibitory neurons lets "
    "a spiking network learn, from which initial firing rate, and under which update noise: "
    "Scientific Reports 15:24798 (2025), doi 10.1038/s41598-025-03408-7. Here are this project's "
    "own runs of those studies, and what they say about each claim."
)


def parts(article: Article) -> Parts:
    """Return the article's claims, and those of its figures and tables that there are runs for."""
    pictures, left_out = _pictures(article)
    notes = []
    if left_out:
        notes.append(
            f"Figures that are left out: {', '.join(left_out)}; eccles figures DIR says why, and "
            "which command makes the missing runs."
        )
    return Parts(TITLE, ABOUT, _claims(article), pictures, _tables(article), notes, COLOURS)


def _claims(article: Article) -> list[Claim]:
    rows = []
    for claim, finding in claims.judge(article):
        published = ""
        if finding.as_published is not None:
            published = f"As published ({finding.verdict_as_published}): {finding.as_published}"
        lines = [f"Rule: {claim.rule}", published, finding.note]
        note = "\n".join(line for line in lines if line)
        rows.append(Claim(claim.id, claim.statement, finding.ours, str(finding.verdict), note))
    return rows


def _pictures(article: Article) -> tuple[list[Picture], list[str]]:
    """Return the pictures that can be drawn, and the names of the others."""
    pictures, left_out = [], []
    for name, figure in FIGURES.items():
        if "svg" not in figure.kind.FORMATS:  # A film.
            continue
        try:
            drawing = figure.draw(article)
        except InputError:
            left_out.append(name)
            continue
        with TemporaryDirectory() as folder:
            drawing.save(folder, "figure", ["svg"])
            svg = (Path(folder) / "figure.svg").read_text(encoding="utf-8")
        pictures.append(
            Picture(name, titled(figure.title, figure.source(article)), svg, drawing.caption)
        )
    return pictures, left_out


def _tables(article: Article) -> list[Table]:
    """Return the tables that there are runs for."""
    tables = []
    for name, table in TABLES.items():
        try:
            rows = table.rows(article)
        except InputError:
            continue
        tables.append(Table(f"{name}. {titled(table.title, table.source(article))}", rows))
    return [*tables, *_survival(article)]


def _survival(article: Article) -> list[Table]:
    """Return which claims survive in which variants, and their rules."""
    tables = robustness.stored(article)
    if tables is None:
        return []
    found = robustness.survival(tables)
    rules = found[["claim", "rule"]].drop_duplicates("claim", ignore_index=True)
    rules = rules.assign(found=robustness.conclusions(found))
    return [
        Table("Which conclusions survive", rules),
        Table("What survives, in every variant", robustness.spelt(found)),
    ]
