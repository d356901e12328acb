"""What goes wrong, in one sentence: where, what must hold, what it got, what to try."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class EcclesError(Exception):
    """Base of every error that Eccles raises on purpose; its text is one sentence for a user."""

    exit_status = 1


class InputError(EcclesError):
    """Something the caller asked for can't be done: mend the request (exit status 2)."""

    exit_status = 2


class RunError(EcclesError):
    """A sound request failed while it ran: data, disk or network (exit status 1)."""


class StorageError(RunError):
    """A folder can't be written: full, read-only or gone. Nothing that was stored is lost."""


def must(where: str, name: str, accepted: str, got: object, hint: str = "") -> InputError:
    """Return the error for a value that breaks a rule, worded the same way everywhere.

    >>> print(must("train", "epochs", "a whole number above 0", -3))
    train: epochs must be a whole number above 0, got -3
    """
    return InputError(
        f"{where}: {name} must be {accepted}, got {got!r}" + (f"; {hint}" if hint else "")
    )


def whole(where: str, name: str, value: object, least: int = 1, accepted: str = "") -> None:
    """Raise InputError unless a value is a whole number of `least` or more.

    >>> whole("train", "epochs", 3)
    """
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise must(where, name, accepted or f"a whole number of {least} or more", value)


def nearest(name: str, known: Iterable[str]) -> str:
    """Return " (did you mean 'x'?)" for the known name closest to `name`, or an empty string.

    Capitals make no difference.

    >>> nearest("epoch", ["epochs", "lr"])
    " (did you mean 'epochs'?)"
    """
    small = {each.lower(): each for each in known}
    matches = difflib.get_close_matches(name.lower(), list(small), n=1, cutoff=0.5)
    return f" (did you mean {small[matches[0]]!r}?)" if matches else ""
