"""What goes wrong, in one sentence: where, what must hold, what it got, what to try."""

from __future__ import annotations

import difflib
import re
import reprlib
from collections.abc import Iterable

_MOST = 480


class EcclesError(Exception):
    """Base of every error that Eccles raises on purpose; its text is one sentence for a user.

    Whatever is put into that text, it is one line of printable letters and under 500 of them.
    """

    exit_status = 1

    def __init__(self, *words: object) -> None:
        super().__init__(*(plain(word) if isinstance(word, str) else word for word in words))


class InputError(EcclesError):
    """Something the caller asked for can't be done: mend the request (exit status 2)."""

    exit_status = 2


class RunError(EcclesError):
    """A sound request failed while it ran: data, disk or network (exit status 1)."""


class StorageError(RunError):
    """A folder can't be written: full, read-only or gone. Nothing that was stored is lost."""


def plain(text: str, most: int = _MOST) -> str:
    """Return a text on one line of printable letters, without its middle where it is long.

    What a terminal would act on, such as an escape or the end of a line, is spelt out.

    >>> plain("one\\ntwo"), plain("abcdefghij", most=7)
    ('one\\\\ntwo', 'a ... j')
    """
    if len(text) > 4 * most:
        text = text[: 2 * most] + text[-2 * most :]
    if not text.isprintable():
        text = "".join(_spelt(letter) for letter in text)
    if len(text) <= most:
        return text
    end = (most - 5) // 2
    return f"{text[: most - 5 - end].rstrip()} ... {text[len(text) - end :].lstrip()}"


def _spelt(letter: str) -> str:
    return letter if letter.isprintable() else letter.encode("unicode_escape").decode("ascii")


def shown(value: object, most: int = 160) -> str:
    """Return a value as Python writes it; a long one without its middle.

    It takes no longer for a large value than for a small one.

    >>> shown("mlp8"), shown([1, 2]), shown("a" * 99, most=20)
    ("'mlp8'", '[1, 2]', "'aaaaaaa ... aaaaaa'")
    """
    try:
        text = _Short(most).repr(value)
    except Exception:  # What is wrong with a value may be how it is written.
        text = ""
    return plain(text, most) if text else f"an object of type {type(value).__name__}"


class _Short(reprlib.Repr):
    """How values are written, with a bound for those of every kind."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self.maxstring = self.maxother = most
        self.maxlong = 40

    def repr_str(self, x: str, level: int) -> str:  # noqa: ARG002
        return repr(
            x if len(x) <= 2 * self.maxstring else x[: self.maxstring] + x[-self.maxstring :]
        )

    def repr_int(self, x: int, level: int) -> str:
        # Python won't write one of more digits than it would read.
        return (
            super().repr_int(x, level)
            if x.bit_length() < 10_000
            else "a number of thousands of digits"
        )

    def repr_instance(self, x: object, level: int) -> str:  # noqa: ARG002
        text = repr(x)
        return text if len(text) <= self.maxother else f"an object of type {type(x).__name__}"


def listed(names: Iterable[object], most: int = 240) -> str:
    """Return names with commas between; of many only the first, and how many there are besides.

    >>> listed(["a", "b"]), listed(range(100), most=30)
    ('a, b', '0, 1, 2, 3, 4 and 95 more')
    """
    known = [plain(str(name), 60) for name in names]
    text = ", ".join(known)
    if len(text) <= most:
        return text
    taken, size = 0, len(" and 9,999 more")
    while taken < len(known) and size + len(known[taken]) + 2 <= most:
        size += len(known[taken]) + 2
        taken += 1
    return f"{', '.join(known[:taken])} and {len(known) - taken:,} more"


def counted(n: int, what: str) -> str:
    """Return how many there are, as a person reads it.

    >>> counted(1, "cell"), counted(1200, "run"), counted(2, "class")
    ('1 cell', '1,200 runs', '2 classes')
    """
    return f"{n:,} {what}" + ("" if n == 1 else "es" if what.endswith("s") else "s")


def must(where: str, name: str, accepted: str, got: object, hint: str = "") -> InputError:
    """Return the error for a value that breaks a rule, worded the same way everywhere.

    >>> print(must("train", "epochs", "a whole number above 0", -3))
    train: epochs must be a whole number above 0, got -3
    """
    return InputError(
        f"{where}: {name} must be {accepted}, got {shown(got)}" + (f"; {hint}" if hint else "")
    )


def not_among(where: str, name: str, known: Iterable[str], got: object) -> InputError:
    """Return the error for a name that isn't one of those that there are, with the nearest.

    >>> print(not_among("train", "--optimizer", ["sgd", "adam"], "adm"))
    train: --optimizer must be one of sgd, adam, got 'adm' (did you mean 'adam'?)
    """
    names = list(known)
    return InputError(
        f"{where}: {name} must be one of {', '.join(names)}, got {got!r}{nearest(got, names)}"
    )


def whole(where: str, name: str, value: object, least: int = 1, accepted: str = "") -> None:
    """Raise InputError unless a value is a whole number of `least` or more.

    >>> whole("train", "epochs", 3)
    """
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise must(where, name, accepted or f"a whole number of {least} or more", value)


MOST_WORKERS = 1024
"""Threads or processes that one command may have, which is more than any machine has cores."""


def check_workers(where: str, name: str, value: int) -> None:
    """Raise InputError unless so many threads or processes can be asked for.

    >>> check_workers("train", "threads", 2)
    """
    if value < 1:
        raise must(where, name, "1 or more", value)
    if value > MOST_WORKERS:
        raise must(where, name, f"at most {MOST_WORKERS:,}", value, "more than cores gain nothing")


def nearest(name: object, known: Iterable[str]) -> str:
    """Return " (did you mean 'x'?)" for the known name closest to `name`, or an empty string.

    Close is one that differs in a letter or two, else one that has this one as a part of its own,
    else one that differs in a few letters. Capitals make no difference.

    >>> nearest("epoch", ["epochs", "lr"]), nearest("tau", ["status", "tau_mem"])
    (" (did you mean 'epochs'?)", " (did you mean 'tau_mem'?)")
    """
    small = {each.lower(): each for each in known}
    asked = str(name).lower()[:100]
    parts = [each for each in small if asked and asked in re.split(r"[^a-z0-9]+", each)]
    found = (
        difflib.get_close_matches(asked, list(small), n=1, cutoff=0.8)
        or parts[:1]
        or difflib.get_close_matches(asked, list(small), n=1, cutoff=0.65)
    )
    return f" (did you mean {small[found[0]]!r}?)" if found else ""
