"""E-I Init: weights of a deep E-I network from one batch, layer by layer.

Each layer is initialised from its own input, which the layers before it, already initialised,
make of the batch. Source: Liu et al. 2026, arXiv 2509.23253.
"""

from __future__ import annotations

from copy import deepcopy
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, Protocol, get_args, runtime_checkable

import torch
from torch import Tensor, nn

from eccles import seeds
from eccles.arguments import typed
from eccles.errors import InputError, must, nearest
from eccles.init.moments import Dann, Scales, bernoulli, checked, measured
from eccles.modes import evaluating

if TYPE_CHECKING:
    import numpy as np

Source = Literal["measured", "bernoulli", "prior", "dann"]


@runtime_checkable
class Rule(Protocol):
    """What gives a layer's scales."""

    def scales(self, fan_in: float) -> Scales:
        """Return them for a fan-in."""
        ...


@runtime_checkable
class Initialisable(Protocol):
    """A layer that draws its weights by a rule."""

    initialised: bool

    def samples(self, x: Tensor) -> Tensor:
        """Return the input as [N, features...]."""
        ...

    def initialise(self, rule: Rule, random: np.random.Generator, *inputs: Any) -> None:
        """Draw the weights for what `forward` takes, in a fixed order, and set `initialised`."""
        ...


@typed("init")
@torch.no_grad()
def ei_init(
    model: nn.Module,
    batch: Tensor,
    *,
    seed: int = 0,
    moments: Source = "measured",
    prior_rate: float = 0.1,
) -> dict[str, Rule]:
    """Initialise every E-I layer of a model from one batch; return the moments that each used.

    All layers are initialised anew, in forward order, from one stream of random numbers, so the
    same seed and batch give the same draws on every device; their scales are measured, and agree
    to rounding. Where it fails, the model stays as it was.

    Args:
        model: any module; its E-I layers are those that are `Initialisable`.
        batch: what the model takes, >= 0: [T, B, ...], as in training.
        seed: seed of the weights.
        moments: "measured" from each layer's input; "bernoulli", from the measured mean alone, as
            if spikes were independent; "prior", as if they had `prior_rate`, whatever they have;
            "dann", constants of Cornford et al. 2021.
        prior_rate: chance of a spike in a step, for "prior".

    Raises InputError, naming the layer, for an input that is negative, not finite, silent, or the
    same in all samples where moments are measured; for a model in which an E-I layer isn't
    reached; and for moments that aren't among those above.
    """
    if moments not in get_args(Source):
        raise InputError(
            f"ei_init: there are no moments {moments!r}{nearest(moments, get_args(Source))}; there "
            f"are {', '.join(get_args(Source))}"
        )
    if not 0 < prior_rate < 1:
        raise must("ei_init", "prior_rate", "between 0 and 1", prior_rate)
    layers = {name: m for name, m in model.named_modules() if isinstance(m, Initialisable)}
    if not layers:
        kind = type(model).__name__
        raise must("ei_init", "the model", "one with E-I layers", kind, "use EILinear, EIConv2d")
    random = seeds.stream(seed, "E-I init")
    used: dict[str, Rule] = {}

    def before(name: str, layer: Any, inputs: tuple[Any, ...]) -> None:
        if name not in used:
            called = name or type(layer).__name__
            used[name] = _rule(layer.samples(inputs[0]), called, moments, prior_rate)
            layer.initialise(used[name], random, *inputs)

    hooks = [
        layer.register_forward_pre_hook(partial(before, name))  # type: ignore[attr-defined]
        for name, layer in layers.items()
    ]
    before_it = deepcopy(model.state_dict())
    try:
        with evaluating(model):
            model(batch)
        missed = sorted(layers.keys() - used.keys())
        if missed:
            raise InputError(
                "ei_init: every E-I layer must take part in a forward pass, got none of "
                f"{missed[0]}"
            )
    except BaseException:
        model.load_state_dict(before_it)
        raise
    finally:
        for hook in hooks:
            hook.remove()
    return used


def _rule(x: Tensor, name: str, moments: Source, prior_rate: float) -> Rule:
    checked(x, name)
    if moments == "prior":
        return bernoulli(prior_rate)
    if moments == "dann":
        return Dann()
    found = measured(x, name)
    # Where all spikes are always there, no variance would be left to divide by.
    return found if moments == "measured" else bernoulli(min(found.mean, 0.999))
