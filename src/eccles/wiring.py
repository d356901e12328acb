"""A network laid out for the engines: its neurons in one row, its projections as links.

`eccles.network` describes a network in words that people use, for any number of inputs and classes.
A wiring is the same network for given ones: every neuron has a number in one row, population after
population and group after group, and every projection is a link between two stretches of that row,
of the inputs, or of the readouts.

All engines compute these equations, for every neuron n and step t, with the receptor of the
presynaptic group (a single one, which takes both signs, where nothing tells them apart):

    g_r[t + 1] = alpha_r g_r[t] + sum over links to receptor r of +-W x[t - delay + 1]

where x are the input's spikes or the neurons' own, and W counts negative for inhibition: g is never
negative under Dale's principle. What a neuron makes of its receptors is in `eccles.functional`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from torch import Tensor

from eccles.functional.neuron import Neuron

INPUT, OUTPUT = "input", "output"
"""What the inputs and the readouts are called in a projection's name."""


class Group(NamedTuple):
    """Neurons of one kind, side by side.

    Attributes:
        name: such as "E".
        population: the population that it is a group of.
        neurons: where they are in the row of all neurons.
        sign: what their synapses do: +1 excite, -1 inhibit, 0 either.
    """

    name: str
    population: str
    neurons: slice
    sign: int


class Link(NamedTuple):
    """A projection from one stretch of units to another.

    Two may have one `pre` and one `post`, as those of paired inputs do: what they bring adds up.

    Attributes:
        weights: name of the matrix that holds its weights, such as "input->hidden".
        rows, columns: its part of that matrix, presynaptic units by postsynaptic ones.
        pre: slice of the presynaptic units: of the inputs, if it comes from them, or of the row.
        post: slice of the postsynaptic units: of the row, or of the readouts, if it goes to them.
        delay: steps until a spike reaches the current, 1 or more.
        receptor: 0, or 1 for what inhibits, where neurons tell the two apart.
    """

    weights: str
    rows: slice
    columns: slice
    pre: slice
    post: slice
    delay: int
    receptor: int

    @property
    def from_input(self) -> bool:
        """Whether it comes from the inputs."""
        return self.weights.startswith(f"{INPUT}->")

    @property
    def to_output(self) -> bool:
        """Whether it goes to the readouts."""
        return self.weights.endswith(f"->{OUTPUT}")


class Readouts(NamedTuple):
    """Leaky integrators that never spike, a class each.

    Attributes:
        alpha, beta: shares of the synaptic current and of the potential that one step leaves.
        zero_start: whether the maximum over time includes the start at zero.
        mean: whether a class scores by its mean over time, and not by its maximum.
    """

    alpha: float
    beta: float
    zero_start: bool = True
    mean: bool = False


class RatePenalty(NamedTuple):
    """What the loss adds for groups that fire too much; see `functional.rate_penalty`.

    Attributes:
        strength: its weight in the loss.
        target: rate in Hz up to which a group's mean costs nothing.
    """

    strength: float
    target: float


@dataclass(frozen=True, eq=False)
class Wiring:
    """A network for given numbers of inputs and classes.

    Attributes:
        n_inputs, n_neurons, n_classes: how many of each.
        groups: all groups, in the order of their neurons.
        neurons: the stretches of the row, in order, and what the neurons there compute.
        decays: for each receptor, the share of its conductance that one step leaves, float64 [N].
        links: all projections.
        readouts: constants of the readouts.
        shapes: rows and columns of each matrix of weights, by name.
        dt: length of a step in seconds.
        penalty: what the loss adds for groups that fire too much, if anything.
    """

    n_inputs: int
    n_neurons: int
    n_classes: int
    groups: tuple[Group, ...]
    neurons: tuple[tuple[slice, Neuron], ...]
    decays: tuple[Tensor, ...]
    links: tuple[Link, ...]
    readouts: Readouts
    shapes: Mapping[str, tuple[int, int]]
    dt: float = 1e-3
    penalty: RatePenalty | None = None
