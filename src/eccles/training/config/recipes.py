"""Recipes: settings that were found to go together, by a name."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

from eccles.arguments import typed
from eccles.errors import not_among

RECIPES: dict[str, MappingProxyType[str, Any]] = {
    # With which Dale's principle costs nothing: docs/reproduction/mixed-inputs.md.
    "dale": MappingProxyType(
        {
            "input_ei": "paired",
            "initial_rate": "5 Hz",
            "surrogate_scale": 5.0,
            "optimizer": "adam",
            "lr": 0.001,
            "schedule": "cosine",
            "warmup": 0.0,
            "batch_size": 256,
        }
    )
}
"""By name; all other settings stay as they are unless said."""


@typed("train")
def recipe(name: str) -> dict[str, Any]:
    """Return the settings of a recipe, for `TrainConfig(**recipe("dale"), epochs=10)`.

    Raises InputError for a name that isn't one.
    """
    if name not in RECIPES:
        raise not_among("train", "recipe", tuple(RECIPES), name)
    return dict(RECIPES[name])
