"""A setting of all runs has one value; who gives several means an axis of the grid."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from eccles.errors import InputError, must
from eccles.settings import read_yaml_value
from eccles.training.config import TrainConfig

_OWN = ("network", "module", "device_model")
"""Settings that a study may have files and names of its own for."""


def check_one(content: Mapping[str, Any], name: str, value: Any) -> None:
    """Raise InputError for several values of a setting that has one in all runs.

    They are several where no run takes them together, and each would be taken alone.

    Args:
        content: a study.
        name: a setting, or a part of a study, which may have any value.
        value: what `--set` says of it, read as YAML.
    """
    if name not in TrainConfig.model_fields or not isinstance(value, list | str):
        return
    texts = value.split(",") if isinstance(value, str) else []
    try:
        parts = [read_yaml_value(each, name) for each in texts] or value
    except InputError:
        return  # The commas are of one value, such as a device's.
    base = content.get("base")
    said = base.items() if isinstance(base, Mapping) else ()
    # What a study calls by names of its own no run knows.
    rest = {each: x for each, x in said if each not in (*_OWN, name)}

    def fits(**more: Any) -> bool:
        try:
            TrainConfig.model_validate({**rest, **more})
        except InputError:
            return False
        return True

    if len(parts) < 2 or not fits() or fits(**{name: value}):
        return
    if not texts or all(fits(**{name: each}) for each in parts):
        axis = "repeat" if name == "seed" else f"grid.{name}"
        hint = f'--set "{axis}=[{", ".join(map(str, parts))}]" runs each'
        raise must("sweep", f"--set {name}", "one value for all runs", value, hint)
