"""The article's report, on the results that are kept in the project."""

from pathlib import Path

import pytest

from eccles.studies import report
from eccles.studies.article import Article
from eccles.studies.article_report import of_article, pictures, tables
from eccles.studies.kilgore2025 import CONTENTS, figures
from eccles.studies.kilgore2025.figures import FIGURES

pytestmark = pytest.mark.slow

STORED = Path(__file__).parents[3] / "results/kilgore2025"


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """Return the page of 608 runs, and the article's parts of it, which take some seconds."""
    kept = []

    def keep(article):
        kept.append(of_article(article))
        return kept[0]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(report, "of_article", keep)
        out = tmp_path_factory.mktemp("page") / "report.html"
        return report.write_report(STORED / "fashion-mnist", out), *kept


@pytest.fixture
def parts(page):
    return page[1]


def test_every_claim_has_its_row(parts):
    assert [claim.id for claim in parts.claims] == [str(k) for k in range(1, 12)]
    assert {claim.verdict for claim in parts.claims} <= {
        "reproduced", "not reproduced", "not testable",
    }  # fmt: skip
    assert all(claim.note.startswith("Rule: ") for claim in parts.claims)


def test_figures_that_have_runs_and_the_names_of_the_others(parts):
    drawn = [picture.name for picture in parts.pictures]
    assert {"1c", "3"} <= set(drawn)
    assert "S4" not in drawn
    assert "2b" not in drawn
    assert " 2b, 2c-e" in parts.notes[0]


def test_the_tables_that_there_are_runs_for(with_distances):
    (table,) = tables(with_distances, CONTENTS)
    assert table.title.startswith("T1. Van Rossum distances")
    assert len(table.rows) == 9


def test_no_film_is_drawn(monkeypatch):
    def film(article):
        raise AssertionError("a film has no place on a page")

    few = {"S4": FIGURES["S4"]._replace(draw=film), "1c": FIGURES["1c"]}
    monkeypatch.setattr(figures, "FIGURES", few)
    article = Article("kilgore2025", STORED / "fashion-mnist")
    drawn, left_out = pictures(article, CONTENTS)
    assert ([picture.name for picture in drawn], left_out) == (["1c"], [])


def test_the_page_of_608_runs_is_small(page):
    path, _ = page
    text = path.read_text()
    assert path.stat().st_size < 10e6
    assert "kilgore2025/fashion-mnist: 608 of 608 runs" in text
    assert "Of 11 claims: " in text
    for name in ("1c", "3", "4"):
        assert f'<figure id="figure-{name}">' in text
