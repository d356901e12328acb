"""Frozen, typed settings whose every mistake is one sentence, and their one way in from files."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Annotated, Any, ClassVar, Self

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

from eccles.errors import InputError, nearest, shown
from eccles.reading import read_text
from eccles.units import duration, seconds
from eccles.yaml_files import MOST_BYTES, YAMLError, parse


def _named_seconds(value: str | float, info: ValidationInfo) -> float:
    return seconds(value, info.field_name or "duration")


Duration = Annotated[
    float,
    BeforeValidator(_named_seconds),
    PrimitiveConstructorSpec(
        nargs=1,
        metavar="TIME",
        # The text as it is: the settings read it, and say which of them is wrong.
        instance_from_str=lambda words: words[0],
        is_instance=lambda value: isinstance(value, float),
        str_from_instance=lambda value: [duration(value)],
    ),
]
"""A time in seconds, which may be written "10 ms"."""


class Settings(BaseModel):
    """Base of every configuration: frozen, no unknown keys, no numbers that aren't finite."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, use_attribute_docstrings=True
    )

    section: ClassVar[str] = "settings"

    @model_validator(mode="wrap")
    @classmethod
    def _one_sentence(cls, value: Any, build: Any) -> Self:
        try:
            result: Self = build(value)
        except ValidationError as error:
            raise InputError(cls._sentence(error.errors()[0])) from None
        return result

    @classmethod
    def _sentence(cls, error: ErrorDetails) -> str:
        name = ".".join(str(part) for part in error["loc"])
        if error["type"] == "extra_forbidden":
            return f"{cls.section}: {cls.no_setting(name)}"
        if error["type"] == "int_parsing_size":
            return f"{cls.section}: {name} must be a whole number of fewer digits"
        rule = re.sub(r"^(Input|Value error,) (should )?", "", error["msg"])
        return f"{cls.section}: {name} must {rule}, got {shown(error['input'])}"

    @classmethod
    def no_setting(cls, name: object) -> str:
        """Return the words for a setting that these don't have."""
        return f"there is no setting {shown(name)}{nearest(name, cls.model_fields)}"

    @classmethod
    def from_yaml(cls, path: Path) -> Self:
        """Return the settings that a YAML (or JSON) file holds."""
        return cls.model_validate(read_yaml(path))

    def identity(self) -> str:
        """Return a hash of these settings: 16 hexadecimal digits, the same on every machine."""
        return hashed(self.model_dump(mode="json"))


def hashed(content: object) -> str:
    """Return a hash of what JSON can say: 16 hexadecimal digits, the same on every machine."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def read_yaml(path: Path) -> dict[str, Any]:
    """Return the mapping that a YAML file holds, or raise InputError that says where it fails."""
    try:
        content = parse(read_text(path, MOST_BYTES))
    except OSError as error:
        raise InputError(f"config: {path} must be a readable file: {error.strerror}") from None
    except UnicodeDecodeError:
        raise InputError(f"config: {path} must be YAML in UTF-8, got other bytes") from None
    except YAMLError as problem:
        raise InputError(f"config: {path} must be YAML, got {problem}") from None
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise InputError(f"config: {path} must hold 'name: value' lines, got {shown(content)}")
    return content


def read_yaml_value(text: str, where: str) -> Any:
    """Return the value that a piece of YAML holds, read as in a file; `where` is for the error."""
    try:
        return parse(text)
    except YAMLError as problem:
        raise InputError(f"config: {where} must hold YAML after its '=', got {problem}") from None
