"""How Eccles compiles: numba's options in one place, and decorators that a type checker knows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numba import njit

# "contract" lets a x b + c round once, as the processor's fused instruction does.
_OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy", "fastmath": {"contract"}}


def compiled(function: Callable[..., Any]) -> Any:
    """Compile a function on its first call for each set of types, and keep that on disk."""
    try:
        return njit(cache=True, **_OPTIONS)(function)
    except RuntimeError:
        # Neither the package nor the user has a folder that can be written: compile each time.
        return njit(**_OPTIONS)(function)


def rounded(function: Callable[..., Any]) -> Any:
    """Compile as `compiled` does, but round each product, as torch does: same bits."""
    options = _OPTIONS | {"fastmath": False}
    try:
        return njit(cache=True, **options)(function)
    except RuntimeError:
        return njit(**options)(function)


def inlined(function: Callable[..., Any]) -> Any:
    """Compile a function into its callers: a loop that holds a call isn't vectorised."""
    return njit(inline="always", **_OPTIONS)(function)
