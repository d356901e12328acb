"""Check what public functions are given against their annotations: a misfit is one sentence."""

from __future__ import annotations

import inspect
import os
import sys
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from eccles.annotations import named as named_type
from eccles.errors import must
from eccles.kinds import ANY, Kind, kind_of
from eccles.paths import usable

_Function = TypeVar("_Function", bound=Callable[..., Any])


def typed(where: str) -> Callable[[_Function], _Function]:
    """Return a decorator that checks a function's arguments against its annotations.

    A value of another type is an InputError, such as "train: threads must be a whole number, got
    'x'". A text is accepted, and converted, where a path is wanted. What a type can't say, such as
    a range, the function checks itself.

    Args:
        where: what the sentence begins with.
    """

    def decorate(function: _Function) -> _Function:
        kinds: dict[str, Kind] = {}
        known: set[tuple[type, ...]] = set()

        @wraps(function)
        def call(*given: Any, **named: Any) -> Any:
            if _is_traced():
                return function(*given, **named)
            if not named and tuple(map(type, given)) in known:
                return function(*given)
            if not kinds:
                kinds.update(kinds_of(function))
            each = list(zip(kinds.items(), given, strict=False))
            taken = [_taken(kind, value, where, name) for (name, kind), value in each]
            if all(kind.by_type or type(value) in kind.exact for (_, kind), value in each):
                known.add(tuple(map(type, given)))
            given = (*taken, *given[len(taken) :])
            for name, value in named.items():
                named[name] = _taken(kinds.get(name, ANY), value, where, name)
            return function(*given, **named)

        return call  # type: ignore[return-value]

    return decorate


def unchecked(function: _Function) -> _Function:
    """Return a function without the checks of `typed`, for callers that have made them already.

    The check of a call takes less than a microsecond, which a step of small layers feels.
    """
    return cast(_Function, inspect.unwrap(function))


def _is_traced() -> bool:
    """Whether torch.compile traces the caller: it would compile the checks too, part by part."""
    torch = sys.modules.get("torch")
    return torch is not None and torch.compiler.is_compiling()


def check_fields(made: object, where: str, *names: str) -> None:
    """Raise InputError unless the fields of a dataclass hold values of the annotated types.

    Where names are given, only these fields are checked.
    """
    for name, kind in _fields(type(made)).items():
        if not names or name in names:
            _taken(kind, getattr(made, name), where, name)


class Checked:
    """Base of dataclasses of constants, which checks each field against its annotation."""

    def __post_init__(self) -> None:
        check_fields(self, type(self).__name__)


def _fields(kind: type) -> dict[str, Kind]:
    if kind not in _KNOWN:
        _KNOWN[kind] = kinds_of(kind)
    return _KNOWN[kind]


_KNOWN: dict[type, dict[str, Kind]] = {}


def _taken(kind: Kind, value: Any, where: str, name: str) -> Any:
    """Return a value as a function gets it, or raise InputError unless its annotation allows it.

    A text becomes a path where a path is wanted.
    """
    if type(value) in kind.exact:
        return value
    if kind.is_path and isinstance(value, str | os.PathLike):
        path = usable(value, where, name)
        # A text that may be something else besides is left to the function.
        return value if kind.is_text else path
    if not kind.fits(value):
        raise must(where, name, kind.words, value, kind.hint)
    if kind.has_parts and hasattr(value, "_fields"):
        for part, own in _fields(type(value)).items():
            _taken(own, getattr(value, part), where, f"{name}.{part}")
    return value


def kinds_of(function: Callable[..., Any]) -> dict[str, Kind]:
    """Return what a function's parameters take by their annotations, in order."""
    kinds = {}
    for name, parameter in inspect.signature(function).parameters.items():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            break
        if parameter.annotation is parameter.empty:
            kinds[name] = ANY
        else:
            kinds[name] = kind_of(named_type(parameter.annotation, function.__module__))
    return kinds
