"""Networks by name: functions that return one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from eccles.arguments import typed
from eccles.errors import InputError, must, whole
from eccles.former import obeys_dale
from eccles.network.constants import number
from eccles.network.network import Network
from eccles.network.signs import Sign, complete
from eccles.populations import Populations
from eccles.units import duration, whole_number

Groups = Mapping[str, int] | str
"""Sizes by name, or a text such as "E:80,PV:12,SST:8"."""

Time = float | str
"""Seconds, or a text such as "10 ms"."""


@typed("network")
def kilgore2025(
    ei: str | float = "80:20",
    hidden: int = 100,
    *,
    tau_mem: Time = 10e-3,
    tau_syn: Time = 5e-3,
    w1_std: float | None = None,
    w2_std: float | None = None,
    dale: bool = True,
    zero_start: bool = True,
    rounding: bool = False,
    unbounded: bool | None = None,
) -> Network:
    """Return the network of Kilgore et al. 2025: one layer of E and I neurons, no recurrence.

    Args:
        ei: excitatory to inhibitory neurons, or the excitatory fraction.
        hidden: neurons of both kinds.
        tau_mem, tau_syn: time constants of neurons and readouts.
        w1_std, w2_std: scales of the initial weights.
        dale: whether weights obey Dale's principle; if not, they may have any sign.
        zero_start: whether a readout's maximum includes its start at zero.
        rounding: round the excitatory neurons where the ratio doesn't give a whole number.
        unbounded: the former name of `dale=False`, with a warning.

    Source: doi 10.1038/s41598-025-03408-7.
    """
    return layered(
        (hidden,),
        ei=ei,
        tau_mem=tau_mem,
        tau_syn=tau_syn,
        w1_std=w1_std,
        w2_std=w2_std,
        dale=obeys_dale(dale, unbounded),
        zero_start=zero_start,
        rounding=rounding,
    )


@typed("network")
def layered(
    hidden: Sequence[int] | None = None,
    *,
    ei: str | float = "80:20",
    groups: Groups | None = None,
    signs: Mapping[str, Sign] | None = None,
    inputs: str | float = "excitatory",
    recurrent: bool | float = False,
    neuron: str | Mapping[str, Any] = "lif",
    tau_mem: Time = 10e-3,
    tau_syn: Time = 5e-3,
    tau_syn_inhibitory: Time | None = None,
    threshold: float = 1.0,
    delay: Time | None = None,
    w1_std: float | None = None,
    w2_std: float | None = None,
    dale: bool = True,
    zero_start: bool = True,
    rounding: bool = False,
    unbounded: bool | None = None,
) -> Network:
    """Return a network of layers; each projects to the next with all of its groups.

    Args:
        hidden: neurons of each layer (default: one layer of as many as the groups have, or 100).
        ei: excitatory to inhibitory neurons of each layer, unless `groups` says it.
        groups: groups of each layer; their sizes sum to the layer's.
        signs: those that the groups' names don't tell.
        inputs: what the inputs do: excite, or of both kinds by a ratio such as "80:20", or paired.
        recurrent: whether each layer's groups project to each other and themselves: True, or the
            probability of each connection, where 0 is none.
        neuron: lif, adaptive, conductance or izhikevich, or a mapping with constants.
        tau_mem, tau_syn: time constants of neurons and readouts; izhikevich neurons have no
            tau_mem.
        tau_syn_inhibitory: that of inhibitory receptors of neurons (default: tau_syn).
        threshold: potential above which neurons fire.
        delay: of all projections between neurons (default: one step).
        w1_std, w2_std: scales of the initial weights of inputs, and of projections to readouts.
        dale: whether weights obey Dale's principle; if not, they may have any sign.
        zero_start: whether a readout's maximum includes its start at zero.
        rounding: round the excitatory neurons where `ei` doesn't give a whole number.
        unbounded: the former name of `dale=False`, with a warning.

    Raises InputError for groups that don't sum to a layer, a delay that nothing has, and as
    `Network` does.
    """
    dale = obeys_dale(dale, unbounded)
    if not dale and inputs not in ("excitatory", "free"):
        hint = "without Dale's principle an input has weights of either sign"
        raise must("network", "inputs", "left out with dale=False", inputs, hint)
    said = groups_of(groups) if isinstance(groups, str) else groups
    sizes = _sizes(hidden, said)
    names = ["hidden"] if len(sizes) == 1 else [f"hidden{k + 1}" for k in range(len(sizes))]
    model = neuron.get("model") if isinstance(neuron, Mapping) else neuron
    populations: dict[str, Any] = {}
    for name, size in zip(names, sizes, strict=True):
        own = _split(ei, size, rounding) if said is None else dict(said)
        populations[name] = {
            "groups": own,
            "signs": complete(signs, own) if dale else dict.fromkeys(own, "free"),
            "neuron": neuron,
            "threshold": threshold,
            "tau_syn": tau_syn
            if tau_syn_inhibitory is None
            else {"excitatory": tau_syn, "inhibitory": tau_syn_inhibitory},
        }
        if model != "izhikevich":
            populations[name]["tau_mem"] = tau_mem
    between = {} if delay is None else {"delay": delay}
    projections: dict[str, Any] = {f"input -> {names[0]}": {"scale": w1_std}}
    projections |= {f"{a} -> {b}": between for a, b in pairwise(names)}
    if recurrent:
        chance = number(0.0, itself=False)(float(recurrent), "recurrent")
        projections |= {f"{name} -> {name}": {"probability": chance, **between} for name in names}
    elif len(names) == 1:
        for what, value in {"delay": delay, "tau_syn_inhibitory": tau_syn_inhibitory}.items():
            if value is not None:
                hint = (
                    "it is of projections between neurons, which --recurrent or a second layer "
                    "makes"
                )
                got = duration(value) if isinstance(value, float) else value
                raise must("network", what, "left out", got, hint)
    projections[f"{names[-1]} -> output"] = {"scale": w2_std}
    return Network.model_validate(
        {
            "populations": populations,
            "projections": projections,
            "readout": {"tau_mem": tau_mem, "tau_syn": tau_syn, "zero_start": zero_start},
            "inputs": inputs if dale else "free",
        }
    )


def circuit() -> Network:
    """Return a small circuit of the cortex: E neurons, and PV and SST neurons that inhibit them.

    PV neurons are quick and inhibit what excites them; SST neurons come late and inhibit both.
    """
    return Network.model_validate(
        {
            "populations": {
                "cortex": {
                    "groups": {"E": 80, "PV": 12, "SST": 8},
                    "tau_mem": {"E": "20 ms", "PV": "10 ms", "SST": "20 ms"},
                    "tau_syn": {"excitatory": "10 ms", "inhibitory": "20 ms"},
                }
            },
            "projections": {
                "input -> E": {},
                "input -> PV": {},
                "E -> E": {"probability": 0.1},
                "E -> PV": {},
                "E -> SST": {"delay": "3 ms"},
                "PV -> E": {},
                "SST -> E": {},
                "SST -> PV": {},
                "E -> output": {},
            },
        }
    )


def groups_of(text: str) -> dict[str, int]:
    """Return the groups that a text names, or raise InputError.

    >>> groups_of("E:80,PV:12,SST:8")
    {'E': 80, 'PV': 12, 'SST': 8}
    """
    example = '"E:80,PV:12,SST:8"'
    found = {name: whole_number(size) for name, size in texts_of(text, "groups", example).items()}
    if None in found.values():
        raise must("network", "groups", f"names and whole sizes such as {example}", text)
    return {name: size or 0 for name, size in found.items()}


def texts_of(text: str, what: str, example: str) -> dict[str, str]:
    """Return the text that stands behind each name in "name:text, ...", or raise InputError.

    >>> texts_of("IT:excitatory, ET:excitatory", "signs", "")
    {'IT': 'excitatory', 'ET': 'excitatory'}
    """
    found: dict[str, str] = {}
    for part in text.split(","):
        name, _, said = (piece.strip() for piece in part.partition(":"))
        if not name or not said:
            raise must("network", what, f"names and {_SAID[what]} such as {example}", text)
        if name in found:
            raise must("network", f"{_ONE[what]} {name}", "given once", text)
        found[name] = said
    return found


_SAID, _ONE = (
    {"groups": "whole sizes", "signs": "signs"},
    {"groups": "group", "signs": "the sign of"},
)


def _sizes(hidden: Sequence[int] | None, groups: Mapping[str, int] | None) -> Sequence[int]:
    """Return the neurons of each layer."""
    if hidden is None:
        return (100,) if groups is None else (sum(groups.values()),)
    if not hidden:
        raise must("network", "hidden", "the neurons of one layer or more", list(hidden))
    for size in hidden:
        whole("network", "hidden", size)
        if groups is not None and sum(groups.values()) != size:
            sizes = " + ".join(map(str, groups.values()))
            raise InputError(
                f"network: groups must sum to hidden, {size} neurons a layer, got {sizes} = "
                f"{sum(groups.values())}"
            )
    return hidden


def _split(ei: str | float, size: int, rounding: bool) -> dict[str, int]:
    split = Populations.parse(ei, size, rounding=rounding)
    both = {"E": split.n_excitatory, "I": split.n_inhibitory}
    return {group: n for group, n in both.items() if n}
