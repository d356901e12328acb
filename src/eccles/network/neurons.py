"""What a population's neurons compute, as settings: a name, or a name with constants."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from eccles.errors import InputError, must, nearest
from eccles.network.constants import ByGroup, Reader, by_group, number, time
from eccles.settings import Settings


class LIFSettings(Settings):
    """Leaky integrate-and-fire."""

    section: ClassVar[str] = "network"

    model: Literal["lif"] = "lif"
    """The neuron's name."""

    convention: Literal["spytorch", "snntorch", "norse"] = "spytorch"
    """Whose order of integrating, firing and resetting it keeps; see `functional.conventions`."""


def of_norse(neuron: Settings) -> bool:
    """Return whether neurons are norse's, which take Euler's decays for their currents too."""
    return isinstance(neuron, LIFSettings) and neuron.convention == "norse"


class AdaptiveSettings(Settings):
    """Leaky integrate-and-fire with a threshold that adapts."""

    section: ClassVar[str] = "network"

    model: Literal["adaptive"] = "adaptive"
    """The neuron's name."""

    tau_adapt: ByGroup = 100e-3
    """Time constant of the adaptation, one or by group."""

    strength: ByGroup = 0.2
    """How far a spike raises the threshold, one or by group."""


class ConductanceSettings(Settings):
    """Leaky integrate-and-fire with conductances and reversal potentials."""

    section: ClassVar[str] = "network"

    model: Literal["conductance"] = "conductance"
    """The neuron's name."""

    e_excitatory: float = Field(default=14 / 3, gt=0, le=1e6)
    """Excitatory reversal potential, where rest is 0 and the usual threshold 1."""

    e_inhibitory: float = Field(default=-2 / 3, le=0, ge=-1e6)
    """Inhibitory reversal potential; 0 only shunts."""


class IzhikevichSettings(Settings):
    """Izhikevich's simple model."""

    section: ClassVar[str] = "network"

    model: Literal["izhikevich"] = "izhikevich"
    """The neuron's name."""

    preset: Literal[
        "regular-spiking", "intrinsically-bursting", "chattering", "low-threshold-spiking"
    ] = "regular-spiking"
    """Parameters, by the name of a cortical neuron that has them."""


NeuronSettings = Annotated[
    LIFSettings | AdaptiveSettings | ConductanceSettings | IzhikevichSettings,
    Field(discriminator="model"),
]
"""Settings of any neuron."""

KINDS: dict[str, Any] = {
    "lif": LIFSettings,
    "adaptive": AdaptiveSettings,
    "conductance": ConductanceSettings,
    "izhikevich": IzhikevichSettings,
}
"""Neurons by name."""

_BY_GROUP: dict[str, Reader] = {"tau_adapt": time(100.0), "strength": number(0.0)}
"""What may differ by group, and what reads it."""


def read_neuron(value: Any, groups: Iterable[str]) -> NeuronSettings:
    """Return the neuron that is named, or described by a mapping with its `model`.

    Raises InputError for a name or a constant that isn't there.
    """
    if isinstance(value, Settings):
        value = value.model_dump(exclude_unset=True) | {"model": getattr(value, "model", None)}
    said = dict(value) if isinstance(value, Mapping) else {"model": value}
    model = said.pop("model", None)
    if not isinstance(model, str) or model not in KINDS:
        known = ", ".join(KINDS)
        if model is None:
            raise must("network", "neuron", f"a mapping with a model, one of {known}", value)
        raise InputError(
            f"network: neuron must be one of {known}, got {model!r}{nearest(str(model), KINDS)}"
        )
    for name, read in _BY_GROUP.items():
        if name in said and name in KINDS[model].model_fields:
            said[name] = by_group(said[name], groups, name, read)
    found: NeuronSettings = KINDS[model](**said)
    return found


def short_name(neuron: NeuronSettings) -> str | dict[str, Any]:
    """Return a neuron as people write it: its name alone where it has its usual constants."""
    said = neuron.model_dump(mode="json", exclude_defaults=True)
    return {"model": neuron.model, **said} if said else neuron.model
