"""Studies that ship with Eccles: a folder an article or a question, a file a study.

What an article adds to them is in `article_contents`; a folder with `claims` is one that is judged.
"""

from __future__ import annotations

from pathlib import Path

from eccles.errors import InputError, nearest
from eccles.paths import usable

_HOME = Path(__file__).parent


def names() -> tuple[str, ...]:
    """Return the names of the studies that ship.

    >>> "kilgore2025/fashion-mnist" in names()
    True
    """
    found = _HOME.glob("*/*.yaml")
    return tuple(sorted(f"{file.parent.name}/{file.stem}" for file in found))


def judged() -> tuple[str, ...]:
    """Return the articles whose claims are judged from the results of their studies.

    >>> "kilgore2025" in judged()
    True
    """
    return tuple(sorted(file.parent.parent.name for file in _HOME.glob("*/claims/__init__.py")))


def illustrated() -> tuple[str, ...]:
    """Return the articles that have figures of their own.

    >>> "liu2026" in illustrated()
    True
    """
    return tuple(sorted(file.parent.name for file in _HOME.glob("*/figures.py")))


def find(study: str) -> Path:
    """Return the file of a study: a path to one, or the name of one that ships.

    Raises InputError where there is neither.
    """
    path = usable(study, "sweep", "STUDY")
    if path.suffix in {".yaml", ".yml", ".json"} or path.is_file():
        return path
    if study not in names():
        raise InputError(
            f"sweep: there is no study {study!r}{nearest(study, names())}; name a YAML file, or "
            f"one of {', '.join(names())}"
        )
    return _HOME / f"{study}.yaml"
