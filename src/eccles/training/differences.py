"""What tells the run that a folder holds from the one that is asked for, setting by setting."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from eccles.errors import EcclesError, shown
from eccles.training.config import SHALLOW, TrainConfig
from eccles.training.own import from_record, said_of

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
    # What only one of two kinds of networks has follows from their models.
    return [
        f"{name} {_said(there[name])} there, {_said(value)} asked"
        for name, value in here.items()
        if name in there and there[name] != value
    ]


def _whole(config: TrainConfig) -> dict[str, Any]:
    settings = {"model": SHALLOW, **config.resolved().model_dump(mode="json")}
    return {**settings, "data": said_of(config.data)}


def _said(value: object) -> str:
    if value is None:
        return "auto"
    return value if isinstance(value, str) and len(value) <= _MOST else shown(value, _MOST)
