"""A table of plain text: a line a row, however narrow the terminal."""

from __future__ import annotations

from collections.abc import Sequence


def print_rows(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows under their head, each in one line: a path that is broken can't be copied."""
    table = [head, *rows]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for row in table:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        print("  ".join(cells).rstrip())
