"""What tells the networks of a study apart, where nothing but the seed varies."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

_KINDS = ("ei", "groups", "network", "module", "model")


def kind_of(runs: pd.DataFrame) -> str:
    """Return the column that says what the networks are: the first one that says something."""
    known = [name for name in _KINDS if name in runs]
    return next((name for name in known if runs[name].notna().any()), known[0])
