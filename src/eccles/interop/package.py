"""The package nir, which reads and writes graphs; it comes with the extra `interop`."""

from __future__ import annotations

from typing import Any

from eccles.errors import InputError


def nir() -> Any:
    """Return the package nir, or raise InputError where it isn't installed."""
    try:
        import nir as package
    except ImportError:
        raise InputError(
            "interop: graphs of NIR need the package nir; pip install 'eccles[interop]'"
        ) from None
    return package
