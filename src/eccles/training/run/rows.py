"""Tables that are read back from JSON lines: the type and range of every value is checked."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Collection, Mapping
from typing import Any, NamedTuple

from eccles.errors import shown

Rows = list[dict[str, Any]]


def _is_int(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_whole(value: Any) -> bool:
    return _is_int(value) and -(2**63) <= value < 2**63


_MOST = math.nextafter(math.inf, 0)


def _within(lowest: float, highest: float) -> Callable[[Any], bool]:
    def fits(value: Any) -> bool:
        # A whole number that no float is is none either.
        number = isinstance(value, float) or (_is_int(value) and abs(value) <= _MOST)
        return number and lowest <= value <= highest

    return fits


_KINDS: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "share": ("a number between 0 and 1", _within(0, 1)),
    "amount": ("a number of 0 or more", _within(0, _MOST)),
    "finite": ("a finite number", _within(-_MOST, _MOST)),
    "whole": ("a whole number", _is_whole),
    "count": ("a whole number of 0 or more", lambda value: _is_whole(value) and value >= 0),
    "text": ("a text", lambda value: isinstance(value, str)),
    # What measures have may be null, where it isn't defined, and infinite.
    "DOUBLE": ("a number or null", lambda v: v is None or _within(-math.inf, math.inf)(v)),
    "BIGINT": ("a whole number or null", lambda v: v is None or _is_whole(v)),
    "BOOLEAN": ("true, false or null", lambda v: v is None or isinstance(v, bool)),
    "VARCHAR": ("a text or null", lambda v: v is None or isinstance(v, str)),
}
"""What a value of each kind must be, in words, and whether one is; capitals are types of SQL."""


class Table(NamedTuple):
    """The columns of a table, as they are read back.

    Attributes:
        columns: the kind of each, besides the epoch.
        needed: those that every row has.
        one: columns that tell rows apart: no two rows have the same values in them. Where it is
            empty, rows may be equal.
    """

    columns: Mapping[str, str]
    needed: Collection[str] = ()
    one: Collection[str] = ()

    def read(self, text: str) -> Rows:
        """Return the rows of JSON lines.

        Raises ValueError that names the line which is no row, has a value that can't be, or says
        again what another one says.
        """
        rows: Rows = []
        known = set()
        for number, line in enumerate(text.splitlines(), 1):
            row = self._row(line, f"line {number}")
            key = tuple(row[name] for name in self.one)
            if key and key in known:
                raise ValueError(f"line {number}, which says again what another one says")
            known.add(key)
            rows.append(row)
        return rows

    def _row(self, line: str, where: str) -> dict[str, Any]:
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            row = None
        if not isinstance(row, dict):
            raise ValueError(f"{where}, which is no row")
        if missing := sorted({"epoch", *self.needed} - row.keys()):
            raise ValueError(f"{where} without {', '.join(missing)}")
        for name, kind in {"epoch": "whole", **self.columns}.items():
            accepted, fits = _KINDS[kind]
            # Before training there is no loss, and graded neurons have no spikes.
            null = name == "inhibitory_spikes" or (name == "loss" and row["epoch"] == -1)
            if name in row and not fits(row[name]) and not (null and row[name] is None):
                got = shown(row[name], 40)
                raise ValueError(f"{where} whose {name} is {got} and must be {accepted}")
        return row


_SPIKES = {"excitatory_spikes": "amount", "inhibitory_spikes": "amount"}
_EPOCH = {"loss": "finite", "accuracy": "share", **_SPIKES, "seconds": "amount"}
_CLASS = {"class": "count", "class_name": "text", "samples": "count", "accuracy": "share"} | _SPIKES


def history_of(rate: str, *, validation: bool) -> Table:
    """Return the table of a run's epochs, whose firing rate has this name."""
    columns = {**_EPOCH, rate: "amount"} | ({"validation_accuracy": "share"} if validation else {})
    return Table({**columns, "compile_seconds": "amount"}, columns, ["epoch"])


CLASSES = Table(_CLASS, _CLASS, ["epoch", "class"])
