"""Turn annotations into types.

Modules keep their annotations as text, and import some names for type checkers only.
"""

from __future__ import annotations

import ast
import inspect
import sys
from functools import cache
from importlib import import_module
from typing import Any, ForwardRef, get_type_hints


def named(annotation: Any, module: str) -> Any:
    """Return the type that an annotation in a module names; Any for one that can't be known.

    >>> named("int | None", __name__), named("Nobody", __name__)
    (int | None, typing.Any)
    """
    if isinstance(annotation, ForwardRef):
        annotation = annotation.__forward_arg__

    def carrier() -> None: ...

    carrier.__annotations__ = {"it": annotation}
    beside: dict[str, Any] = {}
    while True:
        try:
            return get_type_hints(carrier, vars(sys.modules[module]), beside)["it"]
        except NameError as error:
            name = str(error.name)
            try:
                beside[name] = _import(module, name)
            except (ImportError, AttributeError, LookupError):
                return Any


def _import(module: str, name: str) -> Any:
    """Return the object behind a name that a module imports only under `if TYPE_CHECKING`."""
    home, attribute = _for_checkers(module)[name]
    found = import_module(home)
    return getattr(found, attribute) if attribute else found


@cache
def _for_checkers(module: str) -> dict[str, tuple[str, str]]:
    """Return the names that a module imports only under `if TYPE_CHECKING`.

    Each name maps to the module that it comes from and its name there, which is empty where the
    name stands for a whole module.
    """
    try:
        tree = ast.parse(inspect.getsource(sys.modules[module]))
    except OSError:
        return {}
    found: dict[str, tuple[str, str]] = {}
    for part in tree.body:
        if isinstance(part, ast.If) and ast.unparse(part.test) == "TYPE_CHECKING":
            for line in part.body:
                if isinstance(line, ast.ImportFrom):
                    found |= {a.asname or a.name: (line.module or "", a.name) for a in line.names}
                elif isinstance(line, ast.Import):
                    found |= {a.asname or a.name: (a.name, "") for a in line.names}
    return found
