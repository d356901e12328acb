"""A measured train of pulses, and the rule that was fitted to it."""

from __future__ import annotations

import numpy as np

from eccles.arguments import typed
from eccles.devices.fit import Candidate
from eccles.devices.measured import Steps
from eccles.figures import style
from eccles.figures.drawing import Drawing


@typed("figures")
@style.look()
def fitted_pulses(steps: Steps, fitted: Candidate) -> Drawing:
    """Draw the steps of pulses by the conductance before them: measured, fitted, residuals."""
    import pandas as pd

    table = pd.DataFrame(
        {
            "pulse": np.where(steps.up, "up", "down"),
            "conductance": steps.before,
            "measured": steps.size,
            "fitted": fitted.sizes,
            "residual": steps.size - fitted.sizes,
        }
    )
    figure = style.figure(style.COLUMN, 3.4)
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(2, 1))
    for name, sign, colour in (("up", 1, style.EXCITATORY), ("down", -1, style.INHIBITORY)):
        own = table[table["pulse"] == name].sort_values("conductance")
        look = {"color": colour, "markersize": 2, "markeredgewidth": 0}
        above.plot(own["conductance"], sign * own["measured"], "o", alpha=0.4, **look)
        above.plot(own["conductance"], sign * own["fitted"], color=colour, label=name)
        below.plot(own["conductance"], sign * own["residual"], "o", alpha=0.4, **look)
    for axes, label in ((above, "step of a pulse"), (below, "residual")):
        axes.axhline(0.0, color=style.NEUTRAL, linewidth=0.6)
        axes.set_ylabel(label)
    below.set_xlabel("conductance (units of the device)")
    above.legend()
    caption = (
        f"Steps of {len(table):,} measured pulses by the conductance that each found (points), "
        f"the rule {fitted.device.rule} fitted to them (lines), and measured less fitted."
    )
    return Drawing(figure, table, caption)
