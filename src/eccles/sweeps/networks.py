"""What a study has of one's own, such as networks: read once, and called by a name from then on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

from eccles.devices.presets import FILES, NAMES, said
from eccles.errors import InputError, must, nearest
from eccles.network import Network
from eccles.paths import broken_rule
from eccles.training.config import TrainConfig
from eccles.training.factory import known

_AXES = ("grid", "zip")
_DEVICE = "device_model"


_Read: TypeAlias = Callable[[Any, Path, str, Mapping[str, Any]], tuple[Any, Any]]


def named(content: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Return a study's content with every network under `networks`, and its name in its place.

    A network may stand where another setting does: as a mapping, which is named by its identity,
    as the YAML file of one, which gives it its name, or by a name that `networks` has. So may a
    module, which `modules` has by name: as the function of a file that makes it. `devices` has the
    devices of YAML files, so that a study's folder is whole without these.

    Args:
        content: a study, with its scale and overrides.
        folder: where files are.

    Raises InputError for what is no network, and for a text that is neither a name nor a file.
    """
    content = _unset(content)
    content = _moved(content, "network", "networks", folder, _read)
    content = _moved(content, "module", "modules", folder, _module)
    return _moved(content, _DEVICE, "devices", folder, _device)


def _unset(content: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a study's content with None for settings of which the word says that nobody did."""
    read = TrainConfig.read_unset
    found: dict[str, Any] = {}
    if isinstance(base := content.get("base"), Mapping):
        found["base"] = {name: read(name, value) for name, value in base.items()}
    for axis in _AXES:
        if isinstance(axes := content.get(axis), Mapping):
            found[axis] = {
                name: [read(name, each) for each in values] if isinstance(values, list) else values
                for name, values in axes.items()
            }
    return {**content, **found}


def _moved(
    content: Mapping[str, Any], setting: str, part: str, folder: Path, read: _Read
) -> dict[str, Any]:
    """Return a study's content with each value of a setting in a part of its own, by name."""
    said = content.get(part) or {}
    if not isinstance(said, Mapping):
        raise must("study", part, f"{part} by name", said)
    there: dict[str, Any] = {
        name: read(each, folder, str(name), {})[1] for name, each in said.items()
    }

    def name_of(value: Any) -> Any:
        if value is None or (isinstance(value, str) and value in there):
            return value
        name, found = read(value, folder, setting, there)
        if found is None:
            return value
        if there.get(name, found) != found:
            name = str(value)
        there[name] = found
        return name

    result = dict(content)
    base = content.get("base")
    if isinstance(base, Mapping) and setting in base:
        result["base"] = {**base, setting: name_of(base[setting])}
    for axis in _AXES:
        axes = content.get(axis)
        if isinstance(axes, Mapping) and isinstance(axes.get(setting), list | tuple):
            result[axis] = {**axes, setting: [name_of(each) for each in axes[setting]]}
    if there:
        result[part] = there
    return result


def _device(
    value: Any, folder: Path, where: str, _there: Mapping[str, str]
) -> tuple[Any, str | None]:
    """Return the name and the constants of a YAML file's device, or of one under `devices`.

    There are no constants for what is no file: a preset, none, or the constants themselves.
    """
    if where != _DEVICE:
        return value, str(said(value))
    if not isinstance(value, str) or Path(value).suffix not in FILES:
        return value, None
    path = folder / value
    name = path.stem
    constants = str(said(str(path if path.is_file() else value)))
    return value if name in (*NAMES, "none") else name, constants


def _module(
    value: Any, folder: Path, where: str, _there: Mapping[str, str]
) -> tuple[str, str | None]:
    """Return the text that names a module, and the same with its file's path and digits."""
    if not isinstance(value, str):
        raise must("study", where, "FILE.py:FUNCTION, or a name of modules", value)
    return value, known(value, folder)


def _read(
    value: Any, folder: Path, where: str, there: Mapping[str, Network]
) -> tuple[str, Network]:
    """Return the name of a network, and the network, from a mapping or the name of a YAML file."""
    if isinstance(value, Network | Mapping):
        network = value if isinstance(value, Network) else Network.of(value)
        return network.identity(), network
    path = folder / value if isinstance(value, str) and not broken_rule(value) else None
    if path is None or not path.is_file():
        if isinstance(value, str) and (near := nearest(value, there)):
            raise InputError(f"study: there is no network {value!r}{near}")
        accepted = "a network, the YAML file of one beside the study's, or a name of networks"
        raise must("study", where, accepted, value)
    return path.stem, Network.from_yaml(path)
