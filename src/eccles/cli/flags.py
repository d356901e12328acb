"""A verb's flags, read by tyro: its complaints as one sentence, each default said once."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Sequence
from contextlib import redirect_stderr
from functools import partial, wraps
from pathlib import Path
from typing import Annotated, Any, TypeVar, get_type_hints

import tyro
from tyro.constructors import (
    ConstructorRegistry,
    PrimitiveConstructorSpec,
    PrimitiveTypeInfo,
    StructConstructorSpec,
    StructFieldSpec,
    StructTypeInfo,
)

from eccles.errors import InputError, must, nearest
from eccles.paths import broken_rule
from eccles.settings import Settings

_Flags = TypeVar("_Flags")
_Parsed = TypeVar("_Parsed")
_BORDER = re.compile(r" -+ |╰─*╯| *")
_RULE = re.compile("[-─]+")
_KINDS = {"INT": "a whole number", "FLOAT": "a number"}


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
    )


def parsed(parse: Callable[[], _Parsed], verb: str) -> _Parsed:
    """Return what `parse` returns; where it gives up, raise its complaint as an InputError."""
    said = io.StringIO()
    try:
        with _REGISTRY, redirect_stderr(said):
            return parse()
    except SystemExit as stop:
        if stop.code == 0:
            raise
        hint, box = f"see eccles {verb} --help", said.getvalue()
        if found := re.search(r"Error parsing (\S+):.*?\brefused\s+(\d+)\b", box, re.DOTALL):
            raise _refused[int(found[2])](verb, found[1].strip("[]"), hint) from None
        raise InputError(f"{verb}: {_sentence(box)}; {hint}") from None
    finally:
        _refused.clear()


def deferred(verb: Callable[..., Any]) -> Callable[..., Callable[[], Any]]:
    """Return a function that takes another's flags, and returns the call instead of making it.

    Tyro would make the call while it reads the flags, and what the call says on stderr would be
    taken for a complaint about them.
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


def _sentence(box: str) -> str:
    """Return the first paragraph of tyro's framed complaint in our words, with its suggestion."""
    # Its second line is a rule where a terminal has no letters for frames.
    content = [line.strip(" │") for line in box.splitlines()[1:] if not _BORDER.fullmatch(line)]
    rules = [k for k, line in enumerate(content) if _RULE.fullmatch(line)]
    first = " ".join(content[: rules[0]] if rules else content).rstrip(".")
    suggested = re.search(r"Perhaps you meant.*?(--[\w-]+)", box, re.DOTALL)
    # Its idea of what is near is a wide one.
    unknown = re.search(r"Unrecognized options: (--[^\s,=]+)", first)
    is_near = suggested and (not unknown or nearest(unknown[1], [suggested[1]]))
    return _worded(first, box) + (
        f" (did you mean {suggested[1]}?)" if suggested and is_near else ""
    )


def _worded(said: str, box: str) -> str:
    if found := re.fullmatch(
        r"invalid choice (.+) for argument '(.+)'. Expected one of (.+)", said
    ):
        got, name, listed = found.groups()
        # In an order of its own, and with what a setting is where it is left out.
        choices = sorted(set(re.findall(r"'(.*?)'", listed)) - {"None"})
        return f"{name} must be one of {', '.join(choices)}, got {got}{nearest(got, choices)}"
    if found := re.fullmatch(r"Missing value for argument '(.+?)'.*", said):
        return f"{found[1]} must have a value, got none"
    if found := re.match(r"Missing from eccles [\w -]+?: (--[\w-]+)", said):
        return f"{found[1]} must be given, got none"
    if found := re.fullmatch(r"Expected one of {(.+)}", said):
        return f"what to do must be one of {found[1]}, got none"
    if found := re.fullmatch(r"Unrecognized options: ([^\s,]+).*", said):
        if known := re.search(r"Available subcommands: (.+?) *│?$", box, re.MULTILINE):
            return f"what to do must be one of {known[1]}, got {found[1]!r}"
        if found[1].startswith("-"):
            return f"there is no option {found[1]}"
        return f"{found[1]!r} must belong to an option, and doesn't; quotes hold words together"
    if found := re.fullmatch(r"Error parsing (\S+): (.*?)('.*?')\]?(\. .*)?", said):
        name, why, got, _ = found.groups()
        if taken := re.search(rf"\b({'|'.join(_KINDS)})\b", f"{why}{box}"):
            return f"{name} must be {_KINDS[taken[1]]}, got {got}"
    return said


def _hint(default: str) -> str:
    return "" if default == "None" else f"(default: {default})"


_NO_FLAGS = ("network",)

_REGISTRY = ConstructorRegistry()

_refused: list[Callable[[str, str, str], InputError]] = []
"""Errors of flags that were just read, each a function of the verb, the flag's name and a hint.

Only tyro knows the flag's name, and it passes on nothing but an error's text. So that text is the
number of the error in this list.
"""


def _refuse(complaint: Callable[[str, str, str], InputError]) -> ValueError:
    _refused.append(complaint)
    return ValueError(f"refused {len(_refused) - 1}")


@_REGISTRY.primitive_rule
def _path(info: PrimitiveTypeInfo) -> PrimitiveConstructorSpec[Path] | None:
    """Make a path of a flag's text, where there can be such a path."""
    if info.type is not Path:
        return None

    def made(words: list[str]) -> Path:
        if accepted := broken_rule(words[0]):
            raise _refuse(lambda verb, name, _hint: must(verb, name, accepted, words[0]))
        return Path(words[0])

    return PrimitiveConstructorSpec(
        nargs=1,
        metavar="PATH",
        instance_from_str=made,
        is_instance=lambda value: isinstance(value, Path),
        str_from_instance=lambda value: [str(value)],
    )


@_REGISTRY.primitive_rule
def _whole(info: PrimitiveTypeInfo) -> PrimitiveConstructorSpec[int] | None:
    """Make a whole number of a flag's text."""
    if info.type is not int:
        return None

    def made(words: list[str]) -> int:
        try:
            return int(words[0])
        except ValueError:
            # Python reads no number of thousands of digits.
            accepted = "a whole number" + " of fewer digits" * words[0].strip("+-").isdigit()
            raise _refuse(
                lambda verb, name, hint: must(verb, name, accepted, words[0], hint)
            ) from None

    return PrimitiveConstructorSpec(
        nargs=1,
        metavar="INT",
        instance_from_str=made,
        is_instance=lambda value: isinstance(value, int) and not isinstance(value, bool),
        str_from_instance=lambda value: [str(value)],
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
