"""How settings are written: in a sentence, in a table, and where nobody said them."""

from __future__ import annotations

from functools import cache
from typing import Any

from eccles.settings import NONE
from eccles.stats.cells import spelt as spelt_value
from eccles.stats.frames import is_missing
from eccles.training.config.auto import implied
from eccles.training.config.train_config import TrainConfig


def spelt(name: str, value: object, *, resolved: bool = False) -> str:
    """Return a setting's value as people write it.

    Args:
        name: the setting.
        value: its value; None, or a table's empty cell, where nobody said it.
        resolved: whether it is that of a run that was done, in which "auto" was filled in.

    >>> spelt("lr", None), spelt("device_model", None), spelt("tau_mem", 0.01)
    ('auto', 'none', '10 ms')
    >>> spelt("initial_rate", None, resolved=True), spelt("delay", None, resolved=True)
    ('none', 'auto')
    """
    return unset(name, resolved=resolved) if is_missing(value) else spelt_value(name, value)


def unset(name: str, *, resolved: bool = False) -> str:
    """Return the word for a setting without a value: "auto" or "none".

    What "auto" has been filled in for, and has no value still, is none.
    """
    return NONE if resolved and name in _filled() else TrainConfig.unset(name)


@cache
def _filled() -> frozenset[str]:
    """Return the settings that "auto" is filled in for before a run starts."""
    kinds: list[dict[str, Any]] = [{}, {"recurrent": 0.1}, {"model": "vgg8"}]
    return frozenset().union(*(implied(TrainConfig(**each)) for each in kinds))
