"""Names of files and folders: those that no system could have are refused before they are used."""

from __future__ import annotations

import os
from pathlib import Path

from eccles.errors import must

_NAME = 255
_PATH = 4095
"""Bytes that Linux takes: of one name, and of all of a path."""


def usable(
    path: str | os.PathLike[str], where: str = "files", name: str = "a file or folder"
) -> Path:
    """Return a path, or raise InputError where no file could have such a name.

    >>> usable("runs/mine").name
    'mine'
    """
    text = os.fspath(path)
    if not text:
        raise must(where, name, "the name of a file or folder", text)
    if "\0" in text:
        raise must(where, name, "a path without null characters", text)
    try:
        lengths = [len(os.fsencode(part)) for part in Path(text).parts or (text,)]
    except UnicodeEncodeError:
        raise must(where, name, "a path in letters that the file system has", text) from None
    if max(lengths) > _NAME or sum(lengths) + len(lengths) > _PATH:
        accepted = f"a path with names of at most {_NAME} bytes, and {_PATH:,} in all"
        raise must(where, name, accepted, text)
    return Path(path)
