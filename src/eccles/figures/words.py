"""What a table's columns are called in a picture, and in which units they are drawn."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from eccles.errors import InputError, plain
from eccles.figures.vocabulary import WORDS, Words
from eccles.stats.frames import is_missing
from eccles.units import duration, hertz

if TYPE_CHECKING:
    import pandas as pd


_TRUTH = {"True": "yes", "False": "no"}
_LETTERS = 46
"""Letters of a value that a picture has room for."""


def words_of(column: str) -> Words:
    """Return a column in words; one of a measure by its own name, or with its table's before it.

    >>> words_of("tau_mem")
    Words(label='membrane time constant (ms)', factor=1000.0)
    >>> words_of("weights.mean").label, words_of("activity.rate_hz").name
    ('mean weight', 'firing rate')
    """
    table, _, own = column.rpartition(".")
    own = own if table.isidentifier() else column
    return WORDS.get(column) or WORDS.get(own) or Words(own.replace("_", " "))


def numbers_of(column: pd.Series[Any]) -> pd.Series[Any] | None:
    """Return a column as numbers in its drawn unit, or None where it holds anything else.

    Rates that are texts, "5 Hz", are numbers too; truth values aren't.
    """
    import pandas as pd

    if pd.api.types.is_bool_dtype(column) or column.isna().any():
        return None
    if pd.api.types.is_numeric_dtype(column):
        return column * words_of(str(column.name)).factor
    with suppress(InputError):
        return column.map(hertz).astype(float)
    return None


def spelt(name: str, value: object) -> str:
    """Return a setting's value as a legend has it.

    >>> spelt("tau_mem", 0.01), spelt("ei", "80:20"), spelt("lr", 0.001), spelt("dt", None)
    ('10 ms', '80:20', '0.001', 'auto')
    """
    if is_missing(value):
        return "auto"
    if str(value) in _TRUTH:  # numpy has truth values of its own.
        return _TRUTH[str(value)]
    if words_of(name).label.endswith("(ms)") and isinstance(value, float):
        return duration(value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def in_unit(name: str, value: object) -> str:
    """Return a setting's value in the unit of its words, which stands elsewhere.

    >>> in_unit("tau_mem", 0.01), in_unit("lr", 0.00075), in_unit("dt", None)
    ('10', '0.00075', '-')
    """
    if is_missing(value):
        return "-"
    if str(value) in _TRUTH:
        return _TRUTH[str(value)]
    factor = words_of(name).factor
    return f"{factor * value:g}" if isinstance(value, float) else str(value)


def in_words(rows: pd.DataFrame, table: str = "") -> pd.DataFrame:
    """Return a table as people read it: columns in words, numbers in their units.

    Args:
        rows: its rows.
        table: what it is called, where it is one of a run's or a study's.
    """
    found, said = trained(rows), {}
    for name in found:
        own = words_of(f"{table}.{name}" if table.isidentifier() else str(name))
        if own.factor != 1:  # Beside numbers there may be words, such as "auto".
            found[name] = [own.factor * x if isinstance(x, float) else x for x in found[name]]
        said[name] = own.label
    return found.rename(columns=said)


def trained(rows: pd.DataFrame) -> pd.DataFrame:
    """Return a table as `epochs_trained` does, with its columns called so."""
    return epochs_trained(rows).rename(columns=head_of)


def epochs_trained(rows: pd.DataFrame) -> pd.DataFrame:
    """Return a table with epochs as people read them: how many a network was trained for.

    That is 0 before training, where the table itself has -1.
    """
    return rows.assign(**{name: rows[name] + 1 for name in rows if head_of(str(name)) != name})


def head_of(column: str) -> str:
    """Return what `trained` calls a column.

    >>> head_of("epoch"), head_of("epochs")
    ('epochs trained', 'epochs')
    """
    return words_of(column).label if column == "epoch" or column.endswith("_epoch") else column


def short(name: str, value: object) -> str:
    """Return a setting's value as `spelt` does, without its middle where it is long."""
    return plain(spelt(name, value), _LETTERS)
