"""What a program finds around it: streams, a folder to be in, and what the environment asks for."""

from __future__ import annotations

import codecs
import io
import os
import sys
import warnings
from collections.abc import Callable
from typing import Any

from eccles.errors import RunError

STDOUT = "stdout"
"""What an error of standard output says as the name of its file."""


def prepare() -> None:
    """Prepare the process for a command: its streams, warnings, and what packages read at import.

    Raises RunError without standard output, or in a folder that isn't there any more.
    """
    for number in (0, 1, 2):
        _occupy(number)
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
    if sys.stdout is None:
        raise RunError("stdout must be open, got a closed one; send it to a file or to /dev/null")
    for name in ("write", "flush"):
        setattr(sys.stdout, name, _named(getattr(sys.stdout, name)))
    try:
        os.getcwd()  # noqa: PTH109
    except OSError:
        raise RunError("the working folder must exist, got a deleted one; cd to another") from None
    # They are for developers; switched to errors, another package's would end the command.
    warnings.simplefilter("ignore")
    # No window is opened and no thread of numba's own is used; a wrong value would end an import.
    for name in ("MPLBACKEND", "NUMBA_NUM_THREADS"):
        os.environ.pop(name, None)


def _occupy(number: int) -> None:
    """Open the null device on a closed standard stream, whose number the next file would get."""
    try:
        os.fstat(number)
    except OSError:
        null = os.open(os.devnull, os.O_RDWR)
        if null != number:
            os.dup2(null, number)
            os.close(null)


def spell_out() -> None:
    """Let standard output take every letter, in an encoding that lacks some too."""
    codecs.register_error("eccles-spelt", _spelt)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="eccles-spelt")


def _spelt(error: UnicodeError) -> tuple[bytes, int]:
    """Return a letter as an escape, and a byte of a file's name that is no letter as it is."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    letters = error.object[error.start : error.end]
    spelt = [
        bytes([ord(letter) - 0xDC00])
        if 0xDC80 <= ord(letter) <= 0xDCFF
        else letter.encode("ascii", "backslashreplace")
        for letter in letters
    ]
    return b"".join(spelt), error.end


def _named(method: Callable[..., Any]) -> Callable[..., Any]:
    """Return a method of standard output whose errors say that it is what they are about."""

    def call(*given: Any) -> Any:
        try:
            return method(*given)
        except OSError as error:
            error.filename = STDOUT
            raise

    return call


def silence() -> None:
    """Give the interpreter nowhere to complain at its end about what can't be written."""
    try:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, sys.stdout.fileno())
        os.close(null)
    except (OSError, ValueError, AttributeError):
        pass
