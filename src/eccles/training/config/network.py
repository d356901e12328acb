"""What a network is, as settings: layers of groups of neurons, or populations and projections."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, field_validator, model_validator

from eccles.errors import InputError, must, nearest, shown
from eccles.network import Network, layered
from eccles.network.neurons import Convention, NeuronModel
from eccles.network.presets import texts_of
from eccles.populations import Populations, canonical
from eccles.settings import Duration, MaybeDuration, Settings, as_said, read_yaml
from eccles.units import whole_number

_RATIO, _HIDDEN = "80:20", 100
"""What an "auto" of `ei` and `hidden` is, where nothing else says it."""

CONSTANTS = {
    "convention": ("lif", "convention"),
    "tau_adapt": ("adaptive", "tau_adapt"),
    "adapt_strength": ("adaptive", "strength"),
    "e_excitatory": ("conductance", "e_excitatory"),
    "e_inhibitory": ("conductance", "e_inhibitory"),
    "izhikevich": ("izhikevich", "preset"),
}
"""Settings that are constants of one kind of neuron: which kind, and what it calls them."""

_BEYOND = (
    "groups",
    "signs",
    "input_ei",
    "recurrent",
    "neuron",
    "convention",
    "tau_syn_inhibitory",
    "delay",
    "threshold",
)
"""Settings that lead beyond one layer of LIF neurons, which has kernels of its own."""

_MOST = 65536
_LIST = "neurons of each layer, from 1 to 65536, such as 100 or 100,100"


class NetworkSettings(Settings):
    """Settings that say what the network is; `network_of` gives it as one value.

    One layer of LIF neurons, E and I, is the network of Kilgore et al. 2025. What is "auto" depends
    on the others.
    """

    section: ClassVar[str] = "network"

    ei: str | None = None
    """Excitatory to inhibitory neurons of a layer: a ratio, or the excitatory fraction 0.8 (auto:
    80:20)."""

    ei_rounding: bool = False
    """Round the excitatory neurons where the ratio doesn't give a whole number."""

    hidden: Annotated[int | str | None, as_said("N,...")] = None
    """Hidden neurons, of all groups together; of several layers with commas between (auto: 100, or
    as many as the groups have)."""

    groups: Annotated[str | None, as_said("NAME:N,...")] = None
    """Groups of each layer, such as "E:80,PV:12,SST:8", in place of the ratio."""

    signs: Annotated[str | None, as_said("NAME:SIGN,...")] = None
    """Signs that the groups' names don't tell, such as "IT:excitatory"."""

    input_ei: str | None = None
    """Excitatory to inhibitory inputs, spread evenly over their order: a ratio, or the excitatory
    share 0.8; or paired: each has a twin that fires with it and inhibits (auto: all excite)."""

    recurrent: Annotated[float | bool, as_said("[P]", "*", "1")] = 0.0
    """Let the groups of a layer project to each other and themselves, each connection with this
    probability (1 unless said)."""

    neuron: NeuronModel = "lif"
    """What the neurons are: LIF, with an adaptive threshold, with conductances, Izhikevich's."""

    convention: Convention = "spytorch"
    """Whose order of integrating, firing and resetting lif neurons keep; see docs/other-tools.md.
    With norse's come its decays, 1 - dt / tau."""

    tau_adapt: MaybeDuration = None
    """Time constant of the threshold of adaptive neurons (auto: 100 ms)."""

    adapt_strength: float | None = Field(default=None, ge=0, le=1e6)
    """How far a spike raises the threshold of adaptive neurons (auto: 0.2)."""

    e_excitatory: float | None = Field(default=None, gt=0, le=1e6)
    """Excitatory reversal potential of conductance neurons; rest is 0 (auto: 4.67)."""

    e_inhibitory: float | None = Field(default=None, le=0, ge=-1e6)
    """Their inhibitory reversal potential; 0 only shunts (auto: -0.67)."""

    izhikevich: (
        Literal["regular-spiking", "intrinsically-bursting", "chattering", "low-threshold-spiking"]
        | None
    ) = None
    """Parameters of Izhikevich's neurons, by name (auto: regular-spiking)."""

    tau_mem: Duration = 10e-3
    """Membrane time constant, such as "10 ms"; a number alone is seconds."""

    tau_syn: Duration = 5e-3
    """Synaptic time constant, such as "5 ms"; a number alone is seconds."""

    tau_syn_inhibitory: MaybeDuration = None
    """Time constant of what inhibitory neurons do to others (auto: that of tau_syn)."""

    delay: MaybeDuration = None
    """Delay of projections between neurons, whole steps (auto: one step)."""

    threshold: float = Field(default=1.0, gt=0, le=1e6)
    """Potential above which neurons fire; rest is 0."""

    w1_std: float | None = Field(default=None, ge=0, le=1e6)
    """Scale of the initial input weights (auto: 0.001; 1.2e-4 for recordings, which have some 25
    times the spikes; unbounded 7 (1 - beta) / sqrt(inputs); see docs/networks.md for others)."""

    w2_std: float | None = Field(default=None, ge=0, le=1e6)
    """Scale of the initial output weights (auto: 7 (1 - beta) / sqrt(hidden))."""

    zero_start: bool = True
    """Let a readout's maximum include its start at zero (off: from the first spike it gets)."""

    unbounded: bool = False
    """The reference without Dale's principle: signed normal weights, no projection."""

    network: Network | None = None
    """Populations and projections of a network of one's own, in a file; see docs/networks.md."""

    @field_validator("input_ei", mode="before")
    @classmethod
    def _spell_inputs(cls, value: object) -> object:
        if not isinstance(value, str | float | int) or value == "paired":
            return value
        try:
            found = canonical(value)
        except InputError:
            accepted = "a ratio such as 80:20, the excitatory share 0.8, or paired"
            hint = nearest(str(value), ("paired",)).strip(" ()")
            raise must(cls.section, "input_ei", accepted, value, hint) from None
        return None if found == "100:0" else found

    @field_validator("ei", mode="before")
    @classmethod
    def _spell_ratio(cls, value: object) -> object:
        return canonical(value) if isinstance(value, str | float | int) else value

    @field_validator("hidden", mode="before")
    @classmethod
    def _spell_layers(cls, value: Any) -> int | str | None:
        if value is None:
            return None
        words = value.split(",") if isinstance(value, str) else value
        sizes = list(words) if isinstance(words, list | tuple) else [words]
        found = [_size(size) for size in sizes]
        if not found or 0 in found:
            raise must(cls.section, "hidden", _LIST, value)
        return found[0] if len(found) == 1 else ",".join(map(str, found))

    @field_validator("groups", "signs", mode="before")
    @classmethod
    def _spell_names(cls, value: Any) -> Any:
        if isinstance(value, dict):
            return ",".join(f"{name}:{each}" for name, each in value.items())
        return "".join(value.split()) if isinstance(value, str) else value

    @field_validator("recurrent", mode="before")
    @classmethod
    def _spell_probability(cls, value: Any) -> float:
        if isinstance(value, bool):
            return float(value)
        try:
            chance = float(value)
        except (TypeError, ValueError, OverflowError):
            chance = -1.0
        if not 0 <= chance <= 1:
            accepted = "a probability between 0 and 1, or true"
            raise must(cls.section, "recurrent", accepted, value)
        return chance

    @model_validator(mode="after")
    def _is_one_network(self) -> Self:
        """Raise InputError unless the settings agree, and mean a network that there can be."""
        if self.network is not None:
            self._leave_it_to_the_network()
        for name, (kind, _) in CONSTANTS.items():
            if self._says(name) and self.neuron != kind:
                hint = f"it is one of {kind} neurons"
                accepted = f"left out with {self.neuron} neurons"
                raise must(self.section, name, accepted, self.spelt(name), hint)
        if self.groups is not None and self.ei is not None:
            hint = "groups say how many there are of each"
            raise must(self.section, "ei", "left out with groups", self.ei, hint)
        if self.input_ei is not None and self.unbounded:
            hint = "without Dale's principle an input has weights of either sign"
            raise must(self.section, "input_ei", "left out with unbounded", self.input_ei, hint)
        if self.signs is not None and self.groups is None:
            raise must(self.section, "signs", "left out without groups", self.signs)
        if self.plain:
            self.populations()
        else:
            self.network_of()
        return self

    def _leave_it_to_the_network(self) -> None:
        """Raise InputError for a setting that a network of one's own says itself."""
        for name, field in NetworkSettings.model_fields.items():
            value = getattr(self, name)
            usual = {"ei": _RATIO, "hidden": _HIDDEN}.get(name)
            if name != "network" and value not in (field.default, usual):
                raise _said_twice(self.section, name, self.spelt(name))

    @classmethod
    def no_setting(cls, name: object) -> str:
        """Return the words for a setting that these don't have, and for a part of a network."""
        parts = Network.model_fields
        near = "" if name in parts else nearest(name, parts)
        if name in parts or (near and not nearest(name, cls.model_fields)):
            return f"there is no setting {shown(name)}{near}; it is a part of network"
        return super().no_setting(name)

    @classmethod
    def from_yaml(cls, path: Path | str) -> Self:
        """Return the settings that a YAML (or JSON) file holds."""
        content = read_yaml(path)
        check_said(content, cls.section)
        return cls.model_validate(content)

    def _says(self, name: str) -> bool:
        """Return whether a setting isn't as it is unless said."""
        return bool(getattr(self, name) != NetworkSettings.model_fields[name].default)

    @property
    def plain(self) -> bool:
        """Whether it is one layer of LIF neurons, as of Kilgore et al. 2025."""
        usual = not any(self._says(name) for name in _BEYOND)
        return usual and self.network is None and not isinstance(self.hidden, str)

    def layers(self) -> tuple[int, ...] | None:
        """Return the neurons of each layer, or None where the groups say it."""
        if self.hidden is None:
            return None if self.groups is not None else (_HIDDEN,)
        return tuple(map(int, str(self.hidden).split(",")))

    def populations(self) -> Populations:
        """Return the excitatory and inhibitory neurons of one layer."""
        size = (self.layers() or (_HIDDEN,))[0]
        return Populations.parse(self.ei or _RATIO, size, rounding=self.ei_rounding)

    def network_of(self) -> Network:
        """Return the network that the settings mean, or raise InputError where there can't be one.

        `eccles show` draws it; whatever isn't `plain` is trained as it says.
        """
        if self.network is not None:
            return self.network
        constants = {
            own: getattr(self, name) for name, (_, own) in CONSTANTS.items() if self._says(name)
        }
        return _layered(
            self.layers(),
            self.neuron,
            tuple(constants.items()),
            self.groups,
            self.signs,
            ei=self.ei or _RATIO,
            inputs=self.input_ei or "excitatory",
            recurrent=self.recurrent or False,
            tau_mem=self.tau_mem,
            tau_syn=self.tau_syn,
            tau_syn_inhibitory=self.tau_syn_inhibitory,
            threshold=self.threshold,
            delay=self.delay,
            w1_std=self.w1_std,
            w2_std=self.w2_std,
            dale=not self.unbounded,
            zero_start=self.zero_start,
            rounding=self.ei_rounding,
        )

    def auto_network(self) -> dict[str, Any]:
        """Return what each "auto" among these settings becomes."""
        if self.network is not None:
            return {}
        if self.groups is not None:
            return {"hidden": self.network_of().n_neurons}
        return {"ei": _RATIO, "hidden": _HIDDEN}


