"""One sample's way through a network: input, hidden spikes, membranes, readouts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from eccles.arguments import typed
from eccles.figures import style
from eccles.figures.drawing import Drawing

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

_MEMBRANES = 2
"""Membranes of each kind that are drawn."""


@typed("figures")
@style.look()
def portrait(
    sample: pd.DataFrame,
    n_excitatory: int,
    *,
    dt: float = 0.001,
    threshold: float = 1.0,
    class_names: Sequence[str] = (),
    note: str = "",
) -> Drawing:
    """Draw what a network does with one sample.

    Args:
        sample: with kind ("input", "hidden", "membrane", "readout"), unit, step, value and label,
            of one run, epoch and sample; value is 1 for a spike, else the potential.
        n_excitatory: hidden units below it are excitatory.
        dt: seconds a step.
        threshold: potential above which a hidden neuron fires.
        class_names: names of the classes, in order.
        note: a line over the panels.

    The chosen class is the one whose readout has the highest peak; of several, the lowest.
    """
    data = sample[["label", "kind", "unit", "step", "value"]].reset_index(drop=True)
    data = data.assign(time_ms=1000 * dt * data["step"])
    parts = dict(iter(data.groupby("kind")))
    empty = data.iloc[:0]
    figure = style.figure(style.COLUMN, 4.4, note)
    panels = figure.subplots(4, 1, sharex=True, height_ratios=[1.2, 1.2, 1.3, 1])
    _draw_input(panels[0], parts.get("input", empty))
    hidden = parts.get("hidden", empty)
    _draw_hidden(panels[1], hidden, n_excitatory)
    membranes = parts.get("membrane", empty)
    _draw_membranes(panels[2], membranes, hidden, n_excitatory, threshold)
    said = _draw_readouts(panels[3], parts.get("readout", empty), class_names)
    panels[3].set_xlabel("time (ms)")
    panels[3].set_xlim(0, max(1.0, float(data["time_ms"].max())))
    caption = (
        "One sample's way through a network, from above: input spikes, hidden spikes, membrane "
        f"potentials of a few hidden neurons, readouts. {said}"
    )
    return Drawing(figure, data, caption)


def _draw_input(axes: Axes, rows: pd.DataFrame) -> None:
    _raster(axes, rows, "black")
    axes.set(ylabel="input")
    axes.set_ylim(bottom=0)
    axes.set_title(f"{len(rows):,} input spikes", loc="left")


def _draw_hidden(axes: Axes, rows: pd.DataFrame, n_excitatory: int) -> None:
    excites = rows["unit"] < n_excitatory
    for name, own, colour in (
        ("excitatory", rows[excites], style.EXCITATORY),
        ("inhibitory", rows[~excites], style.INHIBITORY),
    ):
        _raster(axes, own, colour, f"{name} ({len(own):,})")
    axes.axhline(n_excitatory - 0.5, color=style.NEUTRAL, linewidth=0.5)
    axes.set(ylabel="hidden neuron", ylim=(-1, max(n_excitatory, rows["unit"].max() + 1)))
    axes.set_title(f"{len(rows):,} hidden spikes", loc="left")
    axes.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=2, borderpad=0, markerscale=2)


def _raster(axes: Axes, rows: pd.DataFrame, colour: str, label: str = "") -> None:
    axes.scatter(rows["time_ms"], rows["unit"], s=2, linewidths=0, color=colour, label=label)
    axes.margins(y=0.03)


def _draw_membranes(
    axes: Axes, rows: pd.DataFrame, hidden: pd.DataFrame, n_excitatory: int, threshold: float
) -> None:
    """Draw the potentials of those neurons of either kind that fire most, one over the other."""
    spikes = hidden.groupby("unit").size()
    units = sorted(rows["unit"].unique(), key=lambda unit: (-spikes.get(unit, 0), unit))
    kinds = (
        ("E", style.EXCITATORY, [unit for unit in units if unit < n_excitatory]),
        ("I", style.INHIBITORY, [unit for unit in units if unit >= n_excitatory]),
    )
    ticks: list[float] = []
    names: list[str] = []
    chosen = [(kind, colour, u) for kind, colour, own in kinds for u in own[:_MEMBRANES]]
    span = 1.15 * max(threshold, _span(rows, [unit for *_, unit in chosen]))
    for row, (kind, colour, unit) in enumerate(reversed(chosen)):
        own = rows[rows["unit"] == unit].sort_values("step")
        base = row * span
        axes.axhline(base + threshold, color=style.NEUTRAL, linewidth=0.5, linestyle=":")
        axes.plot(own["time_ms"], base + own["value"], color=colour, linewidth=0.8)
        ticks.append(base)
        names.append(f"{kind} {unit}")
    axes.set_yticks(ticks, names)
    axes.set(ylabel="membrane")
    axes.set_title("potentials; dotted: threshold", loc="left")


def _span(rows: pd.DataFrame, units: list[int]) -> float:
    values = rows["value"][rows["unit"].isin(units)]
    return float(values.max() - min(0.0, values.min())) if len(values) else 0.0


def _draw_readouts(axes: Axes, rows: pd.DataFrame, class_names: Sequence[str]) -> str:
    """Draw the readouts, the chosen one in black; return what was chosen, as a sentence."""
    peaks = rows.groupby("unit")["value"].max()
    if not len(peaks):
        return ""
    chosen, label = int(peaks.idxmax()), int(rows["label"].iloc[0])
    name = dict(enumerate(class_names))
    others = [unit for unit in peaks.index if unit not in {chosen, label}] or [None]
    for unit, own in rows.groupby("unit"):
        drawn = own.sort_values("step")
        colour, width, front = style.NEUTRAL, 0.6, 1
        said = "other classes" if unit == others[0] else None
        if unit == chosen:
            colour, width, front, said = "black", 1.4, 3, f"chosen: {name.get(chosen, chosen)}"
        elif unit == label:
            colour, width, front, said = (
                style.OKABE_ITO[4],
                1,
                2,
                f"label: {name.get(label, label)}",
            )
        axes.plot(
            drawn["time_ms"], drawn["value"], color=colour, lw=width, zorder=front, label=said
        )
    handles = sorted(axes.get_legend_handles_labels()[0], key=lambda line: -line.get_zorder())
    axes.legend(handles=handles, loc="upper right")
    axes.set(ylabel="readout")
    return (
        f"Black: the chosen class, {name.get(chosen, chosen)}; the label is "
        f"{name.get(label, label)}."
    )
