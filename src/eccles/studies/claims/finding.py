"""What stored results say about a claim: a verdict, and the numbers behind it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Verdict(StrEnum):
    """What stored results say about a claim."""

    REPRODUCED = "reproduced"
    NOT_REPRODUCED = "not reproduced"
    NOT_TESTABLE = "not testable"


@dataclass(frozen=True)
class Finding:
    """A verdict and the numbers behind it.

    Attributes:
        verdict: by the claim's rule, in this project's way of measuring.
        ours: our numbers with n, part by part; empty where there are none.
        as_published: the same in the article's way; None where that is no other.
        verdict_as_published: by the same rule, in the article's way.
        note: what else one must know, or why there is no verdict and what makes one.
        held, parts: how many of how many parts of the claim hold, in this project's way; 0 of 0
            where they can't be told.
        number: the one to remember of ours, that of a part which decides; or empty.
    """

    verdict: Verdict
    ours: str
    as_published: str | None = None
    verdict_as_published: Verdict | None = None
    note: str = ""
    held: int = 0
    parts: int = 0
    number: str = ""


class Part(NamedTuple):
    """One part of a claim: whether it holds, the numbers that say so, and the one to remember.

    Where no outcome of so many runs could show it, `holds` is None: that can't be told.
    """

    holds: bool | None
    text: str
    number: str = ""


class Untestable(Exception):  # noqa: N818 - no failure, but what a judge has to say
    """Stored results can't tell, for the reason given."""


class Unmeasured(Untestable):
    """Something wasn't measured; the reason says what measures it."""


def weighed(parts: Sequence[Part]) -> tuple[Verdict, str]:
    """Return the verdict on a claim of several parts, and what to say of each.

    >>> weighed([Part(True, "a is 3"), Part(False, "b is 4")])[1]
    'holds: a is 3; does not hold: b is 4'
    """
    told = [part for part in parts if part.holds is not None]
    said = {
        "holds": [part.text for part in told if part.holds],
        "does not hold": [part.text for part in told if not part.holds],
        "can't be told": [part.text for part in parts if part.holds is None],
    }
    if len(said["holds"]) == len(parts):
        return Verdict.REPRODUCED, "; ".join(said["holds"])
    verdict = Verdict.NOT_TESTABLE if said["can't be told"] else Verdict.NOT_REPRODUCED
    return verdict, "; ".join(f"{how}: {'; '.join(each)}" for how, each in said.items() if each)


def found(
    judge: Callable[[], Sequence[Part]],
    published: Callable[[], Sequence[Part]] | None = None,
    note: str = "",
) -> Finding:
    """Return the finding on a claim's parts, in this project's way and in the article's.

    What can't be told in one of the two ways takes nothing from the other. Raises `Untestable`
    where neither can tell.
    """
    try:
        own = judge()
    except Untestable as reason:
        if published is None:
            raise
        try:
            theirs, text = weighed(published())
        except Untestable:
            raise reason from None
        why = "; ".join(filter(None, [str(reason), note]))
        return Finding(Verdict.NOT_TESTABLE, "", text, theirs, why)
    verdict, ours = weighed(own)
    held = sum(bool(part.holds) for part in own)
    if published is None:
        return Finding(verdict, ours, None, None, note, held, len(own), _number(own))
    try:
        theirs, text = weighed(published())
    except Untestable as reason:
        theirs, text = Verdict.NOT_TESTABLE, str(reason)
    return Finding(verdict, ours, text, theirs, note, held, len(own), _number(own))


def _number(parts: Sequence[Part]) -> str:
    """Return the number of the first part that has one, of those that don't hold if any don't."""
    failing = [part for part in parts if part.holds is not None and not part.holds]
    return next((part.number for part in (*failing, *parts) if part.number), "")
