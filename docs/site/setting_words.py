"""The fields of settings (runs, networks, devices, studies): type, default and bounds of each.

A class of settings is made by naming fields, of which there may be seventy. So its page lists them
with their words, inherited ones too, in place of a signature.
"""

import inspect
from collections.abc import Iterator
from typing import Any

from annotated_types import Ge, Gt, Le, Lt
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined
from sphinx.application import Sphinx
from sphinx.util.typing import stringify_annotation

_BOUNDS = {
    Gt: "above {0.gt:,.15g}",
    Ge: "{0.ge:,.15g} or more",
    Lt: "below {0.lt:,.15g}",
    Le: "at most {0.le:,.15g}",
}


def is_settings(each: Any) -> bool:
    """Return whether something is a class of settings."""
    return inspect.isclass(each) and issubclass(each, BaseModel)


def words(field: FieldInfo) -> str:
    """Return what a field is, what it is by default, and its bounds.

    >>> from pydantic import Field
    >>> words(Field(default=0.5, gt=0, description="Share."))
    'Share. (default: `0.5`; above 0)'
    """
    bounds = [_BOUNDS[type(each)].format(each) for each in field.metadata if type(each) in _BOUNDS]
    said = [" and ".join(bounds)] if bounds else []
    if field.default not in (None, PydanticUndefined):
        said.insert(0, f"default: `{field.default!r}`")
    about = (field.description or "").split()
    return " ".join([*about, *([f"({'; '.join(said)})"] if said else [])])


def _fields(settings: type[BaseModel]) -> Iterator[str]:
    yield from ("", "Attributes:")
    for name, field in settings.model_fields.items():
        yield f"    {name} ({stringify_annotation(field.annotation, 'smart')}): {words(field)}"


def _list(*event: Any) -> None:
    each, lines = event[3], event[-1]
    if is_settings(each):
        lines.extend(_fields(each))


def _no_signature(*event: Any) -> tuple[str, str] | None:
    return ("(**settings)", "") if is_settings(event[3]) else None


def setup(app: Sphinx) -> None:
    """List the fields before docstrings are reworded."""
    app.connect("autodoc-process-docstring", _list, priority=300)
    app.connect("autodoc-process-signature", _no_signature)
