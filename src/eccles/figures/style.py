"""One look for all pictures: sizes of a printed page, legible type, colours that all can tell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import cycle
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLUMN = 85 / 25.4
"""Width of a column of print, in inches."""

PAGE = 180 / 25.4
"""Width of a page of print, in inches."""

OKABE_ITO = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
"""Colours that people with any kind of colour vision can tell apart (Okabe and Ito 2008)."""

OF_POINTS = (*OKABE_ITO, "#999999", "#882255", "#999933")
"""Colours of points, which have a marker each besides: as many as a legend has room for."""

EXCITATORY = "#D55E00"
INHIBITORY = "#0072B2"
NEUTRAL = "#777777"
BAND = "#EEEEEE"
ACCURACY_MAP = "viridis"
"""Colour map of an accuracy from 0 to 1."""

MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")
DASHES = ("-", "--", ":")

_LOOK = {
    "font.size": 7,
    "axes.titlesize": 7,
    "axes.labelsize": 7,
    "xtick.labelsize": 6,
    "ytick.labelsize": 6,
    "legend.fontsize": 6,
    "legend.frameon": False,
    "legend.handlelength": 1.4,
    "figure.titlesize": 6.5,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.minor.width": 0.4,
    "ytick.minor.width": 0.4,
    "lines.linewidth": 1.0,
    "savefig.dpi": 300,
    # Text stays text, and the same picture is the same bytes.
    "svg.fonttype": "none",
    "svg.hashsalt": "eccles",
    "pdf.fonttype": 42,
}


@contextmanager
def look() -> Iterator[None]:
    """Draw in Eccles' style while this lasts; also a decorator, `@look()`, of a drawing function.

    What a matplotlibrc or the caller has set doesn't matter, and is put back.
    """
    import matplotlib

    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(_LOOK)  # type: ignore[arg-type]
        yield


def figure(width: float, height: float, note: str = "") -> Figure:
    """Return an empty figure of a size in inches, with a small line over it."""
    from matplotlib.figure import Figure

    made = Figure(figsize=(width, height), layout="constrained")
    if note:
        made.suptitle(note, x=0.01, ha="left", color=NEUTRAL)
    return made


def colours(labels: Iterable[str]) -> dict[str, str]:
    """Return a colour for each label, by its place among them.

    >>> colours(["50:50", "80:20"])
    {'50:50': '#0072B2', '80:20': '#D55E00'}
    """
    return dict(zip(labels, cycle(OKABE_ITO), strict=False))


def lines(labels: Iterable[str], dashes: bool = True) -> dict[str, tuple[str, str]]:
    """Return a colour and a dash for each label: once the colours are used up, the next dash.

    Without `dashes` all lines are whole, and there are more colours.
    """
    colours = OKABE_ITO[:-1] if dashes else OF_POINTS
    kinds = [(colour, dash) for dash in DASHES[: None if dashes else 1] for colour in colours]
    return dict(zip(labels, cycle(kinds), strict=False))


def end_shares(panels: Iterable[Axes]) -> None:
    """End vertical axes of percent at 0 and 100, for intervals of few runs reach beyond.

    Limits that are set stay, so this comes when panels have all that they share them for.
    """
    for axes in panels:
        low, high = axes.get_ylim()
        axes.set_ylim(max(0.0, low), min(100.0, high))
