"""Which values an annotation allows, and what such values are called in a sentence."""

from __future__ import annotations

import numbers
import os
import types
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple, Union, get_args, get_origin

import numpy as np
from numpy.typing import ArrayLike

from eccles.kind_names import called, made_by


class Kind(NamedTuple):
    """Which values an annotation allows.

    Attributes:
        words: what such a value is called.
        fits: whether a value is one.
        hint: how to get one.
        is_path: whether a text is taken as a path.
        is_text: whether a text may be something else than a path.
        exact: types of which every value fits, so that nothing else need be checked.
        by_type: whether a value's type alone decides whether it fits.
        has_parts: whether it is a named tuple, whose fields nothing checks when it is made.
    """

    words: str
    fits: Callable[[Any], bool]
    hint: str = ""
    exact: frozenset[type] = frozenset()
    by_type: bool = False
    has_parts: bool = False
    is_path: bool = False
    is_text: bool = False


def kind_of(annotation: Any) -> Kind:
    """Return which values an annotation allows: every one, where it is of a kind unknown here."""
    if annotation == ArrayLike:
        return Kind("numbers", _are_numbers)
    origin, parts = get_origin(annotation), get_args(annotation)
    if annotation is None or annotation is type(None):
        return Kind(
            "None", lambda value: value is None, exact=frozenset([type(None)]), by_type=True
        )
    if origin in (Union, types.UnionType):
        return _either([kind_of(part) for part in parts])
    if origin is Literal:
        if all(isinstance(part, str) for part in parts):
            return _TEXT
        return Kind(f"one of {', '.join(map(repr, parts))}", lambda value: value in parts)
    if annotation in _PLAIN:
        return _PLAIN[annotation]
    if origin is tuple and parts and parts[-1] is not Ellipsis:
        each = [kind_of(part) for part in parts]
        said = list(dict.fromkeys(kind.words for kind in each))
        inside = f" ({said[0]} each)" if len(said) == 1 else f" ({', '.join(said)})"
        words = f"a tuple of {len(parts)}" + inside * any(kind is not ANY for kind in each)
        return Kind(
            words,
            lambda value: (
                isinstance(value, tuple | list)
                and len(value) == len(each)
                and all(kind.fits(part) for kind, part in zip(each, value, strict=True))
            ),
        )
    if origin in (list, tuple, Sequence, Iterable):
        inner = kind_of(parts[0])
        return Kind(f"a list ({inner.words} each)", lambda value: _is_list(value, inner))
    if origin in (dict, Mapping):
        key, item = map(kind_of, parts)
        return Kind(
            f"a mapping ({key.words}: {item.words})",
            lambda value: (
                isinstance(value, Mapping)
                and all(key.fits(k) and item.fits(v) for k, v in value.items())
            ),
        )
    if origin is Callable or annotation is Callable:
        return Kind("a function", callable)
    kind = origin or annotation
    return _of_type(kind) if isinstance(kind, type) else ANY


def _of_type(kind: type) -> Kind:
    is_protocol = getattr(kind, "_is_protocol", False)
    # A named tuple is made of whatever it is given.
    has_parts = issubclass(kind, tuple) and hasattr(kind, "_fields")
    return Kind(
        called(kind),
        _implements(kind) if is_protocol else lambda value: isinstance(value, kind),
        made_by(kind),
        exact=frozenset() if is_protocol or has_parts else frozenset([kind]),
        by_type=not has_parts,
        has_parts=has_parts,
    )


def _either(kinds: list[Kind]) -> Kind:
    if any(kind is ANY for kind in kinds):
        return ANY
    # None is allowed where something is left out, which a sentence needn't say.
    said = list(dict.fromkeys(kind.words for kind in kinds if kind.words != "None"))
    tests = [kind.fits for kind in kinds]
    exact = frozenset[type]().union(*(kind.exact for kind in kinds))
    is_path = any(kind.is_path for kind in kinds)
    return Kind(
        " or ".join(said) or "None",
        lambda value: any(fits(value) for fits in tests),
        next((kind.hint for kind in kinds if kind.hint), ""),
        exact=exact - {str} if is_path else exact,
        by_type=all(kind.by_type for kind in kinds),
        has_parts=any(kind.has_parts for kind in kinds),
        is_path=is_path,
        is_text=any(kind is _TEXT for kind in kinds),
    )


def _is_list(value: object, inner: Kind) -> bool:
    if isinstance(value, str | bytes | Mapping) or not hasattr(value, "__iter__"):
        return False
    if isinstance(value, list | tuple | set | frozenset | dict):
        return all(inner.fits(each) for each in value)
    return True


def _is_whole(value: object) -> bool:
    return isinstance(value, numbers.Integral) and not isinstance(value, bool)


def is_number(value: object) -> bool:
    """Return whether a value is a number that a float can be."""
    if not isinstance(value, numbers.Real) or isinstance(value, bool):
        return False
    try:
        float(value)
    except OverflowError:
        return False  # A whole number of more than 308 digits, which no float is near to.
    return True


def _are_numbers(value: object) -> bool:
    if isinstance(value, str | bytes) or value is None or np.ma.is_masked(value):
        return False
    try:
        return np.asarray(value).dtype.kind in "biuf"
    except (TypeError, ValueError):
        return False


def _is_bool(value: object) -> bool:
    return isinstance(value, bool) or type(value).__name__ in ("bool_", "bool")


def _implements(protocol: type) -> Callable[[Any], bool]:
    """Return a test of whether a value has a protocol's methods, made once for each type."""
    known: set[type] = set()

    def fits(value: Any) -> bool:
        if type(value) in known:
            return True
        # A class has the methods of what it makes, and is none.
        if isinstance(value, type) or not isinstance(value, protocol):
            return False
        known.add(type(value))
        return True

    return fits


ANY = Kind("anything", lambda _value: True, by_type=True)
_TEXT = Kind("text", lambda value: isinstance(value, str), exact=frozenset([str]))
_PLAIN: dict[Any, Kind] = {
    Any: ANY,
    object: ANY,
    str: _TEXT,
    bool: Kind("True or False", _is_bool, exact=frozenset([bool])),
    int: Kind("a whole number", _is_whole, exact=frozenset([int])),
    float: Kind("a number", is_number, exact=frozenset([float])),
    Path: Kind("a path", lambda value: isinstance(value, str | os.PathLike), is_path=True),
}
