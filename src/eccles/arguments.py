"""What a public function is given is of the kinds that it says, or the answer is one sentence."""

from __future__ import annotations

import ast
import inspect
import numbers
import os
import sys
import types
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import wraps
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeVar, Union, cast, get_args, get_origin

import numpy as np
from numpy.typing import ArrayLike

from eccles.errors import must
from eccles.paths import usable

_Function = TypeVar("_Function", bound=Callable[..., Any])
_CALLED = {
    "RunConfig": "a TrainConfig or a DeepConfig",
    "Module": "a module of torch",
    "ndarray": "an array of numpy",
    "DataFrame": "a DataFrame of pandas",
    "Tensor": "a tensor of torch",
    "Generator": "a random generator of numpy",
    "Decays": "constants with alpha and beta",
    "Engine": "an engine",
    "PoolEngine": "an engine of any network",
    "Surrogate": "a surrogate's derivative",
    "Watcher": "what has a watcher's methods",
    "SweepWatcher": "what has a watcher's methods",
}
_MADE_BY = {
    "Populations": 'Populations.parse("80:20", 100) makes one',
    "SpikeDataset": 'eccles.data.load("fashion-mnist-sample").train is one',
    "SpikeEvents": "SpikeEvents.from_dense makes one of a raster",
    "RunConfig": 'such as TrainConfig(ei="80:20")',
    "TrainConfig": 'a TrainConfig is made such as TrainConfig(ei="80:20")',
    "EINetwork": "it is a network of one hidden layer; evaluate_deep is for deep ones",
    "DeepConfig": 'a DeepConfig is made such as DeepConfig(model="mlp8")',
    "StudyFolder": "eccles.load(folder) gives the tables of a study",
    "LIFParameters": "LIFParameters() is one",
    "Decays": "LIFParameters() is one",
    "Network": "eccles.network.layered() is one",
    "SoftResetParameters": "SoftResetParameters() is one",
    "Layers": "eccles.nn.circuit_layers makes one",
    "DataFrame": "a study's tables give such, as eccles.load(folder).runs",
    "Binning": "eccles.data.Binning() is one",
    "Engine": "eccles.engines.DenseEngine() is one",
    "Surrogate": "eccles.functional.SuperSpike(100) is one",
    "Neuron": "eccles.functional.LIF() is one",
    "Watcher": "eccles.training.watch says which",
    "SweepWatcher": "eccles.sweeps.watch says which",
    "Tensor": "torch.as_tensor makes one of an array",
    "ndarray": "numpy.asarray makes one of a list",
    "Generator": 'eccles.seeds.stream(0, "mine") is one',
}


class Kind(NamedTuple):
    """Which values an annotation allows.

    Attributes:
        words: what such a value is called.
        fits: whether a value is one.
        hint: how to get one.
        is_path: whether a text is taken as a path.
        is_text: whether a text may be something else than a path.
        exact: types whose every value is one, which are the quickest to tell.
    """

    words: str
    fits: Callable[[Any], bool]
    hint: str = ""
    exact: frozenset[type] = frozenset()
    is_path: bool = False
    is_text: bool = False


