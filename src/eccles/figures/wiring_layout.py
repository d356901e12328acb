"""Where the populations, groups and arrows of a picture of a network are, in units of its own."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eccles.network import End, Network
from eccles.network.names import INPUT, OUTPUT

Points = NDArray[np.float64]

ROW, COLUMN, GAP = 1.75, 1.5, 1.5
_SMALL, _LARGE = 0.32, 0.52
_SIDE, _ABOVE, _LOOP = 0.8, 0.72, 0.5
_END = (1.05, 1.3)
_BENDS = (0.0, 0.15, -0.15, 0.3, -0.3, 0.45, -0.45, 0.6, -0.6, 0.8, -0.8, 1.0, -1.0)


@dataclass(frozen=True)
class Disc:
    """A group of neurons."""

    x: float
    y: float
    radius: float

    def holds(self, points: Points, margin: float = 0.0) -> NDArray[np.bool_]:
        """Return which points [n, 2] lie inside it, or nearer to it than a margin."""
        inside: NDArray[np.bool_] = (
            np.hypot(points[:, 0] - self.x, points[:, 1] - self.y) < self.radius + margin
        )
        return inside


@dataclass(frozen=True)
class Box:
    """A population, or an end of the network."""

    x: float
    y: float
    width: float
    height: float

    def holds(self, points: Points, margin: float = 0.0) -> NDArray[np.bool_]:
        """Return which points [n, 2] lie inside it, or nearer to it than a margin."""
        inside: NDArray[np.bool_] = (abs(points[:, 0] - self.x) < self.width / 2 + margin) & (
            abs(points[:, 1] - self.y) < self.height / 2 + margin
        )
        return inside


Shape = Disc | Box


@dataclass(frozen=True)
class Layout:
    """Where everything is.

    Attributes:
        boxes: populations and ends by name.
        discs: groups.
    """

    boxes: Mapping[str, Box]
    discs: Mapping[End, Disc]

    def shape(self, end: End) -> Shape:
        """Return what stands for an end of a projection."""
        return self.discs.get(end) or self.boxes[end.population]


def layout(network: Network) -> Layout:
    """Return where populations and groups are: from left to right as the input reaches them."""
    depths = network.depths()
    columns: dict[int, list[str]] = {}
    for name in network.populations:
        columns.setdefault(depths[name], []).append(name)
    most = max(n for each in network.populations.values() for n in each.groups.values())
    boxes: dict[str, Box] = {INPUT: Box(0.0, 0.0, *_END)}
    discs: dict[End, Disc] = {}
    left = _END[0] / 2 + GAP
    for depth in sorted(columns):
        sizes = {name: _size(network, name) for name in columns[depth]}
        width = max(size[0] for size in sizes.values())
        top = (sum(sum(size[1:]) for size in sizes.values()) + GAP * (len(sizes) - 1)) / 2
        for name, (own, above, below) in sizes.items():
            height = above + below
            boxes[name] = Box(left + width / 2, top - height / 2, own, height)
            discs |= _discs(network, name, boxes[name].x, top - above, most)
            top -= height + GAP
        left += width + GAP
    boxes[OUTPUT] = Box(left + _END[0] / 2, 0.0, *_END)
    return Layout(boxes, discs)


def _rows(network: Network, name: str) -> list[list[str]]:
    """Return a population's groups in rows: those that excite above those that inhibit."""
    population = network.populations[name]
    above = [g for g, sign in population.signs.items() if sign != "inhibitory"]
    below = [g for g, sign in population.signs.items() if sign == "inhibitory"]
    return [row for row in (above, below) if row]


def _size(network: Network, name: str) -> tuple[float, float, float]:
    """Return how wide a population is, and how far it reaches above and below its middle."""
    rows = _rows(network, name)
    widest = max(len(row) for row in rows)
    loops = [pre for pre, post in map(network.pair, network.projections) if pre == post]
    inhibits = [network.sign(end) < 0 for end in loops if end.population == name]
    middle = (len(rows) - 1) * ROW / 2 + _ABOVE
    return (
        (widest - 1) * COLUMN + 2 * _SIDE,
        middle + _LOOP * (not all(inhibits)),
        middle + _LOOP * any(inhibits),
    )


