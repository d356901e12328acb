"""What the synapses of a group do: excite, inhibit, or either."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Literal, get_args

from eccles.errors import InputError, must, nearest

Sign = Literal["excitatory", "inhibitory", "free"]

NUMBERS: dict[Sign, int] = {"excitatory": 1, "free": 0, "inhibitory": -1}
"""Signs in the order of a population's groups, as numbers."""

_BY_LETTER = re.compile(r"([EI])(?![A-Z])")
_LETTERS: dict[str, Sign] = {"E": "excitatory", "I": "inhibitory"}
_INTERNEURONS = {"PV", "SST", "SOM", "VIP"}


def implied(group: str) -> Sign | None:
    """Return the sign that a group's name tells, or None.

    E and I tell theirs, and so do names that begin with one of them unless a capital follows:
    IT and ET neurons of the cortex both excite. PV, SST, SOM and VIP are inhibitory interneurons.

    >>> implied("E"), implied("I2"), implied("Exc"), implied("PV"), implied("IT")
    ('excitatory', 'inhibitory', 'excitatory', 'inhibitory', None)
    """
    if group in _INTERNEURONS:
        return "inhibitory"
    letter = _BY_LETTER.match(group)
    return _LETTERS[letter[1]] if letter else None


def complete(signs: Any, groups: Iterable[str]) -> dict[str, Sign]:
    """Return the sign of every group: those that are said, and those that names tell.

    Raises InputError for one that is missing, of no group, unknown, or against its group's name.
    """
    said = {} if signs is None else signs
    known = list(groups)
    if not isinstance(said, Mapping):
        accepted = "a sign for each group, such as {E: excitatory}"
        raise must("network", "signs", accepted, said)
    for group, sign in said.items():
        if group not in known:
            there_are = f"there are {', '.join(known)}"
            raise InputError(
                f"network: signs must be of groups, got one of {group!r}"
                f"{nearest(str(group), known)}; {there_are}"
            )
        if not isinstance(sign, str) or sign not in get_args(Sign):
            near = nearest(str(sign), get_args(Sign))
            accepted = "excitatory, inhibitory or free"
            raise InputError(f"network: the sign of {group} must be {accepted}, got {sign!r}{near}")
        if {sign, implied(group)} == {"excitatory", "inhibitory"}:
            hint = f"{group} is the name of a group that is {implied(group)}; choose another name"
            raise must("network", f"the sign of {group}", str(implied(group)), sign, hint)
    found: dict[str, Sign] = {}
    for group in known:
        sign = said.get(group) or implied(group)
        if sign is None:
            hint = f"say signs: {{{group}: excitatory}}, inhibitory or free"
            raise must("network", f"the sign of {group}", "said", None, hint)
        found[group] = sign
    return found
