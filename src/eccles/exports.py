"""The public names of a package, for its `__all__`, by which `help` lists them."""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType
from typing import Any


def public(names: Mapping[str, Any]) -> list[str]:
    """Return the names that a package's `__init__` offers to users, sorted.

    Modules and names that begin with "_" aren't among them.

    >>> public({"lif": len, "_hidden": 1, "sys": __import__("sys"), "annotations": 0})
    ['lif']
    """
    return sorted(
        name
        for name, each in names.items()
        if name[0] != "_" and name != "annotations" and not isinstance(each, ModuleType)
    )
