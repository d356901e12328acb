"""Engines: ways to compute the same equations, and the choice between them."""

from __future__ import annotations

from eccles.engines.choice import engine as engine
from eccles.engines.dense import DenseEngine as DenseEngine
from eccles.engines.engine import Descent as Descent
from eccles.engines.engine import Engine as Engine
from eccles.engines.engine import EngineName as EngineName
from eccles.engines.engine import FusedUpdate as FusedUpdate
from eccles.engines.engine import Response as Response
from eccles.engines.engine import Weights as Weights
from eccles.former import warn

__all__ = [
    "DenseEngine",
    "Descent",
    "Engine",
    "EngineName",
    "FusedUpdate",
    "Response",
    "Weights",
    "engine",
]


def __getattr__(name: str) -> type[FusedUpdate]:
    """Return what a former name, which leaves after 0.2, stands for."""
    if name != "Descends":
        raise AttributeError(f"module 'eccles.engines' has no attribute {name!r}")
    warn("eccles.engines.Descends", "eccles.engines.FusedUpdate")
    return FusedUpdate
