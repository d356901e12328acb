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
from eccles.populations import Populations, Spread

if TYPE_CHECKING:
    from torch import Tensor, nn


__all__ = ["Magnitudes", "Signed", "Sparse", "check", "project", "project_", "violations"]


@runtime_checkable
class Signed(Protocol):
    """A module that names its projections of signed weights, as the shallow network does."""

    def projections(self) -> dict[str, tuple[Tensor, Populations | Spread]]:
        """Return the weights [n_pre, n_post] of each projection and its presynaptic neurons."""
        ...


@runtime_checkable
class Magnitudes(Protocol):
    """A module that names its parameters of magnitudes, as every E-I layer does."""

    def magnitudes(self) -> dict[str, Tensor]:
        """Return the parameters that must stay at 0 or above."""
        ...


@runtime_checkable
class Sparse(Protocol):
    """A module in which connections are missing, and whose weights there must stay zero."""

    def connections(self) -> dict[str, tuple[Tensor, Tensor]]:
        """Return by name weights where connections are missing, with a bool mask of the others."""
        ...


@typed("dale")
def project_(weight: Tensor, pre: Populations | Spread) -> Tensor:
    """Set to zero, in place, every weight whose sign isn't its presynaptic neuron's; return it.

    Args:
        weight: [n_pre, n_post], signed.
        pre: the presynaptic neurons; n_pre of them.
    """
    _check_rows(weight, pre)
    with torch.no_grad():
        if isinstance(pre, Spread):
            return weight.masked_fill_(_wrong(weight, pre), 0.0)
        if pre.n_excitatory:
            weight[pre["E"]].clamp_(min=0.0)
        if pre.n_inhibitory:
            weight[pre["I"]].clamp_(max=0.0)
    return weight


@typed("dale")
def violations(weight: Tensor, pre: Populations | Spread) -> int:
    """Return how many weights [n_pre, n_post] bear the wrong sign or are no numbers."""
    _check_rows(weight, pre)
    if isinstance(pre, Spread):
        return int((_wrong(weight, pre) | weight.isnan()).sum())
    wrong = (weight[pre["E"]] < 0).sum() + (weight[pre["I"]] > 0).sum() + weight.isnan().sum()
    return int(wrong)


@typed("dale")
@torch.no_grad()
def project(model: nn.Module) -> None:
    """Restore Dale's principle in every module of a model, in place; call it after each update.

    Weights of connections that are missing become zero again as well.
    """
    for part in model.modules():
        if isinstance(part, Signed):
            for weight, pre in part.projections().values():
                project_(weight, pre)
        if isinstance(part, Magnitudes):
            for weight in part.magnitudes().values():
                weight.clamp_(min=0.0)
        if isinstance(part, Sparse):
            for weight, connected in part.connections().values():
                weight.masked_fill_(~connected, 0.0)


@typed("dale")
@torch.no_grad()
def check(model: nn.Module) -> None:
    """Raise RunError, naming the weights, unless every module keeps Dale's principle.

    Where connections are missing, weights must be zero as well.
    """
    for name, part in model.named_modules():
        for of, wrong, weight, rule in _broken(part):
            where = f"{name}.{of}" if name else of
            raise RunError(
                f"dale: all weights of {where} must {rule}, got {wrong} of {weight.numel()} that "
                "don't; project after every update"
            )


def _broken(part: nn.Module) -> Iterator[tuple[str, int, Tensor, str]]:
    """Yield the weights of a module that break a rule: name, how many, all of them, the rule."""
    found: list[tuple[str, int, Tensor, str]] = []
    if isinstance(part, Signed):
        rule = "bear their presynaptic neuron's sign"
        for of, (weight, pre) in part.projections().items():
            found.append((of, violations(weight, pre), weight, rule))
    if isinstance(part, Magnitudes):
        for of, weight in part.magnitudes().items():
            # What isn't a number isn't 0 or above either.
            found.append((of, int((~(weight >= 0)).sum()), weight, "be 0 or more"))
    if isinstance(part, Sparse):
        for of, (weight, connected) in part.connections().items():
            wrong = int((weight[~connected] != 0).sum())
            found.append((of, wrong, weight, "be 0 where there is no connection"))
    return (each for each in found if each[1])


def _wrong(weight: Tensor, pre: Spread) -> Tensor:
    """Return which weights bear the other sign, bool."""
    return weight.detach() * pre.signs().to(weight)[:, None] < 0


def _check_rows(weight: Tensor, pre: Populations | Spread) -> None:
    if weight.ndim != 2 or len(weight) != pre.n_neurons:
        accepted = f"[{pre.n_neurons}, n_post]"
        raise must("dale", "the weight's shape", accepted, tuple(weight.shape))
