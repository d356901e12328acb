"""What a room hands on: its `__all__`, by which `help` lists what there is."""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType
from typing import Any


def public(names: Mapping[str, Any]) -> list[str]:
    """Return the names that a room's face has imported for others, in order.

    >>> public({"lif": len, "_hidden": 1, "sys": __import__("sys"), "annotations": 0})
    ['lif']
    """
    return sorted(
        name
        for name, each in names.items()
        if name[0] != "_" and name != "annotations" and not isinstance(each, ModuleType)
    )
