"""Samples that were passed from Python: how a run's settings and identity name them.

Settings of a run on such samples say `data: own-1a2b3c4d`, eight digits of the samples' content; or
`own-1a2b3c4d-as-shd` where the settings said `data: shd` beside them, for that decides what "auto"
means. A run's identity is the hash of its settings, with `data` as it was said, then a dash and the
digits. Files that aren't as published add their digits to the identity too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from eccles.data.catalogue import SOURCES
from eccles.errors import InputError

_OWN = re.compile(r"own-([0-9a-f]{8})(?:-as-(.+))?", re.DOTALL)
_USUAL = "fashion-mnist-sample"
"""What `data` is unless it is said; a test holds it to the settings."""


def own_name(digest: str, said: str = _USUAL) -> str:
    """Return the `data` setting for samples passed from Python, beside settings with data `said`.

    >>> own_name("1a2b3c4d"), own_name("1a2b3c4d", "shd")
    ('own-1a2b3c4d', 'own-1a2b3c4d-as-shd')
    """
    return f"own-{digest}" + (f"-as-{said}" if said != _USUAL else "")


def digest_of(data: str) -> str:
    """Return the digits of samples of the caller's own, or an empty text for any other data."""
    found = _OWN.fullmatch(data)
    return found[1] if found else ""


def said_of(data: str) -> str:
    """Return the data set whose name decides what "auto" means.

    >>> said_of("own-1a2b3c4d"), said_of("own-1a2b3c4d-as-shd"), said_of("shd")
    ('fashion-mnist-sample', 'shd', 'shd')
    """
    found = _OWN.fullmatch(data)
    return data if not found else found[2] or _USUAL


def check_openable(data: str) -> None:
    """Raise InputError for samples of the caller's own, which no file holds."""
    if digest_of(data):
        raise InputError(
            f"train: {data} stands for samples that were passed from Python, and no file holds "
            "them; pass them again, eccles.train(config, data=...), or choose another --data"
        )


def check_same(wanted: str, found: str) -> None:
    """Raise InputError where settings are of other data than that at hand, by their digits.

    Settings without any are of whatever their `data` names; what is as published has none.
    """
    if wanted not in ("", found):
        raise InputError(
            f"train: data must be what these settings are of, by its digits {wanted}, got "
            f"{found or 'the published files'}; give the same samples or files, or say the "
            "settings without their identity and another data"
        )


def from_record(record: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    """Return the settings that a run's config.json holds, and the digits of its data, if any.

    Its identity is no setting, but knows samples of the caller's own, which earlier versions left
    out of `data`. What isn't of a run, as a file of settings alone, has no digits.
    """
    settings = dict(record)
    digest = str(settings.pop("identity", "")).partition("-")[2]
    data = settings.get("data", _USUAL)
    if digest and isinstance(data, str) and not digest_of(data) and not _may_differ(data):
        settings["data"] = own_name(digest, data)
    return settings, digest


def _may_differ(data: str) -> bool:
    """Return whether files of this name may be others than the published ones."""
    source = SOURCES.get(data)
    return source is None or source.form == "recordings"
