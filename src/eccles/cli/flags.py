"""A verb's flags, read by tyro, each default said once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial, wraps
from pathlib import Path
from types import NoneType
from typing import Annotated, Any, TypeVar, Union, get_args, get_type_hints

import tyro
from tyro.constructors import (
    ConstructorRegistry,
    PrimitiveConstructorSpec,
    PrimitiveTypeInfo,
    StructConstructorSpec,
    StructFieldSpec,
    StructTypeInfo,
)

from eccles.cli.complaints import complaining, refuse
from eccles.paths import broken_rule
from eccles.settings import AUTO, Settings

_Flags = TypeVar("_Flags")
_Parsed = TypeVar("_Parsed")


def flag(metavar: str | None = None, hint: str = "") -> Any:
    """Return a flag's settings for tyro: its help says by `hint` what holds without the flag."""
    return tyro.conf.arg(metavar=metavar, help_behavior_hint=hint)


def read(
    kind: type[_Flags],
    verb: str,
    words: Sequence[str],
    default: _Flags | None = None,
    config: Sequence[Any] = (),
) -> _Flags:
    """Return the flags of `eccles VERB WORDS`, or raise InputError with one sentence.

    Args:
        kind: a dataclass, a field a flag.
        verb: what comes after `eccles`.
        words: the command line after the verb.
        default: values of flags that aren't given, unless they are those of the class.
        config: markers of tyro for all flags.
    """
    given = {} if default is None else {"default": default}
    read_by: Callable[..., _Flags] = tyro.cli
    return parsed(
        lambda: read_by(
            Annotated[kind, tyro.conf.arg(name="")],
            prog=f"eccles {verb}",
            args=words,
            config=tuple(config),
            **given,
        ),
        verb,
        options_of(kind, default),
    )


def parsed(parse: Callable[[], _Parsed], verb: str, options: Iterable[str] = ()) -> _Parsed:
    """Return what `parse` returns; where tyro gives up, raise its complaint as an InputError."""
    with _REGISTRY, complaining(verb, tuple(options)):
        return parse()


def options_of(flags: Any, default: object = None) -> Iterator[str]:
    """Give the names of options that a dataclass of flags, or a function of them, has."""
    for name, hint in get_type_hints(flags, include_extras=True).items():
        held = getattr(default, name, None)
        if tyro.conf.Positional not in get_args(hint):
            for each in held.names() if isinstance(held, Settings) else (name,):
                yield each.replace("_", "-")


def deferred(verb: Callable[..., Any]) -> Callable[..., Callable[[], Any]]:
    """Return a function that takes another's flags, and returns the call instead of making it.

    So what goes wrong in it isn't taken for a complaint about its flags.
    """

    @wraps(verb)
    def later(*arguments: Any, **named: Any) -> Callable[[], Any]:
        return partial(verb, *arguments, **named)

    return later


def options(words: Sequence[str], settings: Iterable[str]) -> dict[str, str]:
    """Return the settings that a command line gives, by the options as they are spelt there.

    >>> options(["--tau_mem", "10 ms", "--no-clip"], ["clip", "tau_mem", "ei"])
    {'--tau-mem': 'tau_mem', '--no-clip': 'clip'}
    """
    known = {
        f"--{prefix}{name}".replace("_", "-"): name for name in settings for prefix in ("", "no-")
    }
    said = (word.partition("=")[0].replace("_", "-") for word in words)
    return {option: known[option] for option in said if option in known}


def _hint(default: str) -> str:
    return "" if default == "None" else f"(default: {default})"


_NO_FLAGS = ("network",)

_REGISTRY = ConstructorRegistry()


@_REGISTRY.primitive_rule
def _path(info: PrimitiveTypeInfo) -> PrimitiveConstructorSpec[Path] | None:
    """Make a path of a flag's text, where there can be such a path."""
    if info.type is not Path:
        return None

    def made(words: list[str]) -> Path:
        if accepted := broken_rule(words[0]):
            raise refuse(accepted, words[0])
        return Path(words[0])

    return PrimitiveConstructorSpec(
        nargs=1,
        metavar="PATH",
        instance_from_str=made,
        is_instance=lambda value: isinstance(value, Path),
        str_from_instance=lambda value: [str(value)],
    )


@_REGISTRY.primitive_rule
def _number(info: PrimitiveTypeInfo) -> PrimitiveConstructorSpec[float] | None:
    """Make a number of a flag's text."""
    kind = info.type
    if kind is not int and kind is not float:
        return None

    def made(words: list[str]) -> float:
        try:
            return float(words[0]) if kind is float else int(words[0])
        except ValueError:
            accepted = "a number" if kind is float else "a whole number"
            # Python reads no whole number of thousands of digits.
            accepted += " of fewer digits" * words[0].strip("+-").isdigit()
            raise refuse(accepted, words[0]) from None

    return PrimitiveConstructorSpec(
        nargs=1,
        metavar=kind.__name__.upper(),
        instance_from_str=made,
        is_instance=lambda value: type(value) in {int, kind},
        str_from_instance=lambda value: [str(value)],
    )


@_REGISTRY.primitive_rule
def _optional(info: PrimitiveTypeInfo) -> PrimitiveConstructorSpec[Any] | None:
    """Show what a flag takes by its kind alone, where None is what it is if it is left out.

    The word "auto", formerly None, is taken all the same, for what a file says to be left out
    again. Of texts it isn't, which may be that word themselves: whoever reads the text knows.
    """
    kinds = get_args(info.type)
    if NoneType not in kinds or len(kinds) < 2:
        return None
    said: Any = Union[tuple(kind for kind in kinds if kind is not NoneType)]  # noqa: UP007
    spec = ConstructorRegistry.get_primitive_spec(PrimitiveTypeInfo.make(said, info.markers))
    if not isinstance(spec, PrimitiveConstructorSpec) or spec.nargs != 1:
        return None
    unsaid = ["None"] if {str, Path} & {*kinds} else [AUTO, "None"]
    return replace(
        spec,
        choices=None if spec.choices is None else (*spec.choices, *unsaid),
        instance_from_str=lambda words: (
            None if words[0] in unsaid else spec.instance_from_str(words)
        ),
        is_instance=lambda value: value is None or spec.is_instance(value),
        str_from_instance=lambda value: (
            ["None"] if value is None else spec.str_from_instance(value)
        ),
    )


@_REGISTRY.struct_rule
def _settings(info: StructTypeInfo) -> StructConstructorSpec | None:
    """Make flags of settings, and let those that default to None say themselves what holds."""
    if not (isinstance(info.type, type) and issubclass(info.type, Settings)):
        return None
    hints = get_type_hints(info.type, include_extras=True)
    marked = tyro.conf.arg(help_behavior_hint=_hint)
    # What comes from a file or from Python alone is no flag, and is kept as it came.
    kept = {
        name: getattr(info.default, name)
        for name in info.type.model_fields
        if name in _NO_FLAGS and getattr(info.default, name, None) is not None
    }
    own = info.default.names() if isinstance(info.default, Settings) else info.type.model_fields
    fields = [
        StructFieldSpec(
            name=name,
            type=Annotated[hints[name], marked],  # type: ignore[arg-type]
            default=getattr(info.default, name, field.get_default()),
            helptext=field.description,
        )
        for name, field in info.type.model_fields.items()
        if name not in _NO_FLAGS and name in own
    ]
    return StructConstructorSpec(partial(info.type, **kept), tuple(fields))
