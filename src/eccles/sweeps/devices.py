"""What devices of one's own are called where a study is shown; tables have their constants."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from eccles.stats.frames import is_missing
from eccles.sweeps.study import Study

if TYPE_CHECKING:
    import pandas as pd

_COLUMN = "device_model"

_MOST = 2
"""Constants in a name."""


def called(study: Study, rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows of a table in which devices go by short names, where some are there."""
    if _COLUMN not in rows or rows[_COLUMN].isna().all():
        return rows
    names = device_names(study, rows[_COLUMN])
    shown = ["none" if is_missing(value) else names.get(value, value) for value in rows[_COLUMN]]
    return rows.assign(**{_COLUMN: shown})


def device_names(study: Study, values: Iterable[Any]) -> dict[str, str]:
    """Return a short name for each device of one's own: its file's, or the first constants.

    Constants come first that tell it from the others.

    Args:
        study: has the names of its files.
        values: devices as runs have them: presets, or constants as JSON.
    """
    own = {text for text in values if isinstance(text, str) and text.startswith("{")}
    files = {text: name for name, text in study.devices.items() if text in own}
    rest = {text: json.loads(text) for text in sorted(own - files.keys())}
    alike = Counter((name, str(value)) for each in rest.values() for name, value in each.items())
    names: dict[str, str] = {}
    for text, constants in rest.items():
        order = sorted(constants, key=lambda name: alike[name, str(constants[name])])
        said = [_constant(name, constants[name]) for name in order if name != "rule"]
        name = ", ".join([f"custom {constants.get('rule', 'constant')}", *said[:_MOST]])
        taken = sum(each.partition(" (")[0] == name for each in names.values())
        names[text] = f"{name} ({taken + 1})" if taken else name
    return files | names


def constants_of(study: Study, rows: pd.DataFrame, cell: Mapping[str, Any]) -> dict[str, Any]:
    """Return a cell's settings with a device's constants in place of its short name."""
    found = dict(cell)
    if _COLUMN in found and _COLUMN in rows:
        names = {name: text for text, name in device_names(study, rows[_COLUMN]).items()}
        found[_COLUMN] = names.get(str(found[_COLUMN]), found[_COLUMN])
    return found


def _constant(name: str, value: Any) -> str:
    return f"{name} {value:g}" if isinstance(value, float) else f"{name} {json.dumps(value)}"
