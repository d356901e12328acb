"""The packages that a report needs beside those that Eccles always has."""

from __future__ import annotations

from importlib.util import find_spec

from eccles.errors import InputError

_PACKAGES = {"pandas": "pandas", "altair": "altair", "vl_convert": "vl-convert-python"}


def check_installed() -> None:
    """Raise InputError that names the extra, unless all packages of the report are installed."""
    missing = [package for name, package in _PACKAGES.items() if find_spec(name) is None]
    if missing:
        raise InputError(
            f"report: {' and '.join(missing)} must be installed to write a report; "
            "pip install 'eccles[report]'"
        )
