"""Tables as HTML, for notebooks to show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any


def html_table(title: str, rows: Sequence[Mapping[str, Any]]) -> str:
    """Return rows of the same columns as a table under its title; "-" for what isn't there.

    >>> html_table("a < b", [{"x": None}])
    '<p><b>a &lt; b</b></p><table><tr><th>x</th></tr><tr><td>-</td></tr></table>'
    """
    head = "".join(f"<th>{escape(name)}</th>" for name in (rows[0] if rows else ()))
    lines = "".join(f"<tr>{''.join(map(_cell, row.values()))}</tr>" for row in rows)
    return f"<p><b>{escape(title)}</b></p><table><tr>{head}</tr>{lines}</table>"


def _cell(value: Any) -> str:
    missing = value is None or value != value
    text = "-" if missing else f"{value:.4g}" if isinstance(value, float) else str(value)
    return f"<td>{escape(text)}</td>"
