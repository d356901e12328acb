"""Read populations and projections from what people write; an error says where it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from eccles.errors import InputError, must, nearest
from eccles.network.names import READOUTS, End, Pair, pairs
from eccles.network.neurons import ConductanceSettings
from eccles.network.paths import reached
from eccles.network.population import Population, check_name
from eccles.network.projection import Projection
from eccles.populations import canonical
from eccles.units import duration

_INPUTS = ("excitatory", "paired", "free")
"""What all inputs may be alike."""

_MOST = 65536
"""Neurons that spikes can tell apart."""


def read_populations(value: Any) -> dict[str, Population]:
    """Return the populations that are described by name, or raise InputError."""
    if not isinstance(value, Mapping) or not value:
        accepted = "one or more by name, such as {cortex: {groups: {E: 80, I: 20}}}"
        raise must("network", "populations", accepted, value)
    found = {}
    for name, each in value.items():
        check_name(name, "population")
        found[name] = _within(f"population {name}", Population, each)
    total = sum(each.n_neurons for each in found.values())
    if total > _MOST:
        raise must("network", "the number of neurons", f"at most {_MOST}", total)
    return found


def read_inputs(value: Any) -> str:
    """Return what inputs do, in one spelling, or raise InputError.

    >>> read_inputs("4:1"), read_inputs(0.5), read_inputs("100:0"), read_inputs("free")
    ('80:20', '50:50', 'excitatory', 'free')
    """
    if isinstance(value, str) and value in _INPUTS:
        return value
    accepted = "excitatory, paired, free or a ratio such as 80:20"
    try:
        found = canonical(value if isinstance(value, str | float | int) else "")
    except InputError:
        near = nearest(str(value), _INPUTS)
        raise InputError(f"network: inputs must be {accepted}, got {value!r}{near}") from None
    if found == "0:100":
        hint = "neurons that inputs only inhibit never fire"
        raise must("network", "inputs", f"{accepted}, with some that excite", value, hint)
    return "excitatory" if found == "100:0" else found


def read_projections(
    value: Any, populations: Mapping[str, Population], inputs: Any
) -> dict[Pair, Projection]:
    """Return the projections that are described by name, from group to group.

    Raises InputError for one that can't be, for two of a pair, and unless the input has a way to
    the output.
    """
    if not isinstance(value, Mapping):
        raise must("network", "projections", 'by name, such as {"input -> E": {}}', value)
    found: dict[Pair, Projection] = {}
    names: dict[Pair, str] = {}
    for name, said in value.items():
        for pair in pairs(name, populations, inputs == "paired"):
            if pair in names:
                hint = "one is enough, with the settings that you want"
                raise must(
                    "network",
                    f"the projection from {pair[0].whole_name} to {pair[1].whole_name}",
                    "given once",
                    f"{names[pair]} and {name}",
                    hint,
                )
            names[pair] = str(name)
            free = _is_free(pair[0], populations, inputs)
            found[pair] = _projection(str(name), said, free)
            _check(str(name), pair, found[pair], free, populations)
    _check_ends(found)
    if inputs not in (None, *_INPUTS):
        _check_mixed(str(inputs), found, populations)
    return found


def _projection(name: str, said: Any, free: bool) -> Projection:
    if isinstance(said, Projection):
        said = said.model_dump(exclude_unset=True)
    own = {} if said is None else said
    if isinstance(own, Mapping) and own.get("init") is None:
        own = {**own, "init": "normal" if free else "half-normal"}
    found: Projection = _within(f'projection "{name}"', Projection, own)
    return found


def _is_free(end: End, populations: Mapping[str, Population], inputs: Any) -> bool:
    if end.is_input:
        return bool(inputs == "free")
    return populations[end.population].signs[end.group] == "free"


def _check(
    name: str, pair: Pair, own: Projection, free: bool, populations: Mapping[str, Population]
) -> None:
    """Raise InputError unless a projection suits the groups that it ties."""
    pre, post = pair
    where = f'"{name}"'
    if free is not (own.init == "normal"):
        accepted = "normal from a free group" if free else "half-normal or exponential"
        hint = "" if free else f"{pre.group} has a sign, and its weights bear it"
        raise must("network", f"init of {where}", accepted, own.init, hint)
    if post == READOUTS:
        if own.delay is not None:
            hint = "readouts take spikes as they come"
            raise must("network", f"delay of {where}", "left out", duration(own.delay), hint)
    elif free and isinstance(populations[post.population].neuron, ConductanceSettings):
        hint = f"give {pre.group} a sign: a conductance has none of its own"
        raise must(
            "network", f"projection {where}", "of a group that excites or inhibits, as it goes to "
            "conductance neurons", "a free one", hint)  # fmt: skip


def _check_mixed(inputs: str, found: Iterable[Pair], populations: Mapping[str, Population]) -> None:
    """Raise InputError where inputs of both kinds would need receptors of either kind."""
    for pre, post in found:
        if pre.is_input and populations[post.population].has_receptors:
            hint = (
                f"{post.population} has receptors for excitation and inhibition, by its neurons or "
                "its tau_syn, and a projection from inputs of a ratio has one"
            )
            raise must("network", "inputs", "excitatory or paired", inputs, hint)


def _check_ends(found: Iterable[Pair]) -> None:
    known = set(found)
    if not any(pre.is_input for pre, _ in known):
        hint = 'such as "input -> E": {}'
        raise must("network", "projections", "from the input, at least one", "none", hint)
    if not any(post == READOUTS for _, post in known):
        hint = 'such as "E -> output": {}'
        raise must("network", "projections", "to the output, at least one", "none", hint)
    if READOUTS not in reached(known):
        got = "no way from input to output"
        raise must("network", "projections", "a way from input to output", got)


def _within(what: str, kind: Any, said: Any) -> Any:
    """Return settings of a class; where they are wrong, the error says where they stand."""
    try:
        return kind.model_validate(said)
    except InputError as error:
        place, _, sentence = str(error).partition(": ")
        why = sentence if place in {"network", "units"} else str(error)
        raise InputError(f"network: in {what}, {why}") from None
