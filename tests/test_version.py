"""The version is the same wherever it is said."""

import re
from pathlib import Path

import eccles

ROOT = Path(__file__).parents[1]


def test_the_citation_is_of_this_version():
    assert f"version: {eccles.__version__}" in (ROOT / "CITATION.cff").read_text().splitlines()


def test_the_changelog_begins_with_this_version():
    """A version of development has the section of the release that it leads to."""
    first = re.search(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert first is not None
    assert first[1] == eccles.__version__.partition(".dev")[0]
