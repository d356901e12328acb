"""Former names of arguments and attributes, which leave after this version."""

from __future__ import annotations

import warnings


def obeys_dale(dale: bool, unbounded: bool | None) -> bool:
    """Return whether Dale's principle is asked for, be it by the former name `unbounded`.

    >>> obeys_dale(True, None), obeys_dale(False, None)
    (True, False)
    """
    if unbounded is None:
        return dale
    warn(f"unbounded={unbounded}", f"dale={not unbounded}", stacklevel=5)
    return not unbounded


def warn(old: str, new: str, stacklevel: int = 3) -> None:
    """Warn that a name was replaced; `stacklevel` counts the callers up to the user's line."""
    said = f"{old} is now {new}, and leaves after 0.2"
    warnings.warn(said, DeprecationWarning, stacklevel=stacklevel)
