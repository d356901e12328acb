"""A page a room of the Python interface, of what its `__all__` names, from the docstrings."""

import ast
import inspect
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from docstrings import reworded
from made import write_pages
from setting_words import is_settings
from sphinx.application import Sphinx
from sphinx.pycode import ModuleAnalyzer

import eccles

FOLDER = "docs/api"

_KINDS = {"function": "Functions", "class": "Classes", "data": "Constants and types"}


def rooms() -> dict[str, list[str]]:
    """Return the public names of Eccles by the module that they are documented in.

    What a room has is in the room; only the rest is with `eccles` itself.
    """
    faces = {name: getattr(eccles, name) for name in eccles.__all__}
    found = {
        f"eccles.{name}": sorted(face.__all__)
        for name, face in faces.items()
        if isinstance(face, ModuleType) and hasattr(face, "__all__")
    }
    within = [getattr(import_module(room), name) for room, names in found.items() for name in names]
    rest = [
        name
        for name, each in faces.items()
        if not isinstance(each, ModuleType) and not any(each is other for other in within)
    ]
    return {"eccles": rest, **found}


def page(room: str, names: list[str]) -> str:
    """Return the page of a room, as reStructuredText."""
    return "\n".join(_lines(room, names))


def _lines(room: str, names: list[str]) -> Iterator[str]:
    face = import_module(room)
    yield from _titled(room, "=")
    yield from (f".. automodule:: {room}", "   :no-members:", "", f".. currentmodule:: {room}", "")
    for kind, title in _KINDS.items():
        those = [name for name in names if _kind(getattr(face, name)) == kind]
        if not those:
            continue
        yield from _titled(title, "-")
        if kind != "data":
            yield from (
                ".. autosummary::",
                "   :nosignatures:",
                "",
                *(f"   {name}" for name in those),
                "",
            )
        for name in those:
            if kind == "data":
                yield from _constant(face, name)
            else:
                yield from (f".. auto{kind}:: {name}", *_options(getattr(face, name)), "")


def _constant(face: ModuleType, name: str) -> Iterator[str]:
    """Yield a constant with the words behind it, which stand in the module that it is from."""
    home = _homes(face).get(name, face.__name__)
    words = ModuleAnalyzer.for_module(home).find_attr_docs().get(("", name), [])
    value = [] if words else [f"   :value: {getattr(face, name)!r}"]
    yield from (f".. py:data:: {name}", *value, "", *(f"   {line}" for line in reworded(words)), "")


def _options(each: Any) -> list[str]:
    if not inspect.isclass(each):
        return []
    # What a class of settings has is said of the class.
    said = ["model_config", *each.model_fields] if is_settings(each) else []
    return ["   :members:", *([f"   :exclude-members: {', '.join(said)}"] if said else [])]


def _titled(title: str, line: str) -> tuple[str, str, str]:
    return title, line * len(title), ""


def _kind(each: Any) -> str:
    if inspect.isclass(each):
        return "class"
    return "function" if inspect.isroutine(each) else "data"


def _homes(face: ModuleType) -> dict[str, str]:
    """Return where each name comes from, since the words on a constant are found there alone."""
    tree = ast.parse(inspect.getsource(face))
    return {
        alias.name: node.module
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module
        for alias in node.names
    }


def _write(app: Sphinx) -> None:
    pages = {room: page(room, names) for room, names in rooms().items()}
    write_pages(Path(app.srcdir) / FOLDER, pages)


def setup(app: Sphinx) -> None:
    """Write the pages before Sphinx looks for pages."""
    app.connect("builder-inited", _write)
