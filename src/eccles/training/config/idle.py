"""Settings that act on nothing beside some others, such as a delay where no neuron projects."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from eccles.errors import InputError
from eccles.training.config.network import CONSTANTS
from eccles.training.config.train_config import TrainConfig


def _projects(config: TrainConfig) -> bool:
    """Return whether neurons project to each other."""
    return bool(config.recurrent) or len(config.layers() or ()) > 1


def _of(kind: str) -> Callable[[TrainConfig], bool]:
    return lambda config: config.neuron == kind


_ACTS: dict[str, Callable[[TrainConfig], bool]] = {
    "delay": _projects,
    "tau_syn_inhibitory": _projects,
    **{name: _of(kind) for name, (kind, _) in CONSTANTS.items()},
    "rate_target": lambda config: bool(config.rate_penalty),
    "step_target": lambda config: bool(config.rate_penalty),
    "device_bound": lambda config: config.device_model is not None,
}
"""For settings that may act on nothing: whether a run's other settings give them an effect."""


def idle(settings: Mapping[str, Any]) -> list[str]:
    """Return those of some settings that act on nothing beside the others.

    A run refuses them; a study leaves them out of the cells where they are idle, if they act in
    others. Returns none where no run accepts the other settings, and none for a network or a module
    of one's own, which these settings aren't part of.
    """
    said = [name for name in _ACTS if name in settings]
    if not said:
        return []
    others = {name: value for name, value in settings.items() if name not in said}
    try:
        rest = TrainConfig.model_validate(others)
    except InputError:
        return []
    if rest.network is not None or rest.module is not None:
        return []
    return [name for name in said if name in rest.names() and not _ACTS[name](rest)]
