"""A population: neurons of one model, in groups that excite or inhibit."""

from __future__ import annotations

import re
from collections.abc import Mapping
from reprlib import repr as short
from typing import Any, ClassVar, Literal

from pydantic import Field, model_validator

from eccles.errors import InputError, must, nearest, whole
from eccles.former import warn
from eccles.network.constants import ByGroup, by_group, number, of_group, time
from eccles.network.neurons import (
    ConductanceSettings,
    IzhikevichSettings,
    LIFSettings,
    NeuronSettings,
    read_neuron,
)
from eccles.network.signs import NUMBERS, Sign, complete
from eccles.settings import Settings

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_RECEPTORS = ("excitatory", "inhibitory")
_TIME = time(1.0)


def check_name(name: object, what: str) -> None:
    """Raise InputError unless a name is one that projections and parameters can be called by."""
    right = isinstance(name, str) and _NAME.fullmatch(name) and "_to_" not in name
    if not right or name in {"input", "output"}:
        accepted = "a letter and then letters, digits and underscores"
        hint = "input and output are the ends of a network, and _to_ stands for an arrow"
        raise must("network", f"the name of a {what}", accepted, name, hint)


def natural(name: str) -> list[tuple[int, int | str]]:
    """Return what names are sorted by: numbers within them count as numbers.

    >>> sorted(["L10", "L9", "L"], key=natural)
    ['L', 'L9', 'L10']
    """
    parts = re.split(r"(\d+)", name)
    return [(1, int(part)) if part.isdigit() else (0, part) for part in parts if part]


class Population(Settings):
    """Neurons of one model, in groups; groups that excite come first, those that inhibit last."""

    section: ClassVar[str] = "network"

    groups: dict[str, int]
    """Number of neurons of each group."""

    signs: dict[str, Sign] = Field(default_factory=dict)
    """What the synapses of each group do; names such as E and I tell theirs."""

    neuron: NeuronSettings = LIFSettings()
    """lif, adaptive, conductance or izhikevich, or a mapping of a model and its constants."""

    tau_mem: ByGroup = 10e-3
    """Membrane time constant, one or by group."""

    tau_syn: float | dict[Literal["excitatory", "inhibitory"], float] = 5e-3
    """Time constant of the receptors, one or that of each."""

    threshold: ByGroup = 1.0
    """Potential above which a neuron fires, one or by group; rest is 0."""

    @model_validator(mode="before")
    @classmethod
    def _in_one_spelling(cls, value: Any) -> Any:
        if not isinstance(value, Mapping):
            return value
        said = dict(value)
        if "groups" not in said:
            raise must("network", "groups", "a size for each group, such as {E: 80, I: 20}", None)
        sizes = _sizes(said["groups"])
        signs = complete(said.get("signs"), sizes)
        order = sorted(sizes, key=lambda group: (-NUMBERS[signs[group]], natural(group)))
        said["groups"] = {group: sizes[group] for group in order}
        said["signs"] = {group: signs[group] for group in order}
        said["neuron"] = read_neuron(said.get("neuron", "lif"), order)
        if isinstance(said["neuron"], IzhikevichSettings):
            for name in ("tau_mem", "threshold"):
                usual = cls.model_fields[name].default
                if said.get(name, usual) != usual:
                    hint = "its parameters come by preset"
                    raise must("network", name, "left out for izhikevich", said[name], hint)
        for name, read in {"tau_mem": _TIME, "threshold": number(0.0, itself=False)}.items():
            if name in said:
                said[name] = by_group(said[name], order, name, read)
        if "tau_syn" in said:
            said["tau_syn"] = _tau_syn(said["tau_syn"])
        return said

    @property
    def n_neurons(self) -> int:
        """Number of neurons of all groups."""
        return sum(self.groups.values())

    @property
    def has_receptors(self) -> bool:
        """Whether excitation and inhibition reach its neurons by receptors of their own."""
        return isinstance(self.neuron, ConductanceSettings) or isinstance(self.tau_syn, dict)

    def slice_of(self, group: str) -> slice:
        """Return where a group's neurons are among the population's."""
        names = list(self.groups)
        start = sum(self.groups[name] for name in names[: names.index(group)])
        return slice(start, start + self.groups[group])

    def place(self, group: str) -> slice:
        """The former name of `slice_of`, which leaves after 0.2."""
        warn("Population.place", "Population.slice_of")
        return self.slice_of(group)

    def tau_of(self, receptor: Literal["excitatory", "inhibitory"]) -> float:
        """Return the time constant of a receptor, in seconds."""
        return self.tau_syn[receptor] if isinstance(self.tau_syn, dict) else self.tau_syn

    def of(self, constant: ByGroup, group: str) -> float:
        """Return a group's own number."""
        return of_group(constant, group)


def _sizes(groups: Any) -> dict[str, int]:
    if not isinstance(groups, Mapping) or not groups:
        accepted = "a size for each group, such as {E: 80, I: 20}"
        raise must("network", "groups", accepted, groups)
    for group, size in groups.items():
        check_name(group, "group")
        whole(
            "network",
            f"the size of group {group}",
            size,
            accepted="a whole number, 1 neuron or more",
        )
    return dict(groups)


def _tau_syn(value: Any) -> float | dict[str, float]:
    if not isinstance(value, Mapping):
        return _TIME(value, "tau_syn")
    for name in value:
        if name not in _RECEPTORS:
            raise InputError(
                "network: tau_syn must be one, or that of excitatory and of inhibitory receptors, "
                f"got one of {name!r}{nearest(str(name), _RECEPTORS)}"
            )
    if len(value) < len(_RECEPTORS):
        accepted = "one, or {excitatory: ..., inhibitory: ...}"
        raise must("network", "tau_syn", accepted, short(dict(value)))
    found = {name: _TIME(value[name], f"{name} tau_syn") for name in _RECEPTORS}
    return found if len(set(found.values())) > 1 else found["excitatory"]
