"""Labels of whatever type as classes: numbers or words, each class with its name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eccles.arrays import as_array
from eccles.errors import listed, must

_MOST = 1000
"""Classes; with more of them labels are hardly such."""


def as_classes(
    where: str, labels: object, classes: object = None
) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Return the class of each sample, int64 [B], and the names of the classes.

    Labels are words or whole numbers. Without `classes` those that occur are the classes, in their
    order. With names of classes, labels are such names, or numbers from 0 on.

    Raises InputError for labels of another type, of an odd name, and for one that is no class.
    """
    found = as_array(where, "labels", labels)
    if found.ndim != 1 or found.dtype.kind not in "iuUSb" or not found.size:
        got = f"{found.dtype} of shape {list(found.shape)}" if found.size else "none"
        hint = "labels.astype(int) makes whole numbers of them" if found.dtype.kind == "f" else ""
        raise must(where, "labels", "one a sample, a whole number or a word", got, hint)
    words: NDArray[Any] = (
        _words(where, found) if found.dtype.kind in "US" else found.astype(np.int64)
    )
    if classes is None:
        known, numbers = np.unique(words, return_inverse=True)
        if len(known) > _MOST:
            raise must(where, "labels", f"of at most {_MOST:,} classes", len(known))
        return numbers.astype(np.int64), _named(where, known.tolist())
    names = _named(where, _words(where, as_array(where, "classes", classes)).ravel().tolist())
    if words.dtype.kind == "i":
        wrong = words[(words < 0) | (words >= len(names))]
        if len(wrong):
            accepted = f"from 0 to {len(names) - 1}, for there are {len(names)} classes"
            raise must(where, "labels", accepted, int(wrong[0]))
        return words, names
    number = {name: k for k, name in enumerate(names)}
    if unknown := sorted(set(words.tolist()) - number.keys()):
        raise must(where, "labels", f"among the classes {listed(names)}", unknown[0])
    return np.array([number[word] for word in words.tolist()], np.int64), names


def _words(where: str, array: NDArray[Any]) -> NDArray[np.str_]:
    if array.dtype.kind not in "S":
        return array.astype(np.str_)
    try:
        return np.char.decode(array, "utf-8")
    except UnicodeDecodeError:
        raise must(where, "labels", "words in UTF-8", "other bytes") from None


def _named(where: str, names: Sequence[object]) -> tuple[str, ...]:
    """Return the names of classes, each of which can be printed and told from the others."""
    said = tuple(str(name) for name in names)
    check_words(where, said)
    if len(set(said)) < len(said):
        twice = next(name for name in said if said.count(name) > 1)
        raise must(where, "names of classes", "names that differ", f"{twice} more than once")
    return said


def check_words(where: str, names: Sequence[str]) -> None:
    """Raise InputError for a name of a class that can't be printed on a line, or seen."""
    for name in names:
        if not name.isprintable() or name != name.strip() or not name or len(name) > 100:
            accepted = "words of at most 100 printable letters, without space around them"
            raise must(where, "names of classes", accepted, name)
