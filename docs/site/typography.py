"""What Sphinx leaves to be set right in the words of a page."""

import re

from docutils import nodes
from sphinx.application import Sphinx

_SAID = {" -- ": " \N{EN DASH} ", "Variables": "Attributes"}
"""What stands between a parameter and its words, and above the attributes of a class."""

_UNIT = re.compile(r"(?<=\d) (?=%|ms\b|Hz\b)")


def _set_right(_app: Sphinx, page: nodes.document) -> None:
    """Set dashes and titles, and keep a number and its unit on one line."""
    for text in list(page.findall(nodes.Text)):
        if isinstance(text.parent, nodes.literal | nodes.literal_block):
            continue
        said = text.astext()
        if isinstance(text.parent, nodes.paragraph | nodes.field_name):
            said = _SAID.get(said, said)
        said = _UNIT.sub("\N{NO-BREAK SPACE}", said)
        if said != text.astext():
            text.parent.replace(text, nodes.Text(said))


def setup(app: Sphinx) -> None:
    """Look at every page after it is read."""
    app.connect("doctree-read", _set_right)