def typed(where: str) -> Callable[[_Function], _Function]:
    """Return a decorator that holds a function's arguments to their annotations.

    A value of another kind is an InputError, such as "train: threads must be a whole number, got
    'x'". A text stands for a path where one is wanted. What a kind can't say, such as a range, is
    the function's own to check.

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
            if all(kind is _ANY or type(value) in kind.exact for (_, kind), value in each):
                known.add(tuple(map(type, given)))
            else:
                taken = [_taken(kind, value, where, name) for (name, kind), value in each]
                given = (*taken, *given[len(taken) :])
            for name, value in named.items():
                named[name] = _taken(kinds.get(name, _ANY), value, where, name)
            return function(*given, **named)

        return call  # type: ignore[return-value]

    return decorate


def unchecked(function: _Function) -> _Function:
    """Return a function without what `typed` adds, for what calls it often and was checked itself.

    The check of a call takes less than a microsecond, which a step of small layers feels.
    """
    return cast(_Function, inspect.unwrap(function))


def _is_traced() -> bool:
    """Whether torch compiles what calls now: it would compile the checks too, part by part."""
    torch = sys.modules.get("torch")
    return torch is not None and torch.compiler.is_compiling()


def check_fields(made: object, where: str, *names: str) -> None:
    """Raise InputError unless what a dataclass was made of is of the kinds that it says.

    Only the fields of some names are looked at, where any are given.
    """
    kind_of_it = type(made)
    if kind_of_it not in _FIELDS:
        _FIELDS[kind_of_it] = kinds_of(kind_of_it)
    for name, kind in _FIELDS[kind_of_it].items():
        if not names or name in names:
            _taken(kind, getattr(made, name), where, name)


_FIELDS: dict[type, dict[str, Kind]] = {}


def _taken(kind: Kind, value: Any, where: str, name: str) -> Any:
    """Return a value as a function gets it, or raise InputError unless it is of a kind."""
    if type(value) in kind.exact:
        return value
    if kind.is_path and isinstance(value, str | os.PathLike):
        path = usable(value, where, name)
        # A text that may be something else besides is left to the function.
        return value if kind.is_text else path
    if not kind.fits(value):
        raise must(where, name, kind.words, value, kind.hint)
    return value


def kinds_of(function: Callable[..., Any]) -> dict[str, Kind]:
    """Return what a function's parameters take by their annotations, in order."""
    kinds = {}
    for name, parameter in inspect.signature(function).parameters.items():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            break
        annotation = parameter.annotation
        if isinstance(annotation, str):
            annotation = _named(annotation, function)
        kinds[name] = _ANY if annotation is parameter.empty else kind_of(annotation)
    return kinds


def kind_of(annotation: Any) -> Kind:
    """Return which values an annotation allows: every one, where it is of a kind unknown here."""
    if annotation == ArrayLike:
        return Kind("numbers", _are_numbers)
    origin, parts = get_origin(annotation), get_args(annotation)
    if annotation is None or annotation is type(None):
        return Kind("None", lambda value: value is None, exact=frozenset([type(None)]))
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
        inside = f"({said[0]} each)" if len(said) == 1 else f"({', '.join(said)})"
        words = f"a tuple of {len(parts)} {inside}"
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
    if isinstance(kind, type):
        name = kind.__name__
        an = "an" if name[0] in "AEIO" else "a"
        is_protocol = getattr(kind, "_is_protocol", False)
        return Kind(
            _CALLED.get(name, f"{an} {name}"),
            _implements(kind) if is_protocol else lambda value: isinstance(value, kind),
            _MADE_BY.get(name, ""),
            exact=frozenset() if is_protocol else frozenset([kind]),
        )
    return _ANY


def _either(kinds: list[Kind]) -> Kind:
    if any(kind is _ANY for kind in kinds):
        return _ANY
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
    """Return what tells whether a value has a protocol's methods, once for values of one type."""
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


_ANY = Kind("anything", lambda _value: True)
_TEXT = Kind("text", lambda value: isinstance(value, str), exact=frozenset([str]))
_PLAIN: dict[Any, Kind] = {
    Any: _ANY,
    object: _ANY,
    str: _TEXT,
    bool: Kind("True or False", _is_bool, exact=frozenset([bool])),
    int: Kind("a whole number", _is_whole, exact=frozenset([int])),
    float: Kind("a number", is_number, exact=frozenset([float])),
    Path: Kind("a path", lambda value: isinstance(value, str | os.PathLike), is_path=True),
}


def _named(annotation: str, function: Callable[..., Any]) -> Any:
    """Return what an annotation's text names in the function's module."""
    known = vars(sys.modules[function.__module__])
    try:
        return eval(annotation, {**known})
    except NameError:
        pass
    try:
        return eval(annotation, {**known, **_for_checkers(function.__module__)})
    except (NameError, ImportError):
        return Any


def _for_checkers(module: str) -> dict[str, Any]:
    """Return what a module imports for type checkers alone, so as to be quick to import."""
    try:
        tree = ast.parse(inspect.getsource(sys.modules[module]))
    except OSError:
        return {}
    found: dict[str, Any] = {}
    for part in tree.body:
        if isinstance(part, ast.If) and ast.unparse(part.test) == "TYPE_CHECKING":
            exec(compile(ast.Module(part.body, []), module, "exec"), found)
    return found
