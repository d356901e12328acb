"""Dale's principle: all outgoing weights of a neuron bear the sign of its kind.

Weights are stored signed, [n_pre, n_post]. The principle holds by projection: after each update
a weight that crossed zero is set to zero (clipping, not reparametrisation), as in Kilgore et al.
2025, doi 10.1038/s41598-025-03408-7.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import torch

from eccles.errors import RunError, must
from eccles.populations import Populations

if TYPE_CHECKING:
    from torch import Tensor


class Bounded(Protocol):
    """A model that names its bounded projections, as every network of Eccles does."""

    def projections(self) -> dict[str, tuple[Tensor, Populations]]:
        """Return the weights [n_pre, n_post] of each projection and its presynaptic neurons."""
        ...


def project_(weight: Tensor, pre: Populations) -> Tensor:
    """Set to zero, in place, every weight whose sign isn't its presynaptic neuron's; return it.

    Args:
        weight: [n_pre, n_post], signed.
        pre: the presynaptic populations; n_pre neurons.
    """
    _check_rows(weight, pre)
    with torch.no_grad():
        if pre.n_excitatory:
            weight[pre["E"]].clamp_(min=0.0)
        if pre.n_inhibitory:
            weight[pre["I"]].clamp_(max=0.0)
    return weight


def violations(weight: Tensor, pre: Populations) -> int:
    """Return how many weights [n_pre, n_post] bear the wrong sign or are no numbers."""
    _check_rows(weight, pre)
    wrong = (weight[pre["E"]] < 0).sum() + (weight[pre["I"]] > 0).sum() + weight.isnan().sum()
    return int(wrong)


def check(model: Bounded) -> None:
    """Raise RunError, naming the projection, unless the model keeps Dale's principle."""
    for name, (weight, pre) in model.projections().items():
        wrong = violations(weight, pre)
        if wrong:
            raise RunError(
                f"dale: all weights of {name} must bear their presynaptic neuron's sign, got "
                f"{wrong} of {weight.numel()} that don't; project after every update"
            )


def _check_rows(weight: Tensor, pre: Populations) -> None:
    if weight.ndim != 2 or len(weight) != pre.n_neurons:
        accepted = f"[{pre.n_neurons}, n_post]"
        raise must("dale", "the weight's shape", accepted, tuple(weight.shape))
