"""Points of single runs beside their mean, spread so that none hides another."""

from __future__ import annotations

from bisect import bisect, insort
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

_SIZE = 2.0
"""Width of a point, in points of print, as all lengths here."""

_FIRST = 3.5
"""From a mean to the points beside it: out of its interval's way."""

_STEP = 2.2
"""From one column of points to the next."""

_MOST = 3
"""Columns at a place: more would be taken for other places, or leave the panel."""


def shift(drawn: Iterable[Artist], axes: Axes, aside: float) -> None:
    """Draw what is on a panel so many points of print to the right; its numbers stay.

    It comes after drawing: matplotlib would take the shift for one of the data's limits.
    """
    from matplotlib.transforms import ScaledTranslation

    moved = ScaledTranslation(aside / 72, 0, axes.figure.dpi_scale_trans)
    for artist in drawn:
        artist.set_transform(axes.transData + moved)


class Beside:
    """Points to the right of a place along the axis, in columns where they would overlap.

    Their own numbers stay those of the place: only where they are drawn is moved.

    Args:
        axes: the panel.
        span: from the lowest to the highest number that the panel shows.
        room: width that there is for a place, in points of print.
        high: height of the panel, in points of print.
        half: how far right of a place the last of its means lies, in points of print.
    """

    def __init__(
        self, axes: Axes, span: float, room: float, high: float, half: float = 0.0
    ) -> None:
        self._axes = axes
        self._apart = _SIZE * span / high
        self._first = min(half + _FIRST, room / 2)
        self._columns = min(_MOST, max(1, int((room - 2 * half - _FIRST) / _STEP)))
        self._taken: dict[float, list[list[float]]] = defaultdict(
            lambda: [[] for _ in range(self._columns)]
        )

    def draw(self, x: Sequence[float], y: Sequence[float], colour: str) -> None:
        """Draw a point a run at places x and numbers y."""
        from matplotlib.lines import Line2D

        columns: dict[int, list[tuple[float, float]]] = defaultdict(list)
        for place, value in sorted(zip(x, y, strict=True)):
            columns[self._column(place, value)].append((place, value))
        axes = self._axes
        for column, points in sorted(columns.items()):
            dots = Line2D(*zip(*points, strict=True), linestyle="none", marker="o", color=colour,
                          markersize=_SIZE, alpha=0.5, markeredgewidth=0)  # fmt: skip
            axes.add_artist(dots)
            axes.update_datalim(points)
            shift([dots], axes, self._first + _STEP * column)

    def _column(self, place: float, value: float) -> int:
        """Return the first column at a place where nothing is near, or the emptiest one."""
        taken = self._taken[place]
        free = (k for k, each in enumerate(taken) if not self._near(each, value))
        column = next(free, min(range(len(taken)), key=lambda k: len(taken[k])))
        insort(taken[column], value)
        return column

    def _near(self, values: Sequence[float], value: float) -> bool:
        """Return whether one of some ordered numbers would overlap another."""
        at = bisect(values, value)
        return any(abs(value - each) < self._apart for each in values[max(0, at - 1) : at + 1])
