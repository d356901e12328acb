"""For whom a graph is: what a time constant means there, and what else the target can't say.

NIR's equations are in continuous time, and a file says no step. Norse and snntorch take steps of
Euler's, of a length that isn't ours: to leave them the decay a, a time constant has to be
step / (1 - a). A simulator that steps exactly takes our own, -dt / log(a).
"""

from __future__ import annotations

import math
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from eccles.errors import must, not_among
from eccles.units import duration

Method = Literal["exact", "euler"]
"""How a simulator steps: by the exact decay exp(-step / tau), or by Euler's, 1 - step / tau."""


class Target(NamedTuple):
    """A simulator to export for.

    Attributes:
        name: what it is called.
        step: the length of its steps in seconds, or None for that of the network.
        whole: whether it has nodes for readouts and delays, and a threshold for each neuron.
    """

    name: str
    step: float | None
    whole: bool

    @property
    def method(self) -> Method:
        """How it steps."""
        return "exact" if self.step is None else "euler"


TARGETS = {
    each.name: each
    for each in (
        Target("exact", None, True),
        Target("norse", 1e-3, False),
        Target("snntorch", 1e-4, False),
    )
}
"""Targets by name; steps are those of norse 1.1 and snntorch 1.0."""


def target(name: str) -> Target:
    """Return the target of that name, or raise InputError."""
    if name not in TARGETS:
        raise not_among("export", "--for", TARGETS, name)
    return TARGETS[name]


def time_constants(decays: NDArray[np.float64], method: Method, step: float) -> NDArray[np.float64]:
    """Return the time constants in seconds that leave these decays after a step."""
    if method == "euler":
        return step / (1.0 - decays)
    if (decays <= 0).any():
        hint = "an exponential leaves something of each step; export for norse or snntorch"
        raise must("export", "decays", "above 0", float(decays.min()), hint)
    return -step / np.log(decays)


def decays(constants: NDArray[np.float64], method: Method, step: float) -> NDArray[np.float64]:
    """Return what a step leaves, by time constants in seconds.

    Raises InputError for those that aren't above 0, or are shorter than a step of Euler's.
    """
    least = step * (1 - 1e-9) if method == "euler" else 0.0
    shortest = float(constants.min())
    if not (math.isfinite(float(constants.max())) and shortest > 0 and shortest >= least):
        accepted = f"a step of {duration(step)} or more" if least else "above 0"
        raise must("interop", "time constants of the graph", f"finite, and {accepted}",
                   duration(shortest), "say the step that they are meant for")  # fmt: skip
    return 1.0 - step / constants if method == "euler" else np.exp(-step / constants)
