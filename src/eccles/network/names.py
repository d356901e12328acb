"""What projections are called: "E -> PV", and between which groups of which populations that is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from eccles.errors import InputError, must, nearest
from eccles.network.population import Population

INPUT, OUTPUT = "input", "output"
"""The ends of a network: its inputs and its readouts."""


class End(NamedTuple):
    """A group of a population, or an end of the network, whose group has its name.

    Paired inputs are two ends, which spike together: input.E excites, and input.I inhibits.

    Attributes:
        population: the population's name, input, or output.
        group: the group's name, input, or output.
    """

    population: str
    group: str

    @property
    def whole_name(self) -> str:
        """What it is called, whatever other populations there are."""
        return self.group if self in (INPUTS, READOUTS) else f"{self[0]}.{self[1]}"

    @property
    def is_input(self) -> bool:
        """Whether it is the inputs, or what paired inputs excite or inhibit by."""
        return self.population == INPUT


INPUTS, READOUTS = End(INPUT, INPUT), End(OUTPUT, OUTPUT)

PAIRED = {End(INPUT, "E"): 1, End(INPUT, "I"): -1}
"""The ends of paired inputs, and what their synapses do."""

Pair = tuple[End, End]
"""Where a projection comes from, and where it goes."""


def sources(paired: bool) -> list[End]:
    """Return the ends that inputs project from."""
    return list(PAIRED) if paired else [INPUTS]


def short_names(populations: Mapping[str, Population]) -> dict[End, str]:
    """Return what each end is called: a group by its name alone where nothing else has it."""
    ends = [End(name, group) for name, each in populations.items() for group in each.groups]
    alone = {end: [other for other in ends if other.group == end.group] == [end] for end in ends}
    names = {
        end: end.group
        if alone[end] and (end.group not in populations or len(populations[end.group].groups) == 1)
        else end.whole_name
        for end in ends
    }
    return {**{end: end.whole_name for end in (INPUTS, *PAIRED)}, **names, READOUTS: OUTPUT}


def pairs(name: object, populations: Mapping[str, Population], paired: bool = False) -> list[Pair]:
    """Return the pairs of groups that the name of a projection stands for.

    "input" is both ends of paired inputs, as a population's name is all of its groups. Raises
    InputError for a name without an arrow, and for ends that aren't there.
    """
    parts = name.split("->") if isinstance(name, str) else []
    if len(parts) != 2:
        raise must("network", "the name of a projection", 'such as "E -> I"', name)
    outer = [*sources(paired), READOUTS]
    starts, targets = (_ends(part.strip(), str(name), populations, outer) for part in parts)
    if READOUTS in starts:
        raise must("network", "a projection", "from inputs or neurons", name, "output is the end")
    if any(end.is_input for end in targets):
        raise must("network", "a projection", "to neurons or output", name, "input is the start")
    if READOUTS in targets and any(end.is_input for end in starts):
        hint = "inputs reach the readouts through neurons"
        raise must("network", "a projection", "from or to neurons", name, hint)
    return [(start, target) for start in starts for target in targets]


def _ends(
    part: str, name: str, populations: Mapping[str, Population], outer: Sequence[End]
) -> list[End]:
    if ends := [end for end in outer if part in (end.population, end.whole_name)]:
        return ends
    names: dict[str, set[End]] = {}
    for population, each in populations.items():
        for group in each.groups:
            end = End(population, group)
            for known in (population, group, end.whole_name):
                names.setdefault(known, set()).add(end)
    if part not in names:
        # The longest names last: nearest takes the first of those that are equally near.
        ours = [end.whole_name for end in outer]
        known_names = [*ours, *names]
        shown = [*ours, *(name for name in names if "." not in name)]
        there_are = ", ".join(shown[:12])
        if part in _spelt(set(PAIRED)):
            there_are += f" ({part} is of networks with inputs: paired)"
        raise InputError(
            f'network: projection "{name}" must be of groups that are there, got '
            f"{part!r}{nearest(part, known_names)}; there are {there_are}"
        )
    found = names[part]
    if part in populations:
        own = {End(part, group) for group in populations[part].groups}
        several = found != own
    else:
        several = len(found) > 1
    if several:
        accepted = " or ".join(sorted(_spelt(found)))
        raise InputError(
            f'network: projection "{name}" must be of one group, got {part!r}, which is a name '
            f"of several; write {accepted}"
        )
    return sorted(found)


def _spelt(ends: set[End]) -> list[str]:
    return [end.whole_name for end in ends]
