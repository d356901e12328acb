"""Memristive devices: what a synapse of a real device does with an update."""

from eccles.devices.crossbar import Crossbar as Crossbar
from eccles.devices.device import Device as Device
from eccles.devices.drawn import Drawn as Drawn
from eccles.devices.drawn import draw as draw
from eccles.devices.drawn import usual as usual
from eccles.devices.fit import Candidate as Candidate
from eccles.devices.fit import fit as fit
from eccles.devices.measured import Steps as Steps
from eccles.devices.measured import read_pulses as read_pulses
from eccles.devices.pair import Pair as Pair
from eccles.devices.presets import NAMES as NAMES
from eccles.devices.presets import find as find
from eccles.devices.presets import preset as preset
from eccles.devices.rules import size as size

__all__ = [
    "NAMES",
    "Candidate",
    "Crossbar",
    "Device",
    "Drawn",
    "Pair",
    "Steps",
    "draw",
    "find",
    "fit",
    "preset",
    "read_pulses",
    "size",
    "usual",
]
