"""Pages that are made while the site is built; git ignores their folders."""

from collections.abc import Mapping
from pathlib import Path


def write_pages(folder: Path, pages: Mapping[str, str]) -> None:
    """Make a folder hold these pages alone, by name, as reStructuredText.

    A page that is as it was keeps its time, so that Sphinx doesn't read it again.
    """
    folder.mkdir(exist_ok=True)
    files = {folder / f"{name}.rst": text for name, text in pages.items()}
    for stale in set(folder.iterdir()) - files.keys():
        stale.unlink()
    for path, text in files.items():
        if not path.exists() or path.read_text() != text:
            path.write_text(text)
