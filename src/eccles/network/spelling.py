"""A network as people write it: YAML with durations in milliseconds, and defaults left out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from eccles.network.neurons import short_name
from eccles.units import duration, seconds

if TYPE_CHECKING:
    from eccles.network.network import Network

_TIMES = {"tau_mem", "tau_syn", "tau_adapt", "delay"}


def to_yaml(network: Network) -> str:
    """Return YAML that reads back as the same network."""
    content = network.model_dump(mode="json", exclude_defaults=True)
    for name, population in network.populations.items():
        if "neuron" in content["populations"][name]:
            content["populations"][name]["neuron"] = short_name(population.neuron)
    text: str = yaml.safe_dump(
        _spelt(content), sort_keys=False, default_flow_style=None, width=100, allow_unicode=True
    )
    return text


def _spelt(value: Any, name: str = "") -> Any:
    """Return content with its times as people write them, where that loses nothing."""
    if isinstance(value, dict):
        return {
            key: _spelt(each, key if key in _TIMES else name if name in _TIMES else "")
            for key, each in value.items()
        }
    if name in _TIMES and isinstance(value, float):
        text = duration(value)
        return text if seconds(text) == value else value
    return value
