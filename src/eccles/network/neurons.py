"""What a population's neurons compute, as settings: a name, or a name with constants."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, NamedTuple, get_args

from pydantic import Field

from eccles.errors import must, not_among
from eccles.network.constants import ByGroup, Reader, by_group, number, time
from eccles.settings import Settings
from eccles.units import duration

if TYPE_CHECKING:
    from eccles.functional.neuron import Constant, Neuron
    from eccles.functional.surrogate import Surrogate

NeuronModel = Literal["lif", "adaptive", "conductance", "izhikevich"]
"""Names of neurons."""

Convention = Literal["spytorch", "snntorch", "norse"]
"""Whose order of integrating, firing and resetting LIF neurons keep: that of `functional.LIF`, or
of other libraries, as `functional.conventions` has them."""

_STABLE = 1e-3
"""The longest step, in seconds, at which Izhikevich's equations are stable."""


class Common(NamedTuple):
    """What a population says of its neurons, whatever their model.

    Attributes:
        tau_mem, threshold: one, or one for each neuron.
        dt: length of a step in seconds.
        surrogate: what stands in for the derivative of a spike.
        spread: makes of a constant by group one for each neuron.
    """

    tau_mem: Constant
    threshold: Constant
    dt: float
    surrogate: Surrogate
    spread: Callable[[ByGroup], Constant]


class LIFSettings(Settings):
    """Leaky integrate-and-fire."""

    section: ClassVar[str] = "network"
    words: ClassVar[str] = "LIF"

    model: Literal["lif"] = "lif"
    """The neuron's name."""

    convention: Convention = "spytorch"
    """Whose order of integrating, firing and resetting it keeps; see `functional.conventions`."""

    def made(self, common: Common) -> Neuron:
        """Return what the neurons compute."""
        from eccles.functional.conventions import NorseLIF, SnntorchLIF
        from eccles.functional.lif import LIF

        kinds: dict[str, type[LIF]] = {"spytorch": LIF, "snntorch": SnntorchLIF, "norse": NorseLIF}
        return kinds[self.convention](common.tau_mem, common.threshold, common.dt, common.surrogate)


def of_norse(neuron: Settings) -> bool:
    """Return whether neurons are norse's, which take Euler's decays for their currents too."""
    return isinstance(neuron, LIFSettings) and neuron.convention == "norse"


class AdaptiveSettings(Settings):
    """Leaky integrate-and-fire with a threshold that adapts."""

    section: ClassVar[str] = "network"
    words: ClassVar[str] = "adaptive LIF"

    model: Literal["adaptive"] = "adaptive"
    """The neuron's name."""

    tau_adapt: ByGroup = 100e-3
    """Time constant of the adaptation, one or by group."""

    strength: ByGroup = 0.2
    """How far a spike raises the threshold, one or by group."""

    def made(self, common: Common) -> Neuron:
        """Return what the neurons compute."""
        from eccles.functional.adaptive import AdaptiveLIF

        return AdaptiveLIF(
            common.tau_mem,
            common.spread(self.tau_adapt),
            common.spread(self.strength),
            common.threshold,
            common.dt,
            common.surrogate,
        )


class ConductanceSettings(Settings):
    """Leaky integrate-and-fire with conductances and reversal potentials."""

    section: ClassVar[str] = "network"
    words: ClassVar[str] = "conductance LIF"

    model: Literal["conductance"] = "conductance"
    """The neuron's name."""

    e_excitatory: float = Field(default=14 / 3, gt=0, le=1e6)
    """Excitatory reversal potential, where rest is 0 and the usual threshold 1."""

    e_inhibitory: float = Field(default=-2 / 3, le=0, ge=-1e6)
    """Inhibitory reversal potential; 0 only shunts."""

    def made(self, common: Common) -> Neuron:
        """Return what the neurons compute."""
        from eccles.functional.conductance import ConductanceLIF

        return ConductanceLIF(
            common.tau_mem,
            self.e_excitatory,
            self.e_inhibitory,
            common.threshold,
            common.dt,
            common.surrogate,
        )


class IzhikevichSettings(Settings):
    """Izhikevich's simple model."""

    section: ClassVar[str] = "network"
    words: ClassVar[str] = "Izhikevich"

    model: Literal["izhikevich"] = "izhikevich"
    """The neuron's name."""

    preset: Literal[
        "regular-spiking", "intrinsically-bursting", "chattering", "low-threshold-spiking"
    ] = "regular-spiking"
    """Parameters, by the name of a cortical neuron that has them."""

    def made(self, common: Common) -> Neuron:
        """Return what the neurons compute; raise InputError for steps over 1 ms."""
        import dataclasses

        from eccles.functional.izhikevich import PRESETS

        if common.dt > _STABLE * (1 + 1e-9):
            accepted = "1 ms or less for izhikevich neurons"
            raise must("network", "the length of a step", accepted, duration(common.dt))
        return dataclasses.replace(PRESETS[self.preset], dt=common.dt)


_Any = LIFSettings | AdaptiveSettings | ConductanceSettings | IzhikevichSettings

NeuronSettings = Annotated[_Any, Field(discriminator="model")]
"""Settings of any neuron."""

KINDS: dict[str, Any] = {kind.model_fields["model"].default: kind for kind in get_args(_Any)}
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
        if model is None:
            accepted = f"a mapping with a model, one of {', '.join(KINDS)}"
            raise must("network", "neuron", accepted, value)
        raise not_among("network", "neuron", KINDS, model)
    for name, read in _BY_GROUP.items():
        if name in said and name in KINDS[model].model_fields:
            said[name] = by_group(said[name], groups, name, read)
    found: NeuronSettings = KINDS[model](**said)
    return found


def short_name(neuron: NeuronSettings) -> str | dict[str, Any]:
    """Return a neuron as people write it: its name alone where it has its usual constants."""
    said = neuron.model_dump(mode="json", exclude_defaults=True)
    return {"model": neuron.model, **said} if said else neuron.model
