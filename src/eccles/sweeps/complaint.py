"""What a database says of a condition, in the words of whoever wrote the condition."""

from __future__ import annotations

import re

_KINDS = {
    "text": "VARCHAR|STRING_LITERAL",
    "a whole number": r"U?(?:TINY|SMALL|BIG|HUGE)INT|U?INT(?:EGER|\d+)?(?:_LITERAL)?",
    "a number": r"DOUBLE|FLOAT|DECIMAL(?:\(\d+,\d+\))?",
    "true or false": "BOOL(?:EAN)?",
    "NULL": '"NULL"',
}
"""What kinds of values are called, by what the database calls them."""

_SENTENCES = {
    r'syntax error at or near "(.+)"': r"it can't be read at '\1'",
    r"Binder Error: Cannot compare values of type (.+) and type (.+?)(?: - .*)?":
        r"\1 can't be compared with \2",
    r"Conversion Error: Could not convert string '(.*)' to (\w+)": r"'\1' isn't \2",
    r"Conversion Error: Could not convert string '(.*)' to (\w+) when casting from source column "
    r"(.+)": r"'\1' of \3 isn't \2",
    r"Binder Error: No function matches the given name and argument types '(.+?)\((.+)\)'":
        r"\1 takes something else than (\2)",
    "Invalid Input Error: (.+): .+": r"its pattern can't be read: \1",
    r"(?:\w+ )+Error: (.+)": r"\1",
}  # fmt: skip
"""What a database says, as patterns of which the first counts, and what we say."""

_WRITTEN = {
    "row": ",",
    "list_value": "[",
    "struct_pack": "{",
    "list_apply": "for",
    "count_star": "count(*)",
    "lambda": "->",
}
"""How people write what the database has names of its own for."""


def complaint(said: str) -> str:
    """Return why a database takes no condition.

    Its first sentence counts: what it advises besides is nothing that a condition can do.

    >>> complaint("Conversion Error: Could not convert string 'x' to INT64. Use TRY_CAST")
    "'x' isn't a whole number"
    """
    first = re.split(r"\. (?=[A-Z])|\n", said)[0].rstrip(".")
    for pattern, ours in _SENTENCES.items():
        if found := re.fullmatch(pattern, first):
            return _in_words(found.expand(ours))
    return first


def written(name: str) -> str:
    """Return how people write what the database calls by a name.

    >>> written("row"), written("sqrt")
    (',', 'sqrt')
    """
    return _WRITTEN.get(name, name)


def _in_words(text: str) -> str:
    """Return a text whose kinds of values are in words, except for what is quoted in it."""
    parts = re.split("('.*')", text)
    for ours, theirs in _KINDS.items():
        parts[::2] = [re.sub(rf"(?<!\w)(?:{theirs})(?!\w)", ours, part) for part in parts[::2]]
    return "".join(parts)
