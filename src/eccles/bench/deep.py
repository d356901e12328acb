"""Deep networks: neurons in one pass beside a loop over steps, E-I circuits beside batch norm.

Both networks of a comparison have the same neurons, in one pass, images held for all steps, and
channels last in memory, which is each one's quickest layout here. Images are noise, made up for
the clock alone: no operation is quicker for a spike less.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from eccles import seeds
from eccles.bench.timing import interleaved, ratio
from eccles.engines.deep import engine as deep
from eccles.engines.memory import kept_memory
from eccles.errors import RunError
from eccles.functional.soft_reset import SoftResetParameters, soft_reset
from eccles.init.ei_init import ei_init
from eccles.nn.deep import deep_network
from eccles.nn.layers import circuit_layers

NEURONS = "4 steps, 32 samples of 64 x 32 x 32"
NETWORK = "VGG-8, batch 32, 4 steps"

_STEPS, _BATCH, _SIDE, _CLASSES = 4, 32, 32, 10
_SAME = 1e-4
_NEURON = SoftResetParameters()


class Ratios(NamedTuple):
    """What one run came to.

    Attributes:
        neurons: how many times longer the loop takes than one pass, both ways each.
        circuits: how many times longer a step with E-I circuits takes than one with batch norm.
    """

    neurons: float | None
    circuits: float | None


def measure(*, threads: int, rounds: int, turn: float, small: bool = False) -> Ratios:
    """Time both comparisons, in turns.

    Args:
        threads: torch's threads, which the kernels share.
        rounds, turn: as `eccles.bench.timing.interleaved` takes them.
        small: an eighth of all sizes, to see that it works.

    Raises RunError where one pass doesn't come to what the loop does.
    """
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(threads)
        with kept_memory():  # As training has it.
            neurons = interleaved(_neurons(8 if small else 64), rounds=rounds, turn=turn)
            steps = {circuit: _step(circuit, small) for circuit in ("ei", "bn")}
            circuits = interleaved(steps, rounds=rounds, turn=turn)
    finally:
        torch.set_num_threads(before)
    return Ratios(
        ratio(neurons["loop"], neurons["one pass"]), ratio(circuits["ei"], circuits["bn"])
    )


def _neurons(channels: int) -> dict[str, Callable[[], Tensor]]:
    """Return forward and backward passes of neurons, which return the currents' gradient."""
    random = torch.Generator().manual_seed(0)
    shape = (_STEPS, _BATCH, channels, _SIDE, _SIDE)
    currents = torch.randn(shape, generator=random).requires_grad_()
    upstream = torch.randn(shape, generator=random)

    def both_ways(spikes: Callable[[], Tensor]) -> Callable[[], Tensor]:
        return lambda: torch.autograd.grad(spikes(), currents, upstream)[0]

    loop = both_ways(lambda: soft_reset(currents, _NEURON)[0])
    one_pass = both_ways(lambda: deep.soft_reset(currents, _NEURON))
    wanted = loop()
    difference = float((one_pass() - wanted).abs().max() / wanted.abs().max())
    if not difference < _SAME:
        raise RunError(
            f"bench: neurons in one pass must come to what the loop does, got gradients "
            f"{difference:.2g} apart"
        )
    return {"loop": loop, "one pass": one_pass}


def _step(circuit: str, small: bool) -> Callable[[], object]:
    """Return a training step of VGG-8 of one kind of circuit."""
    random = torch.Generator().manual_seed(0)
    images = torch.rand(_BATCH, 1, _SIDE, _SIDE, generator=random)
    labels = torch.arange(_BATCH) % _CLASSES
    layers = circuit_layers(circuit, seeds.stream(0, "bench"))
    network = deep_network(
        "vgg8",
        layers,
        (1, _SIDE, _SIDE),
        _CLASSES,
        n_steps=_STEPS,
        width=1 / 8 if small else 1.0,
        neuron=_NEURON,
    )
    if layers.is_circuit:
        ei_init(network, images)
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    descent = torch.optim.SGD(network.parameters(), 1e-4, momentum=0.9, weight_decay=5e-4)

    def step() -> None:
        descent.zero_grad()
        torch.autograd.backward(functional.cross_entropy(network(images), labels))
        descent.step()

    return step
