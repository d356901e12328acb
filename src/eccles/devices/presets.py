"""Devices by name, with the constants that aihwkit gives them.

Sources: Gong et al. 2018 (ReRAM), Li et al. 2018 (capacitor), Tang et al. 2018 (ECRAM), Gong et al.
2022 (ReRAM arrays, doi 10.1109/IEDM45625.2022.10019569), Gokmen and Vlasov 2016
(doi 10.3389/fnins.2016.00333), Nandakumar et al. 2020 (phase change, doi
10.3389/fnins.2020.00406); the numbers as in aihwkit (doi 10.1109/AICAS51828.2021.9458494).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from eccles.arguments import typed
from eccles.devices.device import Device
from eccles.errors import InputError, must, nearest

_ARRAY = {
    "rule": "soft_bounds_reference",
    "log_normal": True,
    "reference_std": 0.05,
    "subtract_symmetry": True,
    "up_down_dtod": 0.01,
}

_PRESETS: dict[str, dict[str, object]] = {
    "reram-es": {
        "rule": "exp",
        "dw_min": 0.00135,
        "up_down": 0.259359,
        "a": -0.5,
        "b": -0.5,
        "gamma_up": 5.0,
        "gamma_down": 5.0,
        "amplitude_up": -1.18445,
        "amplitude_down": -0.081404,
        "dw_min_dtod": 0.2,
        "up_down_dtod": 0.05,
        "b_max_dtod": 0.3,
        "b_min_dtod": 0.3,
        "cycle": 5.0,
        "write": 75.0,
    },
    "reram-sb": {
        "rule": "soft_bounds_reference",
        "additive": True,
        "dw_min": 0.002,
        "b_max": 1.25,
        "b_min": -0.75,
        "dw_min_dtod": 0.3,
        "up_down_dtod": 0.01,
        "b_max_dtod": 0.24,
        "b_min_dtod": 0.4,
        "cycle": 3.75,
        "write": 56.0,
    },
    "capacitor": {
        "rule": "linear",
        "additive": True,
        "dw_min": 0.005,
        "gamma_up": 0.05,
        "gamma_down": 0.05,
        "gamma_dtod": 0.01,
        "dw_min_dtod": 0.1,
        "up_down_dtod": 0.06,
        "b_max_dtod": 0.07,
        "b_min_dtod": 0.07,
        "cycle": 0.3,
        "lifetime": 1e6,
    },
    "ecram": {
        "rule": "linear",
        "dw_min": 0.002,
        "b_max": 1.1724,
        "b_min": -0.8276,
        "gamma_up": 0.1153,
        "gamma_down": 0.5085,
        "gamma_dtod": 0.05,
        "dw_min_dtod": 0.1,
        "up_down_dtod": 0.01,
        "b_max_dtod": 0.05,
        "b_min_dtod": 0.05,
        "cycle": 0.3,
    },
    "ecram-mo": {
        "rule": "linear",
        "dw_min": 2.8214e-4,
        "b_max": 1.1714,
        "b_min": -0.8286,
        "gamma_up": 0.4152,
        "gamma_down": 0.7342,
        "gamma_dtod": 0.05,
        "dw_min_dtod": 0.1,
        "up_down_dtod": 0.01,
        "b_max_dtod": 0.05,
        "b_min_dtod": 0.05,
        "cycle": 2.0,
    },
    "idealized": {
        "rule": "constant",
        "dw_min": 0.0002,
        "dw_min_dtod": 0.3,
        "b_max_dtod": 0.3,
        "b_min_dtod": 0.3,
        "cycle": 0.3,
    },
    "gokmen-vlasov": {
        "rule": "constant",
        "dw_min": 0.0016,
        "dw_min_dtod": 0.3,
        "up_down_dtod": 0.01,
        "b_max_dtod": 0.3,
        "b_min_dtod": 0.3,
        "cycle": 0.3,
    },
    "pcm": {
        "rule": "exp",
        "one_sided": True,
        "dw_min": 0.01,
        "b_max": 2.0,
        "b_min": 0.0,
        "a": -1.0,
        "b": 0.0,
        "gamma_up": 2.5,
        "gamma_down": 2.5,
        "amplitude_up": -27.235,
        "amplitude_down": -2.235,
        "dw_min_dtod": 0.2,
        "up_down_dtod": 0.05,
        "b_max_dtod": 0.1,
        "cycle": 0.6,
        "cycle_add": 0.042,
        "cycle_slope": 0.108,
        "reset": 0.01,
    },
    "reram-array-om": {
        **_ARRAY,
        "dw_min": 0.0949,
        "dw_min_dtod": 0.7829,
        "b_max_dtod": 0.3499,
        "b_min_dtod": 0.5695,
        "cycle": 0.4158,
        "write": 1.4113,
    },
    "reram-array-hfo2": {
        **_ARRAY,
        "dw_min": 0.4622,
        "dw_min_dtod": 0.7125,
        "b_max_dtod": 0.4295,
        "b_min_dtod": 0.5990,
        "cycle": 0.2174,
        "write": 0.5841,
    },
}

NAMES = tuple(_PRESETS)
"""The presets' names."""


FILES = (".yaml", ".yml", ".json")
"""Endings of files that have a device."""


@typed("device")
@cache
def preset(name: str) -> Device:
    """Return the device of a name; raise InputError for one that there isn't."""
    if name not in _PRESETS:
        raise InputError(
            f"device: there is no preset {name!r}{nearest(name, NAMES)}; there are "
            f"{', '.join(NAMES)}, and YAML files of one's own"
        )
    return Device.model_validate(_PRESETS[name])


@typed("device")
def find(said: str) -> Device:
    """Return the device that a preset's name, or its own settings as JSON, say."""
    return _parsed(said) if said.startswith("{") else preset(said)


def gaussian(value: object) -> Device | None:
    """Return the device that settings say, if its rule is gaussian, which is update noise."""
    text = said(value)
    if not isinstance(text, str) or text in _PRESETS:
        return None
    device = _parsed(text)
    return device if device.rule == "gaussian" else None


def said(value: object) -> object:
    """Return how a run's settings say a device: a preset's name, or its settings as JSON.

    Args:
        value: a name, the path of a YAML file, or a device, as a value or a mapping; "none" or
            None for no device.

    Raises InputError for a name that there isn't, and as `Device` does.
    """
    if value is None or value == "none":
        return None
    if isinstance(value, str) and value in _PRESETS:
        return value
    if isinstance(value, Device):
        device = value
    elif isinstance(value, Mapping):
        device = Device.model_validate(value)
    elif not isinstance(value, str):
        accepted = "the name of a device, the path of a YAML file as text, or a Device"
        raise must("train", "device_model", accepted, value)
    elif value.startswith("{"):
        device = _parsed(value)
    elif Path(value).suffix in FILES:
        device = Device.from_yaml(value)
    else:
        device = preset(value)
    return json.dumps(device.model_dump(mode="json", exclude_defaults=True), sort_keys=True)


def _parsed(text: str) -> Device:
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        raise must("train", "device_model", "a device's settings as JSON", text) from None
    return Device.model_validate(content)
