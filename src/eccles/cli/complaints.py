"""What tyro can't read, as one sentence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from eccles.errors import InputError, nearest, shown

if TYPE_CHECKING:
    from tyro._arguments import ArgumentDefinition
    from tyro._errors import ParseErrorEvent

_refused: list[str] = []
"""What was said of texts that were read just now; tyro hands it on among words of its own."""


def refuse(accepted: str, got: str) -> ValueError:
    """Return the error for a reader of a flag's text to raise; tyro knows the flag's name."""
    _refused.append(f"must be {accepted}, got {shown(got)}")
    return ValueError(_refused[-1])


@contextmanager
def complaining(verb: str, options: Sequence[str] = ()) -> Iterator[None]:
    """Raise InputError with one sentence where tyro is about to give up, naming a near option.

    Tyro's objects for errors aren't public. A version that has others draws a box of its own, and
    exits with the same status.
    """
    try:
        from tyro._errors import on_parse_error
    except ImportError:
        yield
        return

    def complain(event: ParseErrorEvent) -> None:
        try:
            error = _error(event, verb, options)
        except AttributeError:
            return
        if error is not None:
            raise error

    try:
        with on_parse_error(complain):
            yield
    finally:
        _refused.clear()


def _error(event: ParseErrorEvent, verb: str, options: Sequence[str]) -> InputError | None:
    from tyro import _errors

    hint, said = f"see eccles {verb} --help", ""
    match event:
        case _errors.InstantiationFailure(argument=argument) if argument is not None:
            refused = [each for each in _refused if each in event.message]
            said = f"{_name(argument)} {refused[0] if refused else event.message}"
        case _errors.InvalidChoice(argument=argument, value=got):
            # In an order of its own, and with what a setting is where it is left out.
            choices = sorted(set(event.choices) - {"None"})
            got = f"{got!r}{nearest(got, choices)}"
            said = f"{_name(argument)} must be one of {', '.join(choices)}, got {got}"
        case _errors.BadValue(argument=argument, offending_value=None):
            said = f"{_name(argument)} must have a value, got none"
        case _errors.MissingArgs(missing_arguments=[first, *_]):
            said = f"{_name(first.arg)} must be given, got none"
        case _errors.UnrecognizedArgs(tokens=[got, *_]) if got.startswith("-"):
            option = got.partition("=")[0]
            near = nearest(option.strip("-"), options).replace("'", "--", 1).replace("'", "")
            said = f"there is no option {option}{near}"
        case _errors.UnrecognizedArgs(tokens=[got, *_]):
            said = f"{got!r} must belong to an option, and doesn't; quotes hold words together"
    return InputError(f"{verb}: {said}; {hint}") if said else None


def _name(argument: ArgumentDefinition) -> str:
    return str(argument.lowered.metavar) if argument.is_positional() else argument.display_name()
