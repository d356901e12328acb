"""The base of all settings: frozen, typed, with errors of one sentence, read from YAML files."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, ClassVar, Literal, Self, Union, get_args, get_origin

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    ValidationError,
    ValidationInfo,
    model_validator,
)
from pydantic_core import ErrorDetails
from tyro.constructors import PrimitiveConstructorSpec

from eccles.errors import InputError, must, nearest, shown
from eccles.paths import usable
from eccles.reading import read_text
from eccles.units import duration, hertz, seconds
from eccles.yaml_files import MOST_BYTES, YAMLError, parse

AUTO, NONE = "auto", "none"
"""Words for a setting that nobody said: a rule gives its value, or what it sets isn't there."""


def as_said(
    metavar: str,
    nargs: int | Literal["*"] = 1,
    alone: str = "",
    write: Callable[[Any], str] = str,
) -> PrimitiveConstructorSpec[Any]:
    """Return how tyro makes a flag of a setting that is read from a text.

    The flag's text is handed on as it is: the settings read it, and say what is wrong with it.

    Args:
        metavar: what stands for the value in the help.
        nargs: 1, or "*" for a flag that may stand alone.
        alone: the text that a flag without a value stands for.
        write: how a value is written as a default.
    """
    return PrimitiveConstructorSpec(
        nargs=nargs,
        metavar=metavar,
        instance_from_str=lambda words: " ".join(words) or alone,
        is_instance=lambda _value: True,
        str_from_instance=lambda value: [str(value) if value is None else write(value)],
    )


def _named_seconds(value: str | float, info: ValidationInfo) -> float:
    return seconds(value, info.field_name or "duration")


def _maybe_seconds(value: str | float | None, info: ValidationInfo) -> float | None:
    return None if value is None else _named_seconds(value, info)


Duration = Annotated[
    float, BeforeValidator(_named_seconds), as_said("TIME", write=lambda value: duration(value))
]
"""A time in seconds, which may be written "10 ms"."""

MaybeDuration = Annotated[
    float | None,
    BeforeValidator(_maybe_seconds),
    as_said("TIME", write=lambda value: duration(value)),
]
"""Such a time, or None where something else says it."""


def _named_hertz(value: str | float, info: ValidationInfo) -> float:
    return hertz(value, info.field_name or "rate")


Rate = Annotated[
    float, BeforeValidator(_named_hertz), as_said("RATE", write=lambda value: f"{value:g} Hz")
]
"""A firing rate in Hz, which may be written "10 Hz"."""


class Settings(BaseModel):
    """Base of every configuration: frozen, no unknown keys, no numbers that aren't finite."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, use_attribute_docstrings=True
    )

    section: ClassVar[str] = "settings"

    @model_validator(mode="wrap")
    @classmethod
    def _one_sentence(cls, value: Any, build: Any) -> Self:
        if isinstance(value, Mapping):
            value = {name: cls.read_unset(name, each) for name, each in value.items()}
            cls._no_truth_for_a_number(value)
        try:
            result: Self = build(value)
        except ValidationError as error:
            raise InputError(cls._sentence(error.errors())) from None
        except RecursionError:
            name, got = next(filter(_is_deep, dict(value).items()), ("settings", value))
            raise must(cls.section, str(name), "of fewer levels", got) from None
        return result

    @classmethod
    def _no_truth_for_a_number(cls, values: Mapping[Any, Any]) -> None:
        for name, value in values.items():
            given = value.values() if isinstance(value, Mapping) else value
            given = given if isinstance(given, Collection) else [given]
            truths = [each for each in given if isinstance(each, bool)]
            if truths and name in cls.model_fields:
                kinds = _kinds(cls.model_fields[name].annotation)
                if kinds & {int, float} and not kinds & {bool, Any}:
                    accepted = "a number" if float in kinds else "a whole number"
                    raise must(cls.section, name, accepted, truths[0])

    @classmethod
    def _sentence(cls, errors: list[ErrorDetails]) -> str:
        error, where = errors[0], list(errors[0]["loc"])
        if error["type"] == "extra_forbidden":
            return f"{cls.section}: {cls.no_setting('.'.join(map(str, where)))}"
        rules = [_rule(error)]
        field = cls.model_fields.get(str(where[0])) if where else None
        if field and _is_any_of_several(field.annotation) and len(where) > 1:
            # Of several kinds, those that the value came nearest to; their names are no settings.
            tried = [each for each in errors if each["loc"][0] == where[0]]
            deepest = max(len(each["loc"]) for each in tried)
            tried = [each for each in tried if len(each["loc"]) == deepest]
            error, where = tried[0], [where[0], *tried[0]["loc"][2:]]
            rules = list(dict.fromkeys(map(_rule, tried)))
        name = ".".join(str(each) for each in where if each != "[key]") or cls.__name__
        accepted = " or ".join(rules)
        if field and field.examples and len(where) == 1:
            accepted += f", such as {field.examples[0]}"
        return f"{cls.section}: {name} must be {accepted}, got {shown(error['input'])}"

    @classmethod
    def no_setting(cls, name: object) -> str:
        """Return the error text for the name of a setting that isn't one of this class."""
        return f"there is no setting {shown(name)}{nearest(name, cls.model_fields)}"

    @classmethod
    def unset(cls, name: object) -> str:
        """Return the word for a setting that nobody said, and that is None.

        That is "auto" where the setting's own words say what holds then, "none" where nothing does.
        """
        field = cls.model_fields.get(str(name))
        return AUTO if field and f"({AUTO}" in (field.description or "") else NONE

    @classmethod
    def read_unset(cls, name: object, value: Any) -> Any:
        """Return None for the word that says so of a setting, and any other value as it is."""
        if not isinstance(value, str) or value != cls.unset(name):
            return value
        field = cls.model_fields.get(str(name))
        return None if field and field.default is None else value

    def names(self) -> Collection[str]:
        """Return the names of the settings that apply: all, unless a subclass leaves some out."""
        return type(self).model_fields.keys()

    @classmethod
    def from_yaml(cls, path: Path | str) -> Self:
        """Return the settings that a YAML (or JSON) file holds."""
        return cls.model_validate(read_yaml(path))

    def spelt(self, name: str) -> Any:
        """Return a setting's value for a sentence: times and rates as people write them."""
        value = getattr(self, name)
        if isinstance(value, float):
            for each in type(self).model_fields[name].metadata:
                if isinstance(each, PrimitiveConstructorSpec):
                    return each.str_from_instance(value)[0]
        return value

    def identity(self) -> str:
        """Return a hash of these settings: 16 hexadecimal digits, the same on every machine."""
        return hashed(self.model_dump(mode="json"))