def _discs(network: Network, name: str, x: float, y: float, most: int) -> dict[End, Disc]:
    """Return the groups of a population around its middle."""
    rows = _rows(network, name)
    found = {}
    for k, row in enumerate(rows):
        for j, group in enumerate(row):
            size = network.populations[name].groups[group]
            radius = _SMALL + (_LARGE - _SMALL) * math.sqrt(size / most)
            across = x + (j - (len(row) - 1) / 2) * COLUMN
            found[End(name, group)] = Disc(across, y + ((len(rows) - 1) / 2 - k) * ROW, radius)
    return found


def loop(disc: Disc, above: bool) -> Points:
    """Return the way from a group to itself, a point a row."""
    side = 1.0 if above else -1.0
    spread, far = math.radians(32), disc.radius + 0.85
    start, end = (math.radians(90) + spread * k for k in (1, -1))
    ring = disc.radius + 0.03
    corners = [(ring, start), (far, start), (far, end), (ring, end)]
    points = [
        (disc.x + r * math.cos(angle), disc.y + side * r * math.sin(angle)) for r, angle in corners
    ]
    return _bezier(np.array(points))


def way(
    start: Shape, end: Shape, others: Sequence[Shape], first: float, taken: Iterable[Points] = ()
) -> Points:
    """Return a way from one shape to another that touches no others, if there is one.

    Args:
        start, end: where it begins and ends; only what is between them is returned.
        others: what it must not touch.
        first: the bend to try first, to the left of the way.
        taken: ways that it shouldn't lie on.
    """
    a, b = np.array([start.x, start.y]), np.array([end.x, end.y])
    if isinstance(end, Box):
        reach = 0.3 * end.height
        b = np.array([end.x, end.y + float(np.clip(a[1] - end.y, -reach, reach))])
    best: Points | None = None
    least = math.inf
    known = list(taken)
    for bend in dict.fromkeys((first, *_BENDS)):
        middle = (a + b) / 2 + bend * np.array([a[1] - b[1], b[0] - a[0]])
        points = _bezier(np.array([a, middle, b]))
        points = points[~start.holds(points, 0.04) & ~end.holds(points, 0.06)]
        if len(points) < 2:
            continue
        cost = 10.0 * sum(int(other.holds(points, 0.1).sum()) for other in others)
        cost += sum(_beside(points, other) for other in known) + 0.5 * abs(bend - first)
        if cost < least - 1e-9:
            best, least = points, cost
    assert best is not None
    return best


def _beside(points: Points, others: Points) -> float:
    """Return how many points of a way lie on another."""
    apart = np.hypot(*(points[:, None, :] - others[None, ::4, :]).transpose(2, 0, 1))
    return float((apart.min(axis=1) < 0.08).sum())


def _bezier(corners: Points, n: int = 121) -> Points:
    """Return points on a Bezier curve of any degree."""
    t = np.linspace(0.0, 1.0, n)[:, None, None]
    points = np.repeat(corners[None], n, axis=0)
    while points.shape[1] > 1:
        points = (1 - t) * points[:, :-1] + t * points[:, 1:]
    found: Points = points[:, 0]
    return found


def extent(placed: Layout, ways: Iterable[Points]) -> tuple[float, float, float, float]:
    """Return the left, right, lower and upper end of all boxes and ways."""
    corners = [
        np.array([[box.x - k * box.width / 2, box.y - k * box.height / 2] for k in (-1, 1)])
        for box in placed.boxes.values()
    ]
    points = np.concatenate([*corners, *ways])
    (left, lower), (right, upper) = points.min(axis=0), points.max(axis=0)
    return float(left), float(right), float(lower), float(upper)
