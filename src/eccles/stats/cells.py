"""Cells of a table compared with one of them, or with one at each level of other settings."""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from eccles.arguments import typed
from eccles.errors import InputError, counted, listed, must, nearest
from eccles.settings import NONE
from eccles.stats.frames import check_columns, is_missing
from eccles.stats.reference import compare_to_reference
from eccles.units import TIMES, duration, seconds

if TYPE_CHECKING:
    import pandas as pd

_GROUP, _LEVEL = "the reference", "its level"
_NEXT = re.compile(r",(?=\s*\w+\s*=)")


@typed("stats")
def compare_cells(
    rows: pd.DataFrame,
    against: Mapping[str, Any] | str,
    by: Sequence[str],
    value: str = "peak_accuracy",
    pair: str = "seed",
    level: float = 0.95,
) -> pd.DataFrame:
    """Compare each cell of a table with the reference cell, row by row of the same seed.

    The reference names values of some settings, "ei=100:0" or {"ei": "100:0"}. Where it names all
    of `by`, it is one cell, and Holm's correction is over all others. Else it is one at each level
    of the settings that it doesn't name, and the correction is over the cells of that level.

    Args:
        rows: a row a run, such as a study's runs.
        against: the reference.
        by: columns whose values make a cell.
        value: a column of numbers.
        pair: column that pairs a cell's rows with the reference's.
        level: of the intervals.

    Returns a row a cell with the columns of `by`, and those of `compare_to_reference`.

    Raises InputError for a column or a cell that isn't there, where no other cell is, where a run
    occurs twice, and where no cell has two pairs with the reference.
    """
    wanted = read_cell(against) if isinstance(against, str) else dict(against)
    check_columns(rows, *wanted, *by, value, pair)
    for name in wanted:
        if name not in by:
            raise must("stats", "against", f"of what makes a cell, {listed(by)}", name)
    known = rows[rows[value].notna()]
    if len(twice := known[known.duplicated([*by, pair])]):
        first = ", ".join(f"{name} {spelt(name, twice.iloc[0][name])}" for name in (*by, pair))
        raise InputError(
            f"stats: a cell must have one row of each {pair}, got more of {first}; name all that "
            "varies in by, or say in where which rows"
        )
    rows = known
    reference = {name: find_value(rows, name, text) for name, text in wanted.items()}
    if not reference:
        raise must("stats", "against", 'a cell, such as "ei=100:0"', against)
    rest = [name for name in by if name not in reference]
    coded, groups = _coded(rows, list(reference), _GROUP)
    coded, levels = _coded(coded, rest, _LEVEL)
    coded = coded.astype({_GROUP: str})
    at = next((k for k, cell in groups.items() if _same(cell, reference.values())), None)
    cell = ", ".join(f"{name} {spelt(name, each)}" for name, each in reference.items())
    if at is None:
        raise InputError(f"stats: the table must have the reference, got no row with {cell}")
    if len(groups) < 2:
        raise InputError(f"stats: there must be cells beside the reference, got {cell} alone")
    found = compare_to_reference(
        coded, value=value, by=_GROUP, reference=str(at), within=[_LEVEL], pair=pair, level=level
    )
    if not (found["n_pairs"] > 1).any():
        most = int(found["n_pairs"].max()) if len(found) else 0
        got = f"{counted(most, pair) if most else f'no {pair}s'} that a cell has in common with it"
        raise InputError(
            f"stats: a test needs two pairs or more with the reference {cell}, got {got}; "
            f"repeat the study with more {pair}s"
        )
    settings = [
        dict(zip((*reference, *rest), (*groups[int(group)], *levels[int(at_level)]), strict=True))
        for at_level, group in zip(found[_LEVEL], found[_GROUP], strict=True)
    ]
    import pandas as pd

    return pd.concat(
        [
            pd.DataFrame(settings, columns=list(by), index=found.index),
            found.drop(columns=[_GROUP, _LEVEL]),
        ],
        axis=1,
    )


def read_cell(text: str) -> dict[str, str]:
    """Return the settings that a text names, with their values as texts.

    >>> read_cell("ei=100:0, hidden=20,10")
    {'ei': '100:0', 'hidden': '20,10'}
    """
    found: dict[str, str] = {}
    for part in _NEXT.split(text):
        name, sign, value = (each.strip() for each in part.partition("="))
        if not (name and sign and value) or name in found:
            accepted = "settings with a value each, such as ei=100:0,update_noise=1e-5"
            raise must("stats", "against", accepted, text)
        found[name] = value
    return found


def find_value(rows: pd.DataFrame, name: str, wanted: Any) -> Any:
    """Return the value of a column that a text or value means, or raise InputError."""
    known = list(rows[name].unique())
    for each in known:
        if is_missing(each) if is_missing(wanted) else bool(each == wanted):
            return each
    texts = {spelt(name, each).lower(): each for each in known if isinstance(each, Hashable)}
    text = str(wanted).strip().lower()
    if text in texts:
        return texts[text]
    number = _number(text)
    for each in known:
        if number is not None and _number(str(each)) == number:
            return each
    raise InputError(
        f"stats: {name} must be one of {listed(texts, 160)}, got {text[:60]!r}"
        f"{nearest(text, texts)}"
    )


def spelt(name: str, value: object) -> str:
    """Return a setting's value as people write it.

    >>> spelt("max_time", 0.1), spelt("lr", 0.1), spelt("hidden", None)
    ('100 ms', '0.1', 'none')
    """
    if is_missing(value):
        return NONE
    if name in TIMES and isinstance(value, float):
        return duration(value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def _number(text: str) -> float | None:
    """Return the number that a text is, or the seconds that it is such as "500 ms"."""
    try:
        return float(text)
    except ValueError:
        with suppress(InputError):
            return seconds(text)
        return None


def _coded(
    rows: pd.DataFrame, names: list[str], column: str
) -> tuple[pd.DataFrame, dict[int, tuple[Any, ...]]]:
    """Return rows with a number for what some columns hold, and what each number stands for."""
    if not names:
        return rows.assign(**{column: 0}), {0: ()}
    codes = rows.groupby(names, sort=False, dropna=False).ngroup()
    first = rows.assign(**{column: codes}).drop_duplicates(column)
    cells = zip(first[column], first[names].itertuples(index=False, name=None), strict=True)
    return rows.assign(**{column: codes}), {code: tuple(cell) for code, cell in cells}


def _same(cell: Sequence[Any], other: Any) -> bool:
    return all(is_missing(b) if is_missing(a) else a == b for a, b in zip(cell, other, strict=True))