_RULES = {
    "int": "a whole number",
    "int_parsing_size": "a whole number of fewer digits",
    "float": "a number",
    "string": "a text",
    "bool": "true or false",
    "list": "a list",
    "tuple": "a list",
    "dict": "names with their values",
    "model": "names with their values",
    "invalid_key": "a text",
    "missing": "given",
    "string_pattern_mismatch": "of letters, digits and the signs _ . / - alone",
}
"""What pydantic's kinds of errors ask for, whole or as their first word."""

_BOUNDS = {
    "greater_than": ("gt", "above {}"),
    "greater_than_equal": ("ge", "{} or more"),
    "less_than": ("lt", "below {}"),
    "less_than_equal": ("le", "at most {}"),
    "too_long": ("max_length", "a list of at most {}"),
}
"""Pydantic's kinds of errors that name a bound, where they have it, and what it is called."""


def _rule(error: ErrorDetails) -> str:
    """Return what a value must be, after "must be"."""
    kind = error["type"]
    if kind in _BOUNDS:
        where, words = _BOUNDS[kind]
        bound = error["ctx"][where]
        return words.format(f"{int(bound) if bound == int(bound) else bound:,}")
    if kind not in _RULES and kind.endswith(("_type", "_parsing", "_from_float", "_unicode")):
        kind = kind.partition("_")[0]
    said = re.sub(r"^(Input|Value error,) (should )?(be )?", "", error["msg"])
    return _RULES.get(kind, said)


def _is_any_of_several(annotation: Any) -> bool:
    """Return whether there are several kinds, None aside, of which a value may be any."""
    if get_origin(annotation) not in (Union, UnionType):
        return False
    return len(set(get_args(annotation)) - {type(None)}) > 1


def _is_deep(setting: tuple[Any, Any]) -> bool:
    """Return whether a setting's value is nested deeper than Python can print."""
    try:
        repr(setting)
    except RecursionError:
        return True
    return False


def _kinds(annotation: Any) -> set[Any]:
    """Return the kinds of values that an annotation is made of."""
    inner = get_args(annotation)
    if get_origin(annotation) is Annotated:
        return _kinds(inner[0])
    return set().union(*map(_kinds, inner)) if inner else {annotation, type(annotation)} - {type}


def hashed(content: object) -> str:
    """Return a hash of what JSON can say: 16 hexadecimal digits, the same on every machine."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def read_yaml(path: Path | str, where: str = "config") -> dict[str, Any]:
    """Return the mapping that a YAML file holds, or raise InputError that says where it fails.

    A text of several lines, or that begins with a brace, is YAML itself; a `Path` is always a file.

    Args:
        path: the file.
        where: what it is of, which an error begins with.
    """
    if not isinstance(path, Path | str):
        raise must(where, "a file", "a path", path)
    said = path if isinstance(path, str) and _is_yaml(path) else None
    path = Path("the text") if said is not None else usable(path, where)
    try:
        content = parse(read_text(path, MOST_BYTES) if said is None else said)
    except OSError as error:
        raise InputError(f"{where}: {path} must be a readable file: {error.strerror}") from None
    except UnicodeDecodeError:
        raise InputError(f"{where}: {path} must be YAML in UTF-8, got other bytes") from None
    except YAMLError as problem:
        raise InputError(f"{where}: {path} must be YAML, got {problem}") from None
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise InputError(f"{where}: {path} must hold 'name: value' lines, got {shown(content)}")
    return content


def _is_yaml(text: str) -> bool:
    """Return whether a text is YAML, and no name of a file: there are none of several lines."""
    return "\n" in text or text.lstrip().startswith("{")


def read_yaml_value(text: str, where: str) -> Any:
    """Return the value that a piece of YAML holds, read as in a file; `where` is for the error."""
    try:
        return parse(text)
    except YAMLError as problem:
        raise InputError(f"config: {where} must hold YAML after its '=', got {problem}") from None
