"""Dale's principle: all outgoing weights of a neuron bear the sign of its kind.

Weights of shallow networks are stored signed, [n_pre, n_post]; layers of E-I circuits store
magnitudes, >= 0, whose signs stand in the equations. The principle holds by projection: after
each update a weight that crossed zero is set to zero (clipping, not reparametrisation), as in
Kilgore et al. 2025, doi 10.1038/s41598-025-03408-7, and Liu et al. 2026, arXiv 2509.23253.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import torch

from eccles.arguments import typed
from eccles.errors import RunError, must
from eccles.populations import Populations

if TYPE_CHECKING:
    from torch import Tensor, nn


@runtime_checkable
class Signed(Protocol):
    """A module that names its projections of signed weights, as the shallow network does."""

    def projections(self) -> dict[str, tuple[Tensor, Populations]]:
        """Return the weights [n_pre, n_post] of each projection and its presynaptic neurons."""
        ...


@runtime_checkable
class Magnitudes(Protocol):
    """A module that names its parameters of magnitudes, as every E-I layer does."""

    def magnitudes(self) -> dict[str, Tensor]:
        """Return the parameters that must stay at 0 or above."""
        ...


@typed("dale")
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


@typed("dale")
def violations(weight: Tensor, pre: Populations) -> int:
    """Return how many weights [n_pre, n_post] bear the wrong sign or are no numbers."""
    _check_rows(weight, pre)
    wrong = (weight[pre["E"]] < 0).sum() + (weight[pre["I"]] > 0).sum() + weight.isnan().sum()
    return int(wrong)


@typed("dale")
@torch.no_grad()
def project(model: nn.Module) -> None:
    """Restore Dale's principle in every module of a model, in place; call it after each update."""
    for _, part in _parts(model):
        if isinstance(part, Signed):
            for weight, pre in part.projections().values():
                project_(weight, pre)
        else:
            for weight in part.magnitudes().values():
                weight.clamp_(min=0.0)


@typed("dale")
@torch.no_grad()
def check(model: nn.Module) -> None:
    """Raise RunError, naming the weights, unless every module keeps Dale's principle."""
    for name, part in _parts(model):
        if isinstance(part, Signed):
            found = {
                of: (violations(weight, pre), weight.numel())
                for of, (weight, pre) in part.projections().items()
            }
            rule = "bear their presynaptic neuron's sign"
        else:
            # What isn't a number isn't 0 or above either.
            found = {
                of: (int((~(weight >= 0)).sum()), weight.numel())
                for of, weight in part.magnitudes().items()
            }
            rule = "be 0 or above"
        for of, (wrong, all_weights) in found.items():
            if wrong:
                where = f"{name}.{of}" if name else of
                raise RunError(
                    f"dale: all weights of {where} must {rule}, got {wrong} of {all_weights} that "
                    "don't; project after every update"
                )


def _parts(model: nn.Module) -> Iterator[tuple[str, Signed | Magnitudes]]:
    """Yield the modules that the principle binds, with their names."""
    for name, module in model.named_modules():
        if isinstance(module, Signed | Magnitudes):
            yield name, module


def _check_rows(weight: Tensor, pre: Populations) -> None:
    if weight.ndim != 2 or len(weight) != pre.n_neurons:
        accepted = f"[{pre.n_neurons}, n_post]"
        raise must("dale", "the weight's shape", accepted, tuple(weight.shape))
