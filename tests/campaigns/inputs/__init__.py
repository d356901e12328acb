"""The kinds of input of the fuzz campaign, and how many of a thousand inputs are of each."""

from __future__ import annotations

from inputs.commands import Commands
from inputs.conditions import Conditions
from inputs.data_files import Arrays, DataFiles, DataSets, OwnPaths
from inputs.events import Events, HandMadeRecordings, OwnData
from inputs.folders import Checkpoints, RunFolders, StudyFolders
from inputs.kind import Kind
from inputs.planted import Planted
from inputs.settings import SettingsOfRuns, Studies
from inputs.strings import Strings
from inputs.yaml_files import YamlFiles

SHARES: dict[type[Kind], int] = {
    Strings: 230,
    SettingsOfRuns: 250,
    Studies: 150,
    YamlFiles: 100,
    Events: 90,
    HandMadeRecordings: 60,
    OwnData: 4,
    DataFiles: 55,
    OwnPaths: 5,
    DataSets: 3,
    Arrays: 20,
    Checkpoints: 15,
    RunFolders: 4,
    StudyFolders: 1,
    Conditions: 5,
    Commands: 8,
    Planted: 0,
}
"""Those that take microseconds get most, those that train or draw the fewest."""

KINDS = {kind.name: kind for kind in SHARES}
