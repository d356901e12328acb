"""How Eccles compiles: numba's options in one place, and decorators that a type checker knows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numba import config, njit

from eccles.errors import InputError
from eccles.jit.kept import KeptKernels

if getattr(config, "DISABLE_JIT", False):
    # Vector instructions have no form in plain Python.
    raise InputError(
        "jit: numba must compile Eccles's kernels, got NUMBA_DISABLE_JIT=1; unset it, and start "
        "Python anew"
    )

# "contract" lets a x b + c round once, as the processor's fused instruction does.
_OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy", "fastmath": {"contract"}}


def compiled(function: Callable[..., Any]) -> Any:
    """Compile a function on its first call for each set of types, and keep that on disk."""
    return _kept(function, _OPTIONS)


def borrowing(function: Callable[..., Any]) -> Any:
    """Compile as `compiled` does a function that makes no arrays: it counts no references.

    numba counts one up and down wherever an array has a new name, which takes a kernel a fifth of
    its time, and more where threads share arrays. The caller holds them all the while.
    """
    return _kept(function, _OPTIONS | {"_nrt": False})


def rounded(function: Callable[..., Any]) -> Any:
    """Compile as `compiled` does, but round each product, as torch does: same bits."""
    return _kept(function, _OPTIONS | {"fastmath": False})


def inlined(function: Callable[..., Any]) -> Any:
    """Compile a function into its callers: a loop that holds a call isn't vectorised."""
    return njit(inline="always", **_OPTIONS)(function)


def _kept(function: Callable[..., Any], options: dict[str, Any]) -> Any:
    made = njit(**options)(function)
    made._cache = KeptKernels(function)
    return made
