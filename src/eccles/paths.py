"""Names of files and folders: those that no system could have are refused before they are used."""

from __future__ import annotations

import os
from pathlib import Path

from eccles.errors import must

_NAME = 255
_PATH = 4095
"""Bytes that Linux takes: of one name, and of all of a path."""


_ENDING = 40
"""Bytes that are left for what is put around a name, such as .csv."""


def usable(
    path: str | os.PathLike[str], where: str = "files", name: str = "a file or folder"
) -> Path:
    """Return a path, or raise InputError where no file could have such a name.

    >>> usable("runs/mine").name
    'mine'
    """
    text = os.fspath(path)
    if accepted := broken_rule(text):
        raise must(where, name, accepted, text)
    return Path(path)


def is_name(name: str) -> bool:
    """Return whether a file of a folder could have a name, with some letters of an ending behind.

    >>> is_name("mine"), is_name("../mine"), is_name("m" * 300)
    (True, False, False)
    """
    return (
        not broken_rule(f"{name}{'x' * _ENDING}")
        and name not in ("", ".", "..")
        and not ({"/", os.sep, os.altsep} & set(name))
    )


def broken_rule(path: str) -> str:
    """Return what a path must be that no file could have, and an empty text for any other.

    >>> broken_rule("runs/mine"), broken_rule("a\\0b")
    ('', 'a path without null characters')
    """
    if not path:
        return "the name of a file or folder"
    if "\0" in path:
        return "a path without null characters"
    try:
        lengths = [len(os.fsencode(part)) for part in Path(path).parts or (path,)]
    except UnicodeEncodeError:
        return "a path in letters that the file system has"
    if max(lengths) > _NAME or sum(lengths) + len(lengths) > _PATH:
        return f"a path with names of at most {_NAME} bytes, and {_PATH:,} in all"
    return ""
