"""The event kernels of any network: time outermost, a few samples side by side.

Neurons that see each other must take every step together. So a block of four samples takes one step
after the other, with its membranes and conductances in the first cache level. Forward, spikes are
sparse: an event or a spike adds one row of weights. Backward, the adjoint of a spike is a sum over
all neurons that it reaches, a small matrix product each step, for the four samples at once, so that
a row of weights is read once for them all. What each step leaves behind (how far a membrane is from
its threshold, then in its place the adjoint of the conductance) stays in the second cache level.

Adjoints, with the step's spikes s, slopes h of the surrogate at x = v - threshold, and n = 1 - s:

    S[t] = F[t+1] + sum over links of W Y[t + delay]          of a spike
    Y[t] = alpha Y[t+1] + n M[t+1] du/dg                      of a conductance
    M[t] = S[t] h + n M[t+1] du/dv                            of a membrane

where u is the membrane before the reset, F the adjoint of the readouts' current, taken back through
their weights. Where the mean over time scores, its share comes in at every step, not at a peak's.
Adaptation a adds its adjoint P to S and takes -strength S h from it. A rate penalty adds to S what
`_press` says, at every step. The gradients of the weights add Y[t + delay] for each event or spike
at t.

Layouts, with N neurons padded to whole vectors, four samples a block: traces [T][4][N]; states
[4][N], conductances [receptor][4][N]; a link's weights are rows [pre][post], and transposed
for the product [post][pre] by stretches of `CHUNKS`, at the link's offset. Padding is zero.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from eccles.engines.pool.backward_kernels import _adjoints, _backward, _press
from eccles.engines.pool.forward_kernels import _forward
from eccles.engines.pool.gradient_kernels import _weight_gradients
from eccles.engines.pool.layout import BLOCK, _block
from eccles.engines.sample_kernels import softmax_loss
from eccles.jit import compiled


@compiled
def run_samples(
    circuit: Any, events: Any, first: int, last: int, labels: Any, weight: Any, grad_in: Any,
    grad: Any, grad_out: Any, losses: Any, peaks: Any, spike_counts: Any,
) -> None:
    """Run samples first to last.

    Where traces are kept, write losses and add gradients, each times `weight`; else write the
    readouts' peaks and the spike counts.
    """
    n_classes, class_width = circuit.sizes[1], circuit.sizes[3]
    room = events.n_steps * circuit.sizes[2]
    block, adjoints = _block(circuit, events), _adjoints(circuit)
    slopes = np.zeros((BLOCK, class_width), circuit.constants.dtype)
    for b in range(first, last, BLOCK):
        n = min(BLOCK, last - b)
        start = _forward(circuit, events, b, n, block)
        if not events.traced:
            for s in range(n):
                for k in range(n_classes):
                    peaks[b + s, k] = block.peak[s * class_width + k]
                for m in range(spike_counts.shape[1]):
                    spike_counts[b + s, m] = 0
                for q in range(block.spike_bounds[s, events.n_steps]):
                    spike_counts[b + s, block.spikes[s * room + q]] += 1
            continue
        for s in range(n):
            peak = block.peak[s * class_width : (s + 1) * class_width]
            losses[b + s] = softmax_loss(peak, labels[b + s], n_classes, weight, slopes[s])
            if circuit.mean:
                slopes[s] /= circuit.constants[0] * events.n_steps
            if circuit.penalty[0] > 0:
                losses[b + s] += _press(circuit, events, block, s, weight, adjoints.pressure)
        end = _backward(circuit, block, adjoints, n, start, slopes)
        for s in range(n):
            _weight_gradients(
                circuit, events, s, block, start, end, slopes[s], grad_in, grad, grad_out
            )


@compiled
def list_spikes(circuit: Any, events: Any, begins: Any, steps: Any, units: Any) -> None:
    """Write the steps and units of all spikes, each sample's from its place in `begins` on."""
    room = events.n_steps * circuit.sizes[2]
    block = _block(circuit, events)
    for b in range(0, len(begins), BLOCK):
        n = min(BLOCK, len(begins) - b)
        _forward(circuit, events, b, n, block)
        for s in range(n):
            for t in range(events.n_steps):
                for q in range(block.spike_bounds[s, t], block.spike_bounds[s, t + 1]):
                    steps[begins[b + s] + q] = t
                    units[begins[b + s] + q] = block.spikes[s * room + q]
