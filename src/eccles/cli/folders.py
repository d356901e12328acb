"""The folders that a verb is given: the one with stored studies, and the one for its files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeAlias

import tyro

from eccles.cli.flags import flag
from eccles.errors import InputError

Stored: TypeAlias = Annotated[tyro.conf.Positional[Path | None], flag("DIR", "(required)")]
"""The flag of a folder with stored studies."""


def stored(folder: Path | None, verb: str, what: str) -> Path:
    """Return the folder that DIR names, or raise InputError that says what it must be.

    Args:
        folder: what was given.
        verb: the verb that wants it.
        what: what it must be.
    """
    if folder is None or (folder.exists() and not folder.is_dir()):
        got = "none" if folder is None else f"the file {folder}"
        raise InputError(f"{verb}: DIR must be {what}, got {got}; eccles sweep makes them")
    return folder


def for_files(folder: Path, verb: str) -> Path:
    """Return the folder that --out names, or raise InputError where a file has that name."""
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{verb}: --out must be a folder, got the file {folder}")
    return folder
