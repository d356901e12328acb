"""A projection: synapses from one group of neurons to another."""

from __future__ import annotations

import re
from typing import Any, ClassVar, Literal

from pydantic import Field, field_validator

from eccles.errors import must
from eccles.network.constants import time
from eccles.settings import Settings

_DELAY = time(10.0)
_ZERO = re.compile(r"\s*[-+]?0*\.?0*([eE][-+]?\d+)?\s*(s|ms|us|µs)?\s*")


class Projection(Settings):
    """How one group projects to another; each neuron to all of them unless said otherwise."""

    section: ClassVar[str] = "network"

    probability: float = Field(default=1.0, gt=0, le=1)
    """Chance that there is a connection, drawn once for each pair of neurons."""

    delay: float | None = None
    """Time until a spike reaches the current, a whole number of steps (default: one step)."""

    scale: float | None = Field(default=None, ge=0, le=1e6)
    """Scale of the initial weights (default: by where the projection goes)."""

    init: Literal["half-normal", "exponential", "normal"] = "half-normal"
    """Distribution of initial magnitudes: |N(0, scale^2)| or exponential of mean `scale`; weights
    of a free group are N(0, scale^2), which is normal."""

    @field_validator("delay", mode="before")
    @classmethod
    def _at_least_a_step(cls, value: Any) -> Any:
        if value is None:
            return None
        if _ZERO.fullmatch(str(value)):
            hint = "the least delay is one step, so that a cycle has a beginning; leave it out"
            raise must("network", "delay", "one step or more", value, hint)
        return _DELAY(value, "delay")
