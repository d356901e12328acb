"""The order of the pages, which docs/README.md alone says.

Its sections are the groups of the side bar, and its links their pages. docs/results.md does the
same for the pages of docs/reproduction, which are shown beneath it.
"""

import posixpath
import re
from collections.abc import Iterator
from pathlib import Path

from sphinx.application import Sphinx

ALL_PAGES, RESULTS = "docs/README", "docs/results"
API, FLAGS = "docs/api", "docs/flags"
"""Pages with a folder of pages that are made while the site is built."""

_PART = re.compile(r"^\| `(eccles[.\w]*)` \|", re.MULTILINE)
_LINK = re.compile(r"\]\(([\w./-]+\.md)(?:#[\w-]+)?\)")


def linked(text: str, page: str) -> list[str]:
    """Return the names of the pages that a page links to, each once, in order.

    >>> linked("[Data](data.md), [again](data.md#files), [home](../README.md)", "docs/README")
    ['docs/data', 'README']
    """
    folder = posixpath.dirname(page)
    found = (posixpath.normpath(posixpath.join(folder, link)) for link in _LINK.findall(text))
    return list(dict.fromkeys(path.removesuffix(".md") for path in found))


def sections(text: str) -> list[tuple[str, str]]:
    """Return the title and the text of each section, titles cut at a colon.

    >>> sections("# All\\nfirst\\n## How to: do it\\n- [a](a.md)")
    [('How to', '- [a](a.md)')]
    """
    parts = re.split(r"^## (.+)\n", text, flags=re.MULTILINE)
    return [
        (title.partition(":")[0], body)
        for title, body in zip(parts[1::2], parts[2::2], strict=True)
    ]


def _toctree(pages: list[str], *options: str) -> str:
    return "\n".join(["", "```{toctree}", *options, "", *pages, "```", ""])


def _side_bar(root: Path, known: set[str]) -> Iterator[str]:
    text = (root / f"{ALL_PAGES}.md").read_text()
    yield _toctree([f"/{ALL_PAGES}"], ":hidden:")
    for title, body in sections(text):
        pages = [page for page in linked(body, ALL_PAGES) if page in known]
        yield _toctree([f"/{page}" for page in pages], ":hidden:", f":caption: {title}")
    yield _toctree(["/CHANGELOG", "/CONTRIBUTING"], ":hidden:", ":caption: Project")


def _add(app: Sphinx, page: str, source: list[str]) -> None:
    if page == app.config.root_doc:
        known = set(app.env.found_docs) - {page}
        source[0] += "".join(_side_bar(Path(app.srcdir), known))
        app.env.note_dependency(f"{ALL_PAGES}.md")
    elif page == RESULTS:
        below = [each for each in linked(source[0], page) if each.startswith("docs/reproduction/")]
        source[0] += _toctree([f"/{each}" for each in below], ":hidden:")
    elif page == API:
        source[0] = _PART.sub(r"| {doc}`\1 <api/\1>` |", source[0])
        source[0] += _toctree(["api/*"], ":glob:", ":hidden:")
    elif page == FLAGS:
        source[0] += _toctree(["flags/*"], ":glob:", ":maxdepth: 1")


def setup(app: Sphinx) -> None:
    """Add the tables of contents when the pages are read."""
    app.connect("source-read", _add)
