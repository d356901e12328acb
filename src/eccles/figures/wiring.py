"""The wiring of a network: populations with their groups, and the projections between them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from eccles.arguments import typed
from eccles.figures import style
from eccles.figures.drawing import Drawing
from eccles.figures.wiring_arrows import MIXED, Arrow, arrows
from eccles.figures.wiring_layout import (
    Disc,
    Layout,
    Points,
    Shape,
    extent,
    layout,
    loop,
    way,
)
from eccles.network import Network
from eccles.network.names import INPUT, OUTPUT
from eccles.network.summary import SIGNS, groups, neuron, projections

if TYPE_CHECKING:
    from matplotlib.axes import Axes

INKS = {"excitatory": style.EXCITATORY, "inhibitory": style.INHIBITORY, "free": style.NEUTRAL,
        MIXED: "#333333"}  # fmt: skip
"""Colours of neurons and synapses by their sign."""

_PAPER = "#F5F5F3"
_INCHES = 0.6
"""Inches a unit of length, so that letters fit, however large the network."""


@typed("figures")
@style.look()
def wiring(
    network: Network,
    n_inputs: int | None = None,
    n_classes: int | None = None,
    *,
    note: str = "",
) -> Drawing:
    """Draw a network: groups as discs, populations as boxes, projections as arrows.

    Args:
        network: what is drawn.
        n_inputs, n_classes: inputs and readouts, where they are known.
        note: a line over the picture.

    An arrow with a head excites, one with a dot inhibits, one with a square is free. One that ends
    at a box goes to all groups in it alike.
    """
    import pandas as pd

    placed = layout(network)
    shown, said = arrows(network)
    ways: list[Points] = []
    for arrow in shown:
        ways.append(_way(network, placed, arrow, shown, ways))
    left, right, lower, upper = extent(placed, ways)
    margin, above, below = 0.25, 0.75 + 0.25 * bool(said), 0.75
    width, height = right - left + 2 * margin, upper - lower + above + below
    figure = style.figure(_INCHES * width, _INCHES * height + (0.2 if note else 0), note)
    axes = figure.add_subplot()
    axes.set(xlim=(left - margin, right + margin), ylim=(lower - below, upper + above))
    axes.set_aspect("equal")
    axes.set_axis_off()
    _draw_boxes(axes, network, placed, said)
    for arrow, points in zip(shown, ways, strict=True):
        _draw_arrow(axes, points, arrow.sign)
    _draw_labels(axes, placed, shown, ways)
    _draw_discs(axes, network, placed)
    sizes = {INPUT: n_inputs, OUTPUT: n_classes}
    for name, size in sizes.items():
        box = placed.boxes[name]
        axes.text(box.x, box.y + 0.12, name, ha="center", va="bottom", weight="bold")
        axes.text(box.x, box.y - 0.05, "n" if size is None else f"{size:,}", ha="center", va="top")
    _draw_key(axes, shown, left, lower - 0.5 * below)
    rows = pd.DataFrame(projections(network, n_inputs, n_classes))
    return Drawing(figure, rows, _caption(network), {"groups": pd.DataFrame(groups(network))})


def _way(
    network: Network,
    placed: Layout,
    arrow: Arrow,
    shown: Sequence[Arrow],
    drawn: Sequence[Points],
) -> Points:
    """Return the way of an arrow."""
    start, end = placed.shape(arrow.pre), placed.shape(arrow.post)
    if isinstance(start, Disc) and start == end:
        return loop(start, network.sign(arrow.pre) >= 0)
    back = any(other.pre == arrow.post and other.post == arrow.pre for other in shown)
    ends = {arrow.pre.population, arrow.post.population}
    # A way from or to a whole population may well pass its groups.
    whole = {each.population for each in (arrow.pre, arrow.post) if not each.group}
    others: list[Shape] = [
        disc
        for of, disc in placed.discs.items()
        if disc not in (start, end) and of.population not in whole
    ]
    for name, box in placed.boxes.items():
        if name not in ends:
            others.append(box)
    return way(start, end, others, 0.25 if back and arrow.inside else 0.0, drawn)


def _draw_boxes(axes: Axes, network: Network, placed: Layout, more: Mapping[str, str]) -> None:
    from matplotlib.patches import FancyBboxPatch

    for name, box in placed.boxes.items():
        corner = (box.x - box.width / 2 + 0.15, box.y - box.height / 2 + 0.15)
        end = name in {INPUT, OUTPUT}
        face = "white" if end else _PAPER
        axes.add_patch(
            FancyBboxPatch(
                corner,
                box.width - 0.3,
                box.height - 0.3,
                boxstyle="round,pad=0.15,rounding_size=0.22",
                facecolor=face,
                edgecolor="#999999" if end else "#DDDDDA",
                linewidth=0.8,
                zorder=0,
            )
        )
        if end:
            continue
        own = network.populations[name]
        top = box.y + box.height / 2
        lift = 0.24 * (name in more)
        axes.text(box.x, top + 0.32 + lift, name, ha="center", va="bottom", weight="bold")
        said = f"{own.n_neurons:,} {own.neuron.words} neurons"
        said += f"\n{more[name]}" if lift else ""
        axes.text(box.x, top + 0.08, said, ha="center", va="bottom", size=6, color="#555555")


def _draw_discs(axes: Axes, network: Network, placed: Layout) -> None:
    from matplotlib.patches import Circle

    for end, disc in placed.discs.items():
        ink = INKS[SIGNS[network.sign(end)]]
        for face, alpha in (("white", 1.0), (ink, 0.16)):
            axes.add_patch(
                Circle((disc.x, disc.y), disc.radius, facecolor=face, alpha=alpha, linewidth=0,
                       zorder=3)
            )  # fmt: skip
        axes.add_patch(
            Circle((disc.x, disc.y), disc.radius, fill=False, edgecolor=ink, linewidth=1.2,
                   zorder=3)
        )  # fmt: skip
        size = 7 if len(end.group) < 5 else 5.5
        axes.text(disc.x, disc.y + 0.02, end.group, ha="center", va="bottom", weight="bold",
                  size=size, zorder=4)  # fmt: skip
        neurons = f"{network.populations[end.population].groups[end.group]:,}"
        axes.text(disc.x, disc.y - 0.02, neurons, ha="center", va="top", size=6, zorder=4)


def _draw_arrow(axes: Axes, points: Points, sign: str) -> None:
    """Draw a way with what its sign ends in: a head, a dot or a square."""
    from matplotlib.patches import Circle, Polygon

    ink, tip = INKS[sign], points[-1]
    size = 0.19 if sign in {"excitatory", MIXED} else 0.15
    apart = np.hypot(*(points - tip).T)
    body = points[apart >= 0.8 * size]
    if len(body) < 2:
        body = points[:2]
    axes.plot(body[:, 0], body[:, 1], color=ink, linewidth=1.1, solid_capstyle="butt", zorder=2)
    along = tip - body[-1]
    along = along / max(float(np.hypot(*along)), 1e-9)
    across = np.array([-along[1], along[0]])
    if sign in {"excitatory", MIXED}:
        base = tip - size * along
        corners = [tip, base + 0.5 * size * across, base - 0.5 * size * across]
        axes.add_patch(Polygon(corners, closed=True, facecolor=ink, linewidth=0, zorder=2.5))
    elif sign == "inhibitory":
        middle = tip - 0.5 * size * along
        axes.add_patch(
            Circle((middle[0], middle[1]), 0.55 * size, facecolor=ink, linewidth=0, zorder=2.5)
        )
    else:
        sides = ((0, 1), (0, -1), (1, -1), (1, 1))
        square = [tip - a * size * along + 0.5 * b * size * across for a, b in sides]
        axes.add_patch(Polygon(square, closed=True, facecolor=ink, linewidth=0, zorder=2.5))


def _draw_labels(
    axes: Axes, placed: Layout, shown: Sequence[Arrow], drawn: Sequence[Points]
) -> None:
    """Write what is unusual about projections beside the middle of their arrows."""
    taken: list[Points] = []
    for arrow, points in zip(shown, drawn, strict=True):
        if not arrow.label:
            continue
        loops = arrow.pre == arrow.post
        # On the outer side of a bend, where the arrow that answers isn't.
        bend = points[len(points) // 2] - (points[0] + points[-1]) / 2
        far = float(np.hypot(*bend))
        aside = 0.3 * bend / far if arrow.inside and far > 0.05 and not loops else np.zeros(2)
        discs = [np.array([disc.x, disc.y, disc.radius]) for disc in placed.discs.values()]
        others = [other for other in drawn if other is not points]
        best, most = points[len(points) // 2], -math.inf
        for share in (0.5, 0.4, 0.6, 0.3, 0.7):
            point = points[round(share * (len(points) - 1))] + aside
            near = [float(np.hypot(*(point - other))) for other in taken]
            near += [float(np.hypot(*(point - disc[:2])) - disc[2]) for disc in discs]
            near += [float(np.hypot(*(other - point).T).min()) for other in others]
            room = min([*near, 0.45]) - 0.05 * abs(share - 0.5)
            if room > most:
                best, most = point, room
        taken.append(best)
        label = arrow.label.replace(", ", "\n") if arrow.inside and not loops else arrow.label
        axes.text(
            best[0], best[1], label, size=5.5, ha="center", va="center", color="#333333",
            zorder=5, bbox={"boxstyle": "round,pad=0.12", "linewidth": 0, "alpha": 0.9,
                            "facecolor": _PAPER if arrow.inside else "white"},
        )  # fmt: skip


def _draw_key(axes: Axes, shown: Sequence[Arrow], x: float, y: float) -> None:
    """Say what the ends of arrows mean, of those that there are."""
    words = {"excitatory": "excites", "inhibitory": "inhibits", "free": "may do either",
            MIXED: "as each source does"}  # fmt: skip
    for sign, word in words.items():
        if any(arrow.sign == sign for arrow in shown):
            _draw_arrow(axes, np.linspace((x, y), (x + 0.55, y), 41), sign)
            axes.text(x + 0.68, y, word, size=6, va="center")
            x += 0.95 + 0.115 * len(word)


def _caption(network: Network) -> str:
    kinds = dict.fromkeys(neuron(network, end) for end in network.ends())
    ways = len(network.projections)
    return (
        f"A network of {network.n_neurons:,} neurons ({', '.join(kinds)}) and {ways} projections "
        "between groups; an arrow that ends at a box goes to all groups in it alike."
    )
