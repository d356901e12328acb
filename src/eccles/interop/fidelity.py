"""How like a network its graph is, measured on samples: spikes, scores, classes.

The graph is simulated as norse, snntorch and an exact stepper make steps of it (`chain`). Here a
spike comes two steps later a layer than there (one with `convention` snntorch or norse), since an
input waits for a receptor and a membrane; so spikes are compared with that shift, which is said.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import torch
from numpy.typing import NDArray
from torch import Tensor

from eccles import functional
from eccles.arguments import typed
from eccles.engines.pool.dense import run
from eccles.events import SpikeEvents
from eccles.interop.chain import Chain, simulate
from eccles.interop.model import Model, check_samples, model_of
from eccles.interop.reading import chain_of
from eccles.network.neurons import LIFSettings
from eccles.nn.shallow import EINetwork
from eccles.nn.spiking import SpikingNetwork
from eccles.wiring import Readouts, Wiring

if TYPE_CHECKING:
    from eccles.interop.writing import Exported

_BATCH = 100


class Fidelity(NamedTuple):
    """A graph beside its network, on some samples.

    Attributes:
        samples: how many.
        spikes_here, spikes_there: spikes of all neurons of the network, and of the graph.
        spikes_equal: those that both have, at the same neuron and, shifted, at the same step.
        first_equal: share of the neurons that fire in a sample, here or there, whose first spike
            is at the same step in both; 1 where none fires.
        shift: steps by which spikes of each layer come later here.
        score, score_difference: mean size of the readouts' scores, and of how far they differ.
        class_equal: share of samples whose class is the same.
        accuracy_here, accuracy_there: shares of samples that are recognised; None without labels.
    """

    samples: int
    spikes_here: int
    spikes_there: int
    spikes_equal: int
    first_equal: float
    shift: tuple[int, ...]
    score: float
    score_difference: float
    class_equal: float
    accuracy_here: float | None
    accuracy_there: float | None

    @property
    def share_equal(self) -> float:
        """Share of the spikes of either that both have; 1 where neither has any."""
        either = self.spikes_here + self.spikes_there - self.spikes_equal
        return self.spikes_equal / either if either else 1.0

    def as_dict(self) -> dict[str, Any]:
        """Return all numbers by name, as JSON and NIR's files take them."""
        return {**self._asdict(), "shift": list(self.shift), "share_equal": self.share_equal}


@typed("export")
def fidelity(
    exported: Exported,
    module: EINetwork | SpikingNetwork | Model,
    events: SpikeEvents,
    labels: NDArray[Any] | None = None,
) -> Fidelity:
    """Return how like its network a graph is, on samples.

    Args:
        exported: the graph, from `to_nir`.
        module: what it was made of, as `to_nir` took it.
        events: samples, one or more.
        labels: the class of each, if known.

    Raises InputError for no samples, and for those of another number of units or length of steps.
    """
    model = model_of(module)
    wiring = model.network.wire(model.n_inputs, model.n_classes, model.dt)
    check_samples(events, wiring, "export")
    to = exported.target
    chain = chain_of(exported.graph, to.method, to.step or model.dt)
    shift = _shifts(model)
    counts, scores = [0] * 5, []
    with torch.no_grad():
        for first in range(0, len(events), _BATCH):
            inputs = events[first : first + _BATCH].to_dense(torch.float32)
            here, there, own = _both(model, wiring, chain, inputs, shift)
            scores.append(own)
            for ours, theirs in zip(here, there, strict=True):
                counts[0] += int(ours.sum())
                counts[1] += int(theirs.sum())
                counts[2] += int((ours * theirs).sum())
                firsts = [_first(each) for each in (ours, theirs)]
                fires = (firsts[0] < len(ours)) | (firsts[1] < len(ours))
                counts[3] += int(fires.sum())
                counts[4] += int((fires & (firsts[0] == firsts[1])).sum())
    ours, theirs = (torch.cat(each) for each in zip(*scores, strict=True))
    classes = [functional.predict(each) for each in (ours, theirs)]
    known = None if labels is None else torch.as_tensor(labels, dtype=torch.int64, device="cpu")
    right = [None if known is None else _share(each == known) for each in classes]
    return Fidelity(
        samples=len(events),
        spikes_here=counts[0],
        spikes_there=counts[1],
        spikes_equal=counts[2],
        first_equal=counts[4] / counts[3] if counts[3] else 1.0,
        shift=shift,
        score=float(ours.abs().mean()),
        score_difference=float((ours - theirs).abs().mean()),
        class_equal=_share(classes[0] == classes[1]),
        accuracy_here=right[0],
        accuracy_there=right[1],
    )


def _first(spikes: Tensor) -> Tensor:
    """Return the step of each neuron's first spike in each sample, [B, N]; T where it has none."""
    return ((spikes.cumsum(dim=0) == 0).sum(dim=0)).int()


def _share(true: Tensor) -> float:
    return float(true.double().mean())


def _shifts(model: Model) -> tuple[int, ...]:
    """Return by how many steps each layer's spikes come later here than in a graph."""
    total, found = 0, []
    for population in model.network.populations.values():
        own = population.neuron
        total += 2 if isinstance(own, LIFSettings) and own.convention == "spytorch" else 1
        found.append(total)
    return tuple(found)


def _both(
    model: Model, wiring: Wiring, chain: Chain, inputs: Tensor, shift: tuple[int, ...]
) -> tuple[list[Tensor], list[Tensor], tuple[Tensor, Tensor]]:
    """Return spikes by layer here, shifted, and there; and the scores of both."""
    n_steps = len(inputs)
    # Silence follows, so that here too each step of the input has had its effect.
    longer = torch.cat([inputs, inputs.new_zeros(shift[-1], *inputs.shape[1:])])
    potentials, spikes = run(wiring, model.weights, longer)
    here = [
        spikes[late : late + n_steps, :, place]
        for late, (place, _) in zip(shift, wiring.neurons, strict=True)
    ]
    there = simulate(chain, inputs)
    readouts = wiring.readouts
    output = there.output
    if chain.readout is None:
        output = functional.readout(output, readouts)
    else:  # It starts at zero too, and is at its first potential after a step.
        output = torch.cat([torch.zeros_like(output[:1]), output])
    return here, there.spikes, (_scores(potentials[: n_steps + 1], readouts),
                                _scores(output, readouts))  # fmt: skip


def _scores(potentials: Tensor, readouts: Readouts) -> Tensor:
    if readouts.mean:
        return functional.means(potentials)
    return functional.peaks(potentials, readouts.zero_start)