def check_said(settings: Mapping[str, Any], where: str) -> None:
    """Raise InputError where a user gives both a network and a setting that is a part of one.

    The record of a run has every setting, also those at their defaults, and is let through: it is
    told by having more than half of all settings, where people write a few.
    """
    said = [name for name in NetworkSettings.model_fields if name in settings]
    if settings.get("network") is None or 2 * len(said) > len(NetworkSettings.model_fields):
        return
    for name in said:
        if name != "network" and settings[name] is not None:
            raise _said_twice(where, name, settings[name])


def _said_twice(where: str, name: str, value: object) -> InputError:
    """Return the error for a setting that a network of one's own says itself."""
    return must(where, name, "left out with network, which says it", value)


def _size(value: Any) -> int:
    """Return the neurons of a layer, or 0 for what can't be such a number."""
    try:
        found = whole_number(str(value).strip().removesuffix(".0")) or 0
    except ValueError:  # Of thousands of digits, which Python doesn't spell.
        found = 0
    return found if 1 <= found <= _MOST else 0


@lru_cache(maxsize=64)
def _layered(
    hidden: tuple[int, ...] | None,
    neuron: str,
    constants: tuple[tuple[str, Any], ...],
    groups: str | None,
    signs: str | None,
    **settings: Any,
) -> Network:
    """Return the network of `layered` for settings given as texts; the last ones are kept."""
    return layered(
        hidden,
        neuron={"model": neuron, **dict(constants)},
        groups=groups,
        signs=None if signs is None else texts_of(signs, "signs", '"IT:excitatory"'),  # type: ignore[arg-type]
        **settings,
    )
