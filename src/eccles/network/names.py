"""What projections are called: "E -> PV", and between which groups of which populations that is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from eccles.errors import InputError, must, nearest
from eccles.network.population import Population

INPUT, OUTPUT = "input", "output"
"""The ends of a network: its inputs and its readouts."""


class End(NamedTuple):
    """A group of a population, or an end of the network, whose group has its name.

    Attributes:
        population: the population's name, input, or output.
        group: the group's name, input, or output.
    """

    population: str
    group: str

    @property
    def whole_name(self) -> str:
        """What it is called, whatever other populations there are."""
        return self.group if self.population in {INPUT, OUTPUT} else f"{self[0]}.{self[1]}"


INPUTS, READOUTS = End(INPUT, INPUT), End(OUTPUT, OUTPUT)

Pair = tuple[End, End]
"""Where a projection comes from, and where it goes."""


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
    return {INPUTS: INPUT, **names, READOUTS: OUTPUT}


def pairs(name: object, populations: Mapping[str, Population]) -> list[Pair]:
    """Return the pairs of groups that the name of a projection stands for.

    Raises InputError for a name without an arrow, and for ends that aren't there.
    """
    parts = name.split("->") if isinstance(name, str) else []
    if len(parts) != 2:
        raise must("network", "the name of a projection", 'such as "E -> I"', name)
    sources, targets = (_ends(part.strip(), str(name), populations) for part in parts)
    if READOUTS in sources:
        raise must("network", "a projection", "from inputs or neurons", name, "output is the end")
    if INPUTS in targets:
        raise must("network", "a projection", "to neurons or output", name, "input is the start")
    if INPUTS in sources and READOUTS in targets:
        hint = "inputs reach the readouts through neurons"
        raise must("network", "a projection", "from or to neurons", name, hint)
    return [(source, target) for source in sources for target in targets]


def _ends(part: str, name: str, populations: Mapping[str, Population]) -> list[End]:
    if part in {INPUT, OUTPUT}:
        return [End(part, part)]
    names: dict[str, set[End]] = {}
    for population, each in populations.items():
        for group in each.groups:
            end = End(population, group)
            for known in (population, group, end.whole_name):
                names.setdefault(known, set()).add(end)
    if part not in names:
        # The longest names last: nearest takes the first of those that are equally near.
        known_names = [INPUT, OUTPUT, *names]
        there_are = ", ".join([name for name in known_names if "." not in name][:12])
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
