"""Networks of one's own in a study: each is read once, and called by a name from then on."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from eccles.errors import InputError, must, nearest
from eccles.network import Network
from eccles.paths import broken_rule

_AXES = ("grid", "zip")


def named(content: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Return a study's content with every network under `networks`, and its name in its place.

    A network may stand where another setting does: as a mapping, which is named by its identity,
    as the YAML file of one, which gives it its name, or by a name that `networks` has.

    Args:
        content: a study, with its scale and overrides.
        folder: where files are.

    Raises InputError for what is no network, and for a text that is neither a name nor a file.
    """
    known = content.get("networks") or {}
    if not isinstance(known, Mapping):
        raise must("study", "networks", "networks by name", known)
    networks = {name: _read(each, folder, str(name)) for name, each in known.items()}

    def name_of(value: Any) -> Any:
        if value is None or (isinstance(value, str) and value in networks):
            return value
        network = _read(value, folder, "network", networks)
        name = Path(value).stem if isinstance(value, str) else network.identity()
        if networks.get(name, network) != network:
            name = str(value)
        networks[name] = network
        return name

    result = dict(content)
    base = content.get("base")
    if isinstance(base, Mapping) and "network" in base:
        result["base"] = {**base, "network": name_of(base["network"])}
    for part in _AXES:
        axes = content.get(part)
        if isinstance(axes, Mapping) and isinstance(axes.get("network"), list | tuple):
            result[part] = {**axes, "network": [name_of(each) for each in axes["network"]]}
    if networks:
        result["networks"] = networks
    return result


def _read(
    value: Any, folder: Path, where: str, known: Mapping[str, Network] | None = None
) -> Network:
    """Return a network that is said, or that a file holds."""
    if isinstance(value, Network):
        return value
    if isinstance(value, Mapping):
        return Network.of(value)
    path = folder / value if isinstance(value, str) and not broken_rule(value) else None
    if path is None or not path.is_file():
        if isinstance(value, str) and (near := nearest(value, known or {})):
            raise InputError(f"study: there is no network {value!r}{near}")
        accepted = "a network, the YAML file of one beside the study's, or a name of networks"
        raise must("study", where, accepted, value)
    return Network.from_yaml(path)
