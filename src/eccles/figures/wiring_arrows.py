"""Which arrows a picture of a network has: projections that are alike share one."""

from __future__ import annotations

from dataclasses import dataclass

from eccles.network import End, Network, Projection
from eccles.network.names import INPUT, INPUTS, OUTPUT, READOUTS, sources
from eccles.network.summary import SIGNS
from eccles.units import duration

MIXED = "mixed"
"""The sign of an arrow that stands for groups of several signs."""

_MANY = 3
"""Where a population has so many groups and their arrows are all alike, one arrow is drawn."""


@dataclass(frozen=True)
class Arrow:
    """One projection, or several that are alike.

    Attributes:
        pre, post: where it begins and ends; an empty group stands for the whole population.
        sign: excitatory, inhibitory, free, or mixed.
        label: its probability and delay, where they aren't the usual ones.
    """

    pre: End
    post: End
    sign: str
    label: str

    @property
    def inside(self) -> bool:
        """Whether it stays within a population."""
        return self.pre.population == self.post.population


def arrows(network: Network) -> tuple[list[Arrow], dict[str, str]]:
    """Return the arrows, and notes on populations in which every group projects to every group."""
    labels = {network.pair(name): _label(own) for name, own in network.projections.items()}
    ties = dict.fromkeys((pre.population, post.population) for pre, post in labels)
    found: list[Arrow] = []
    said: dict[str, str] = {}
    for pre, post in ties:
        starts, targets = (_groups(network, name) for name in (pre, post))
        table = [[labels.get((source, target)) for target in targets] for source in starts]
        alike = len({label for row in table for label in row}) == 1
        signs = [_sign(network, source) for source in starts]
        if pre == post and alike and len(starts) >= _MANY:
            label = table[0][0]
            if label or len(starts) > _MANY:
                said[pre] = f"each group to each{f': {label}' if label else ''}"
            if len(starts) > _MANY:
                continue
            # What is said once isn't said at nine arrows.
            table = [["" for _ in targets] for _ in starts]
        elif pre != post and alike and len(starts) >= _MANY:
            sign = signs[0] if len(set(signs)) == 1 else MIXED
            to = End(post, "") if len(targets) > 1 else targets[0]
            found.append(Arrow(End(pre, ""), to, sign, table[0][0] or ""))
            continue
        for source, sign, row in zip(starts, signs, table, strict=True):
            if pre != post and len(row) > 1 and len(set(row)) == 1 and row[0] is not None:
                found.append(Arrow(source, End(post, ""), sign, row[0]))
                continue
            for target, label in zip(targets, row, strict=True):
                if label is not None:
                    found.append(Arrow(source, target, sign, label))
    return found, said


def _sign(network: Network, source: End) -> str:
    mixed = source == INPUTS and network.mixed_inputs
    return MIXED if mixed else SIGNS[network.sign(source)]


def _groups(network: Network, population: str) -> list[End]:
    if population == INPUT:
        return sources(network.paired)
    if population == OUTPUT:
        return [READOUTS]
    return [end for end in network.ends() if end.population == population]


def _label(own: Projection) -> str:
    parts = [] if own.probability == 1 else [f"{100 * own.probability:g} %"]
    parts += [] if own.delay is None else [duration(own.delay)]
    return ", ".join(parts)
