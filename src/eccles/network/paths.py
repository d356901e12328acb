"""Ways through a network: what the input reaches, and after how many projections."""

from __future__ import annotations

from collections.abc import Iterable

from eccles.network.names import INPUT, OUTPUT, PAIRED, End, Pair


def reached(known: Iterable[Pair]) -> set[End]:
    """Return the ends that the input reaches, itself among them.

    What only inhibits begins no way: neurons that nothing excites never fire.
    """
    known = set(known)
    found: set[End] = {pre for pre, _ in known if pre.is_input and PAIRED.get(pre, 1) > 0}
    while more := {post for pre, post in known if pre in found} - found:
        found |= more
    return found


def depths(populations: Iterable[str], known: Iterable[Pair]) -> dict[str, int]:
    """Return how many projections each population is from the input; unreached ones come last."""
    ties = {(pre.population, post.population) for pre, post in known}
    found = {INPUT: 0}
    front = {INPUT}
    while front:
        front = {post for pre, post in ties if pre in front and post != OUTPUT} - found.keys()
        found |= dict.fromkeys(front, max(found.values()) + 1)
    last = max(found.values()) + 1
    return {name: found.get(name, last) for name in populations}
