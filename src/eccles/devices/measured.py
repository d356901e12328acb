"""A measured train of pulses: conductance by pulse number, from a CSV file, as steps."""

from __future__ import annotations

import csv
import io
import math
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from eccles.arguments import typed
from eccles.errors import InputError, listed, must
from eccles.reading import read_text

Values = NDArray[np.float64]

COLUMNS = ("pulse", "direction", "conductance")
_DIRECTIONS = {"up": True, "+1": True, "1": True, "down": False, "-1": False}
_LEAST = 4
_BYTES = 64 * 1024 * 1024


class Steps(NamedTuple):
    """Steps of pulses, in units in which the range is from -1 to 1.

    Attributes:
        before: conductances that the pulses found.
        size: by how much each went in its direction; noise may make it negative.
        up: whether it was a pulse up.
        low, high: what -1 and 1 are, in the unit of the measurement.
        left_out: pulses that aren't among these, for they end at a bound or beyond.
    """

    before: Values
    size: Values
    up: NDArray[np.bool_]
    low: float
    high: float
    left_out: int = 0


@typed("device")
def read_pulses(path: Path | str, low: float | None = None, high: float | None = None) -> Steps:
    """Return the steps of a measured train.

    Args:
        path: a CSV file with the columns pulse (its number), direction (up or down, or 1 and -1)
            and conductance (after it, in any unit). A number that isn't the last one plus 1 begins
            another train: its first row says where that starts.
        low, high: conductances at the device's bounds (default: the lowest and the highest).

    Raises InputError for other columns, for what is no number, and for pulses of one direction.
    """
    numbers, ups, values = _columns(Path(path))
    if not len(values) or values.min() == values.max():
        got = f"the same {values[0]:g} in all {len(values):,} rows" if len(values) else "no row"
        raise must("devices", str(path), "a train whose pulses change the conductance", got)
    low = float(values.min()) if low is None else low
    high = float(values.max()) if high is None else high
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        accepted = "a range of conductances, the lower end first"
        raise must("devices", str(path), accepted, f"{low:g} to {high:g}")
    g = 2.0 * (values - low) / (high - low) - 1.0
    # A step that ends at its bound, or beyond, may have been cut short.
    way = np.where(ups[1:], 1.0, -1.0)
    trains = np.diff(numbers) == 1
    follows = trains & (way * g[1:] < 1.0 - 1e-9)
    up = ups[1:][follows]
    for rises, said in ((True, "up"), (False, "down")):
        if np.count_nonzero(up == rises) < _LEAST:
            got = f"{np.count_nonzero(up == rises)} {said} of {len(up):,} within the range"
            accepted = f"a train with {_LEAST} pulses or more up, and as many down"
            raise must("devices", str(path), accepted, got)
    left_out = int(trains.sum() - follows.sum())
    steps = Steps(g[:-1][follows], (way * np.diff(g))[follows], up, low, high, left_out)
    for rises, said in ((True, "up"), (False, "down")):
        if not (mean := float(steps.size[up == rises].mean())) > 0:
            accepted = f"a train whose pulses {said} lead {said} in the mean"
            raise must(
                "devices", str(path), accepted, f"a mean step of {mean:.3g} of half the range"
            )
    return steps


def _columns(path: Path) -> tuple[Values, NDArray[np.bool_], Values]:
    try:
        text = read_text(path, _BYTES)
    except UnicodeDecodeError:
        raise must("devices", str(path), "a CSV file, text in UTF-8", "other bytes") from None
    except OSError as error:
        raise InputError(f"devices: {path} can't be read: {error.strerror}") from None
    rows = csv.reader(io.StringIO(text))
    try:
        head = [name.strip() for name in next(rows, [])]
        if sorted(head) != sorted(COLUMNS):
            accepted = f"a CSV file with the columns {', '.join(COLUMNS)}"
            raise must("devices", str(path), accepted, listed(head, 80) or "none")
        at = [head.index(name) for name in COLUMNS]
        found = [_row(path, rows.line_num, row, at) for row in rows if row]
    except csv.Error as error:
        raise must("devices", str(path), "a CSV file", str(error)) from None
    numbers, ups, values = zip(*found, strict=True) if found else ((), (), ())
    return np.array(numbers, float), np.array(ups, bool), np.array(values, float)


def _row(path: Path, line: int, row: list[str], at: list[int]) -> tuple[float, bool, float]:
    where = f"{path}, line {line}"
    if len(row) != len(COLUMNS):
        raise must("devices", where, f"{len(COLUMNS)} values", listed(row, 60))
    number, direction, conductance = (row[k].strip() for k in at)
    if direction.lower() not in _DIRECTIONS:
        raise must("devices", f"{where}: direction", "up or down", direction)
    return (
        _finite(f"{where}: pulse", number),
        _DIRECTIONS[direction.lower()],
        _finite(f"{where}: conductance", conductance),
    )


def _finite(where: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or abs(value) > 1e100:
        raise must("devices", where, "a finite number", text)
    return value
