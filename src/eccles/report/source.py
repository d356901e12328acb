"""The tables of a page, as the charts name them: the data are in the page once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from eccles.report.compact import Compact

if TYPE_CHECKING:
    import altair as alt

    Source = Callable[[str], alt.NamedData]

TABLES = ("runs", "epochs", "weights", "histograms")
_TEXTS = {"run", "study", "data_kind", "projection"}


def as_csv(data: Compact) -> dict[str, str]:
    """Return the tables as CSV, four significant digits a number: half the size of JSON."""
    return {name: getattr(data, name).to_csv(index=False, float_format="%.4g") for name in TABLES}


def sources(data: Compact, settings: Sequence[str]) -> Source:
    """Return what gives a table by its name, with the types of its columns."""

    def source(name: str) -> alt.NamedData:
        import altair as alt

        texts = {*_TEXTS, *settings}
        columns = getattr(data, name).columns
        parse = {column: "string" if column in texts else "number" for column in columns}
        return alt.NamedData(name=name, format=alt.CsvDataFormat(type="csv", parse=parse))

    return source
