"""Links of README.md and the pages of docs/ lead to files and headings that there are."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
LINK = re.compile(r"\]\(([^()\s]+)\)")
CODE = re.compile(r"```.*?```", re.DOTALL)


def anchors(page: Path) -> set[str]:
    """Return what a link may name in a page, as GitHub and MyST make it of headings."""
    heads = re.findall(r"^#+ (.+)$", CODE.sub("", page.read_text()), re.MULTILINE)
    plain = (re.sub(r"[^\w\- ]", "", head.lower()) for head in heads)
    return {head.strip().replace(" ", "-") for head in plain}


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_links_lead_somewhere(page):
    wrong = []
    for link in LINK.findall(CODE.sub("", page.read_text())):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        headed = not anchor or target.suffix != ".md" or anchor in anchors(target)
        if not target.exists() or not headed:
            wrong.append(link)
    assert wrong == []


def test_every_page_is_on_the_page_of_all_pages():
    """By itself, or, of results, on theirs."""
    listed = (ROOT / "docs" / "README.md").read_text() + (ROOT / "docs" / "results.md").read_text()
    pages = {page.name for page in (ROOT / "docs").rglob("*.md")} - {"README.md"}
    assert {page for page in pages if f"{page})" not in listed} == set()


def test_the_readme_is_short():
    assert len((ROOT / "README.md").read_text().splitlines()) <= 120


@pytest.mark.parametrize("page", sorted((ROOT / "docs").rglob("*.md")), ids=lambda page: page.stem)
def test_a_page_says_at_its_top_who_it_is_for(page):
    title, blank, first, *_ = page.read_text().splitlines()
    assert title.startswith("# ")
    assert blank == ""
    assert re.match(
        r"(This page is for|For) (whoever|anybody|people|those|users|readers|engineers)", first
    )


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_a_cell_of_a_table_has_a_dozen_words_at_most(page):
    """A word has two letters or more, as symbols of formulas haven't; what is quoted is one."""
    text = re.sub(r"`[^`\n]+`", "quoted", LINK.sub("]", CODE.sub("", page.read_text())))
    rows = re.findall(r"^\|(.+)\|$", text, re.MULTILINE)
    cells = (cell for row in rows for cell in re.split(r"(?<!\\)\|", row))
    assert [cell for cell in cells if len(re.findall(r"[^\W\d_]{2,}[\w'-]*", cell)) > 12] == []
