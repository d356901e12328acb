"""The record of a run: one file that holds all that a study keeps of it.

Two lines of JSON. The first holds the run's row and its tables, column by column; the second the
number of bytes and the checksum of the first, so that a file that was cut short is told by its
last bytes alone, and one that rotted by reading it.
"""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from eccles.reading import opened, read_bytes
from eccles.storage import write_whole

Rows = list[dict[str, Any]]
_SUFFIX = ".json"
_SEAL = 128
"""Bytes at the end of a file that surely hold its second line."""


class Record(NamedTuple):
    """What is kept of a run.

    Attributes:
        run: its row in the table of runs.
        tables: its rows in the other tables, column by column.
    """

    run: dict[str, Any]
    tables: dict[str, dict[str, list[Any]]]


def path_of(folder: Path, identity: str) -> Path:
    """Return where the record of a run lies."""
    return folder / f"{identity}{_SUFFIX}"


def columns(rows: Rows) -> dict[str, list[Any]]:
    """Return rows column by column; all must have the same columns.

    >>> columns([{"epoch": -1, "accuracy": 0.1}, {"epoch": 0, "accuracy": 0.5}])
    {'epoch': [-1, 0], 'accuracy': [0.1, 0.5]}
    """
    return {name: [row[name] for row in rows] for name in (rows[0] if rows else ())}


def write(folder: Path, record: Record) -> None:
    """Write a record whole or not at all.

    Raises StorageError where the folder can't be written, or isn't there any more.
    """
    body = json.dumps(record._asdict()).encode()
    seal = json.dumps({"bytes": len(body), "crc32": zlib.crc32(body)}).encode()
    path = path_of(folder, record.run["run"])
    write_whole(path, lambda aside: aside.write_bytes(body + b"\n" + seal + b"\n"), parents=False)


def read(path: Path) -> Record | None:
    """Return a record, or None unless it is whole."""
    try:
        body, seal, _ = read_bytes(path).split(b"\n")
        said = json.loads(seal)
        if said["bytes"] != len(body) or said["crc32"] != zlib.crc32(body):
            return None
        content = json.loads(body)
        return Record(content["run"], content["tables"])
    except (OSError, ValueError, LookupError, TypeError):
        return None


def scan(folder: Path) -> set[str]:
    """Return the identities of all records that aren't cut short, without reading them whole."""
    if not folder.exists():
        return set()
    with os.scandir(folder) as entries:
        return {
            entry.name.removesuffix(_SUFFIX)
            for entry in entries
            if entry.name.endswith(_SUFFIX)
            and entry.name[0] != "."
            and _is_sealed(folder / entry.name)
        }


def remove(folder: Path, identities: Iterable[str]) -> None:
    """Remove records, so that their runs are done again."""
    for identity in identities:
        path_of(folder, identity).unlink(missing_ok=True)


def _is_sealed(path: Path) -> bool:
    """Return whether a file ends as a whole record does."""
    try:
        with opened(path) as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - _SEAL))
            end = file.read()
        _, seal, rest = end.rsplit(b"\n", 2)
        return not rest and bool(json.loads(seal)["bytes"] + len(seal) + 2 == size)
    except (OSError, ValueError, LookupError, TypeError):
        return False
