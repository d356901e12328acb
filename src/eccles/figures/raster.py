"""The spikes of a sample or a few: a dot a spike, in time and by unit."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from eccles.arguments import typed
from eccles.errors import must
from eccles.events import SpikeEvents
from eccles.figures import style
from eccles.figures.drawing import Drawing

_DENSE = 2000
"""Spikes of a sample from which dots are smaller."""

_MOST = 12
"""Samples in one picture."""


@typed("figures")
@style.look()
def raster(
    events: SpikeEvents,
    sample: int | Sequence[int] = 0,
    *,
    titles: Sequence[str] | None = None,
    n_excitatory: int | None = None,
) -> Drawing:
    """Draw the spikes of a sample, or of several side by side, and the spikes of all units by step.

    Args:
        events: the samples.
        sample: which to draw, up to 12.
        titles: what stands over each (default: its number).
        n_excitatory: units that excite and come first; others are drawn in another colour.

    Raises InputError for a number that no sample has, and another number of titles.

    >>> events = SpikeEvents.from_trials([[0.001, 0.003]], [[0, 2]])
    >>> raster(events).caption
    'Spikes of sample 0: a dot a spike, in time and by unit. Below: spikes of all units by step.'
    """
    import pandas as pd
    from matplotlib.ticker import MaxNLocator

    chosen = [sample] if isinstance(sample, int) else list(sample)
    if not 0 < len(chosen) <= _MOST:
        raise must("figures", "sample", f"1 to {_MOST} samples", len(chosen))
    known = [f"sample {k}" for k in chosen] if titles is None else list(titles)
    if len(known) != len(chosen):
        raise must("figures", "the number of titles", f"{len(chosen)}, one a sample", len(known))
    rows = []
    for k in chosen:
        own = events[[k]]
        span = slice(int(own.begins[0]), int(own.ends[0]))
        counts = np.ones(span.stop - span.start) if own.counts is None else own.counts[span]
        times = own.steps[span] * own.dt * 1e3
        rows.append(
            pd.DataFrame({"sample": k, "time_ms": times, "unit": own.units[span], "spikes": counts})
        )
    width = max(style.COLUMN, min(style.PAGE, 1.6 * len(chosen)))
    figure = style.figure(width, 3.0)
    grid = figure.subplots(2, len(chosen), squeeze=False, sharex=True, sharey="row",
                           height_ratios=(3, 1))  # fmt: skip
    bins = np.arange(events.n_steps) * events.dt * 1e3
    split = events.n_units if n_excitatory is None else n_excitatory
    for (above, below), frame, title in zip(grid.T, rows, known, strict=True):
        inks = np.where(frame["unit"] < split, style.EXCITATORY, style.INHIBITORY)
        ink = "black" if n_excitatory is None else inks
        size = 2 if len(frame) < _DENSE else 0.4
        above.scatter(frame["time_ms"], frame["unit"], s=size, linewidths=0, c=ink)
        # A name of a class may hold what mathematics is written with.
        above.set_title(title, loc="left", parse_math=False)
        if frame.empty:
            above.text(0.5, 0.5, "no spikes", transform=above.transAxes, ha="center", va="center",
                       color=style.NEUTRAL)  # fmt: skip
        total = frame.groupby("time_ms")["spikes"].sum().reindex(bins, fill_value=0)
        below.step(bins, total.to_numpy(), where="mid", color=style.NEUTRAL)
        below.set_xlabel("time (ms)")
    grid[0, 0].set(ylabel="unit", ylim=(-0.02 * events.n_units - 0.5, 1.02 * events.n_units - 0.5))
    grid[1, 0].set(ylabel="spikes", ylim=(0, None))
    for axes in grid[:, 0]:
        axes.yaxis.set_major_locator(MaxNLocator("auto", integer=True))
    last = max(bins[-1], events.dt * 1e3)
    grid[0, 0].set_xlim(-0.02 * last, 1.02 * last)
    caption = (
        f"Spikes of {', '.join(known)}: a dot a spike, in time and by unit. Below: spikes of all "
        "units by step."
    )
    return Drawing(figure, pd.concat(rows, ignore_index=True), caption)
