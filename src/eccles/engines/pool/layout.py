"""The layout that the kernels of any network want: circuit, events, room for a block of samples."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from eccles.engines.lanes import LANES, scratch
from eccles.jit import compiled

BLOCK = 4
"""Samples side by side: four, with four vectors each, leave the product registers to spare."""

LIF, ADAPTIVE, CONDUCTANCE = 0, 1, 2
SUPERSPIKE, TRIANGLE, ARCTAN, SIGMOID = 0, 1, 2, 3

CHUNKS = (6, 4, 2, 1)
"""Vectors that the product takes at once, the largest that fit first."""

DELAY, RECEPTOR, PRE, PRE_END, POST, POST_END, OFFSET = range(7)
"""What the columns of a link say; `PRE` to `POST_END` are places in the padded row."""


class Circuit(NamedTuple):
    """A network as the kernels want it; see the module for layouts.

    Attributes:
        sizes: int64, inputs, classes, padded neurons, padded classes, receptors.
        kinds: int64, the neuron's and the surrogate's.
        constants: one, the readouts' alpha and beta, the surrogate's scale, the excitatory and the
            inhibitory reversal potential.
        decays: of each receptor, [receptors * N].
        membrane: beta, threshold, strength, rho and dt / tau_mem, [5 * N].
        input_links, links: int64 [links, 7], of inputs and between neurons.
        w_in, w, w_transposed: weights of the input links, of the others, and those transposed.
        w_out, w_out_transposed: [N][C] and [C][N].
        zero_start: whether peaks include the readouts' start at zero.
        mean: whether a class scores by its mean over time: what is called peaks are means then.
        groups: int64 [groups, 2], where the neurons of each begin and end in the row.
        penalty: float64, strength of the rate penalty and the spikes a step that cost nothing.
    """

    sizes: Any
    kinds: Any
    constants: Any
    decays: Any
    membrane: Any
    input_links: Any
    links: Any
    w_in: Any
    w: Any
    w_transposed: Any
    w_out: Any
    w_out_transposed: Any
    zero_start: bool
    mean: bool
    groups: Any
    penalty: Any


class Events(NamedTuple):
    """The samples: their own events, how many steps they last, and whether traces are kept.

    Answers alone need no traces; a number here, rather than an argument, is compiled once.
    """

    begins: Any
    ends: Any
    steps: Any
    units: Any
    counts: Any
    n_steps: int
    traced: bool


class Block(NamedTuple):
    """What a block of samples needs: states, traces, spikes."""

    v: Any
    a: Any
    g: Any
    peak: Any
    peak_step: Any
    bits: Any
    bounds: Any
    spikes: Any
    spike_bounds: Any
    x_trace: Any
    y_trace: Any
    left_trace: Any


@compiled
def _block(circuit: Any, events: Any) -> Any:
    """Return room for a block; traces that aren't kept hold one step."""
    n_steps, traced = events.n_steps, events.traced
    width, class_width, receptors = circuit.sizes[2], circuit.sizes[3], circuit.sizes[4]
    like = circuit.constants
    conductance = circuit.kinds[0] == CONDUCTANCE
    trace = BLOCK * width * (n_steps if traced else 1)
    x_trace = scratch(trace, like)
    # One receptor's adjoint can take the place of the membrane, which is read before it.
    alone = receptors == 1 and not conductance
    y_trace = x_trace if alone else scratch(receptors * trace, like)
    return Block(
        scratch(BLOCK * width, like),
        scratch(BLOCK * width, like),
        scratch(receptors * BLOCK * width, like),
        scratch(BLOCK * class_width, like),
        scratch(BLOCK * class_width, like),
        np.zeros(BLOCK * width // LANES, np.uint16),
        np.zeros((BLOCK, n_steps + 1), np.int64),
        np.empty(BLOCK * n_steps * width, np.uint16),
        np.zeros((BLOCK, n_steps + 1), np.int64),
        x_trace,
        y_trace,
        scratch(trace if conductance else LANES, like),
    )
