"""Links to files that a code host shows and the site doesn't: folders, sources, stored results.

Such a link keeps its words alone, since no address of the project is known to the site.
"""

import posixpath
import re
from pathlib import Path

from sphinx.application import Sphinx

_LINK = re.compile(r"(?<!!)\[([^\]]+)\]\(((?!https?:|#)[^)#\s]+)(#[\w-]+)?\)")
_SHOWN = (".md", ".csv", ".svg", ".png", ".cff")


def kept(text: str, page: str, root: Path) -> str:
    """Return a page without its links to what the site hasn't."""

    def words(match: re.Match[str]) -> str:
        path = root / posixpath.join(posixpath.dirname(page), match[2])
        return match[0] if path.is_file() and path.suffix in _SHOWN else match[1]

    return _LINK.sub(words, text)


def _keep(app: Sphinx, page: str, source: list[str]) -> None:
    source[0] = kept(source[0], page, Path(app.srcdir))


def setup(app: Sphinx) -> None:
    """Look at every page when it is read, before anything is added to it."""
    app.connect("source-read", _keep, priority=400)
