"""What tells the run that a folder holds from the one that is asked for, setting by setting."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from eccles.errors import EcclesError, shown
from eccles.settings import NONE
from eccles.training.config import SHALLOW, TrainConfig
from eccles.training.config.words import unset
from eccles.training.factory import identity_of
from eccles.training.own import from_record, said_of

_NETWORK, _INSIDE = "network", "network."

_MOST = 24
"""Letters of a value; a network has thousands."""


def differences(record: Mapping[str, Any], asked: TrainConfig) -> list[str]:
    """Return the settings that differ, each such as "epochs 5 there, 10 asked".

    What "auto" became is compared, so that saying it makes no difference.

    Args:
        record: what a run's config.json holds.
        asked: the settings of another run.
    """
    there, _ = from_record(record)
    with suppress(EcclesError):  # Of another version, what it says is compared as it is.
        there = _whole(TrainConfig.model_validate(there))
    here = _whole(asked)
    if there.get(_NETWORK) and here.get(_NETWORK):
        there, here = _leaves(there), _leaves(here)
    # What only one of two kinds of networks has follows from their models.
    both = [
        name
        for name in {**here, **there}
        if name.startswith(_INSIDE) or name in here.keys() & there
    ]
    return [
        f"{name} {_said(name, there)} there, {_said(name, here)} asked"
        for name in both
        if there.get(name, NONE) != here.get(name, NONE)
    ]


def _leaves(settings: Mapping[str, Any], above: str = "") -> dict[str, Any]:
    """Return settings with the parts of a network one by one, such as "network.readout.tau_mem"."""
    found: dict[str, Any] = {}
    for name, value in settings.items():
        inside = isinstance(value, Mapping) and (above or name == _NETWORK)
        found |= _leaves(value, f"{above}{name}.") if inside else {f"{above}{name}": value}
    return found


def _whole(config: TrainConfig) -> dict[str, Any]:
    settings = {"model": SHALLOW, **config.resolved().model_dump(mode="json")}
    own = {} if config.module is None else {"module": identity_of(config.module)}
    return {**settings, **own, "data": said_of(config.data)}


def _said(name: str, settings: Mapping[str, Any]) -> str:
    value = settings.get(name, NONE)
    if value is None:
        return unset(name, resolved=True)
    return value if isinstance(value, str) and len(value) <= _MOST else shown(value, _MOST)
