"""What a pulse does to a device over its range, up and down, with the spread of devices."""

from __future__ import annotations

import numpy as np
import torch

from eccles.arguments import typed
from eccles.devices import Device, draw, size, usual
from eccles.figures import style
from eccles.figures.drawing import Drawing

_PLACES, _DEVICES = 101, 2000


@typed("figures")
@style.look()
def pulses(device: Device) -> Drawing:
    """Draw the mean step of a pulse over the conductance before it, for many devices.

    Lines are a device without spread, bands hold the middle 68 % of devices.
    """
    import pandas as pd

    ends = device.b_min, device.b_max
    w = torch.linspace(*ends, _PLACES, dtype=torch.float64, device="cpu")
    plain = draw(usual(device), (_PLACES, 1), like=w)
    many = draw(device, (1, _DEVICES), like=w)
    rows = []
    for name, up in device.ways.items():
        step = size(device, plain, w[:, None], up)[:, 0]
        each = size(device, many, w[:, None].clamp(many.b_min, many.b_max), up).numpy()
        low, high = np.quantile(each, (0.16, 0.84), axis=1)
        rows.append(
            pd.DataFrame({"pulse": name, "conductance": w, "step": step, "low": low, "high": high})
        )
    figure = style.figure(style.COLUMN, 2.2)
    axes = figure.subplots()
    for frame, colour in zip(rows, (style.EXCITATORY, style.INHIBITORY), strict=False):
        label = str(frame["pulse"].iloc[0])
        sign = 1 if label == "up" else -1
        x = frame["conductance"]
        axes.fill_between(x, sign * frame["low"], sign * frame["high"], color=colour, alpha=0.25,
                          linewidth=0)  # fmt: skip
        axes.plot(x, sign * frame["step"], color=colour, label=label)
    axes.axhline(0.0, color=style.NEUTRAL, linewidth=0.6)
    axes.set_xlabel("conductance (units of the device)")
    axes.set_ylabel("step of a pulse")
    axes.legend()
    caption = (
        f"Mean step of a pulse {' and '.join(device.ways)}, by the conductance that it finds "
        f"({device.rule}). "
        "Lines: a device without spread. Bands: the middle 68 % of 2,000 devices."
    )
    return Drawing(figure, pd.concat(rows, ignore_index=True), caption)
