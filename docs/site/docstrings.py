"""Docstrings as they are read in an editor, made reStructuredText for Sphinx.

A docstring here is plain text: `code` between single backticks, equations and examples as indented
blocks, sources by their doi, pages by their path. Google's sections (Args, Attributes, Raises) stay
for napoleon.
"""

import re
from collections.abc import Iterator
from typing import Any

from sphinx.application import Sphinx

_SECTION = re.compile(r"(Args|Arguments|Attributes|Returns|Raises|Yields|Note):$")
_EXAMPLE = re.compile(r"Examples?:$")
_BULLET = re.compile(r"[-*] ")
_CODE = re.compile(r"(`[^`]+`)")
_DOI = re.compile(r"\bdoi (10\.\d+/[^\s,;]*[\w)])")
_PAGE = re.compile(r"\b(docs/[\w/-]+)\.md\b")
_ARXIV = re.compile(r"\barXiv (\d{4}\.\d{5})")
_MARKUP = re.compile(r"([*|\\]|(?<=\w)_(?!\w))")


def reworded(lines: list[str]) -> list[str]:
    """Return a docstring's lines as reStructuredText.

    >>> reworded(["The decay `beta`:", "", "    beta = exp(-dt / tau)", "", "of v."])
    ['The decay ``beta``:', '', '::', '', '    beta = exp(-dt / tau)', '', 'of v.']
    """
    return list(_reworded(lines))


def _reworded(lines: list[str]) -> Iterator[str]:
    base, last = 0, ""
    block: int | None = None  # The indentation of the literal block that we are in.
    after_blank = False
    for line in lines:
        text = line.strip()
        indent = len(line) - len(line.lstrip())
        if not text:
            after_blank = True
            yield ""
            continue
        if block is not None and indent < block:
            block = None
            if not after_blank:
                yield ""
        if block is None and indent < base:
            base = 0
        if block is None and indent > base and after_blank and not _BULLET.match(last):
            block = indent
            yield from (" " * base + "::", "")
        if block is not None:
            yield line
        elif _EXAMPLE.match(text):
            yield from (" " * indent + text.replace(":", "::"), "")
            block = indent + 1
        else:
            yield _marked(line)
            if _SECTION.match(text):
                base = indent + 4
        last, after_blank = text, False


def _marked(line: str) -> str:
    parts = _CODE.split(line)
    return "".join(f"`{part}`" if part[:1] == "`" else _linked(part) for part in parts)


def _linked(text: str) -> str:
    text = _MARKUP.sub(r"\\\1", text)
    text = _DOI.sub(r"`doi \1 <https://doi.org/\1>`__", text)
    text = _PAGE.sub(r":doc:`/\1`", text)
    return _ARXIV.sub(r"`arXiv \1 <https://arxiv.org/abs/\1>`__", text)


def _process(*event: Any) -> None:
    lines: list[str] = event[-1]
    lines[:] = reworded(lines)


def setup(app: Sphinx) -> None:
    """Reword docstrings before napoleon reads their sections."""
    app.connect("autodoc-process-docstring", _process, priority=400)
