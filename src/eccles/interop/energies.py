"""Energies of an operation, by a table with a name, and joules of counts: compute alone."""

from __future__ import annotations

from typing import NamedTuple

from eccles.arguments import typed
from eccles.errors import not_among


class Energies(NamedTuple):
    """What operations take in a technology, in joules.

    Attributes:
        mac, ac: a multiplication with an addition, and an addition.
        source: who says so.
    """

    mac: float
    ac: float
    source: str


_HOROWITZ = "Horowitz 2014, doi 10.1109/ISSCC.2014.6757323, 45 nm"

TABLES = {
    "45nm-fp32": Energies(4.6e-12, 0.9e-12, _HOROWITZ),
    "45nm-fp16": Energies(1.5e-12, 0.4e-12, _HOROWITZ),
    "45nm-int8": Energies(0.23e-12, 0.03e-12, _HOROWITZ),
}
"""Energies by name."""


def table(name: str) -> Energies:
    """Return the energies of that name, or raise InputError."""
    if name not in TABLES:
        raise not_among("inspect", "--energy", TABLES, name)
    return TABLES[name]


@typed("interop")
def joules(macs: float, acs: float, energies: Energies) -> float:
    """Return what operations take: macs mac + acs ac, without memory, transport or leakage.

    >>> round(1e12 * joules(1, 2, TABLES["45nm-fp32"]), 9)
    6.4
    """
    return macs * energies.mac + acs * energies.ac
