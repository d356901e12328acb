"""What is along the axes of a study's picture: what flags say, or what varies decides."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import pandas as pd

_MOST_CURVES = 7

_MOST_PANELS = 5
"""Parts of a network that have a panel each; more are along an axis, or lines."""


class Axes(NamedTuple):
    """What flags say of a picture's axes; None where what varies decides."""

    x: str | None = None
    y: str | None = None
    by: str | None = None
    rows: str | None = None

    @property
    def said(self) -> bool:
        """Whether any is said."""
        return any(value is not None for value in self)


class Chosen(NamedTuple):
    """What is along x, tells lines apart, and panels; x is None where epochs are along it."""

    x: str | None
    by: str | None
    rows: str | None


class Part(NamedTuple):
    """The column that tells parts of a network apart, and how many there are."""

    name: str
    n: int


def along_settings(
    axes: Axes, varied: Sequence[str], runs: pd.DataFrame, part: Part | None
) -> Chosen:
    """Return the axes of a picture by settings.

    Unless said, the numbers with the most values are along x, and the others come as they vary.
    Parts have panels, or are along x where they are many.
    """
    from eccles.figures.words import numbers_of

    free = [name for name in varied if name not in axes]
    x, by, rows = axes.x, axes.by, axes.rows
    if part is not None and part.name not in axes:
        if part.n <= _MOST_PANELS and rows is None:
            rows = part.name
        elif x is None:
            x = part.name
    if x is None:
        numbers = [name for name in free if numbers_of(runs[name]) is not None]
        many = max(numbers, key=lambda name: runs[name].nunique(), default=None)
        x = many or (free[0] if free else varied[0])
    rest = iter([name for name in free if name != x])
    by = by or next(rest, None)
    return Chosen(x, by, rows or next(rest, None))


def along_epochs(
    axes: Axes, varied: Sequence[str], runs: pd.DataFrame, part: Part | None
) -> Chosen:
    """Return the axes of learning curves: what tells lines apart, and panels.

    Unless said, they are the settings that `along_settings` chooses, as far as they have few enough
    values to tell apart. Parts have panels, or lines where they are many.
    """
    x, first, second = along_settings(axes._replace(x=None), varied, runs, None)
    by, rows = axes.by, axes.rows
    if part is not None and part.name not in axes:
        if part.n <= _MOST_PANELS and rows is None:
            rows = part.name
        elif by is None:
            by = part.name
    names = [name for name in (first, x, second) if name is not None and name not in (by, rows)]
    few = iter(
        [n for n in names if n in runs and 1 < runs[n].nunique(dropna=False) <= _MOST_CURVES]
    )
    by = by or next(few, None)
    return Chosen(None, by, rows or next(few, None))
