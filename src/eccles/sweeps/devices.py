"""What is shown in place of what a study's tables have: names of devices, words for no value."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from eccles.stats.cells import find_value
from eccles.stats.frames import is_missing
from eccles.sweeps.study import Study
from eccles.training.config import TrainConfig
from eccles.training.config.words import unset

if TYPE_CHECKING:
    import pandas as pd

_COLUMN = "device_model"

_MOST = 2
"""Constants in a name."""


def called(study: Study, rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows of a table as a reader gets them: with short names for devices of one's own.

    A setting that varies has a word where it has no value: "auto" or "none".
    """
    shown = {}
    for column in TrainConfig.model_fields.keys() & set(rows):
        names = device_names(study, rows[column]) if column == _COLUMN else {}
        missing = rows[column].isna()
        # What is empty in every run, and wasn't asked for, isn't shown.
        if names or (missing.any() and (column in study.varied or not missing.all())):
            word = unset(column, resolved=True)
            shown[column] = [word if is_missing(x) else names.get(x, x) for x in rows[column]]
    return rows.assign(**shown)


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


def values_of(study: Study, rows: pd.DataFrame, cell: Mapping[str, Any]) -> dict[str, Any]:
    """Return a cell's settings with the values that rows have, where it has what `called` shows.

    Raises InputError for what no row has.
    """
    shown, found = called(study, rows), dict(cell)
    for name, wanted in cell.items():
        if name in rows and not (is_missing(wanted) or (rows[name] == wanted).any()):
            at = list(shown[name]).index(find_value(shown, name, wanted))
            found[name] = rows[name].iloc[at]
    return found


def _constant(name: str, value: Any) -> str:
    return f"{name} {value:g}" if isinstance(value, float) else f"{name} {json.dumps(value)}"
