"""Eccles: spiking neural networks of excitatory and inhibitory neurons.

The names below are imported when first used, so that `import eccles` is quick:

    import eccles

    result = eccles.train(eccles.TrainConfig(ei="80:20", epochs=5))
    print(result.accuracy)
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from eccles.errors import EcclesError as EcclesError
from eccles.errors import InputError as InputError
from eccles.errors import RunError as RunError

if TYPE_CHECKING:
    from eccles import bench as bench
    from eccles import dale as dale
    from eccles import data as data
    from eccles import devices as devices
    from eccles import engines as engines
    from eccles import figures as figures
    from eccles import functional as functional
    from eccles import init as init
    from eccles import interop as interop
    from eccles import measures as measures
    from eccles import network as network
    from eccles import nn as nn
    from eccles import noise as noise
    from eccles import report as report
    from eccles import stats as stats
    from eccles import sweeps as sweeps
    from eccles.data import SpikeDataset as SpikeDataset
    from eccles.events import SpikeEvents as SpikeEvents
    from eccles.figures.raster import raster as raster
    from eccles.network import Network as Network
    from eccles.network import Population as Population
    from eccles.network import Projection as Projection
    from eccles.nn import EINetwork as EINetwork
    from eccles.nn import SpikingNetwork as SpikingNetwork
    from eccles.populations import Populations as Populations
    from eccles.sweeps.study import Study as Study
    from eccles.sweeps.sweep import sweep as sweep
    from eccles.sweeps.tables import StudyTables as StudyTables
    from eccles.sweeps.tables import load as load
    from eccles.training.config import TrainConfig as TrainConfig
    from eccles.training.config import recipe as recipe
    from eccles.training.config.former import DeepConfig as DeepConfig
    from eccles.training.loop import train as train
    from eccles.training.measures.evaluation import evaluate as evaluate
    from eccles.training.run.result import TrainResult as TrainResult

__version__ = "0.2.0.dev0"

_HOME = {
    "DeepConfig": "eccles.training.config.former",
    "Populations": "eccles.populations",
    "SpikeDataset": "eccles.data",
    "SpikeEvents": "eccles.events",
    "EINetwork": "eccles.nn",
    "SpikingNetwork": "eccles.nn",
    "Network": "eccles.network",
    "Population": "eccles.network",
    "Projection": "eccles.network",
    "Study": "eccles.sweeps.study",
    "StudyTables": "eccles.sweeps.tables",
    "load": "eccles.sweeps.tables",
    "sweep": "eccles.sweeps.sweep",
    "TrainConfig": "eccles.training.config",
    "TrainResult": "eccles.training.run.result",
    "evaluate": "eccles.training.measures.evaluation",
    "raster": "eccles.figures",
    "recipe": "eccles.training.config",
    "train": "eccles.training.loop",
}
_MODULES = (
    "bench",
    "dale",
    "data",
    "devices",
    "engines",
    "figures",
    "functional",
    "init",
    "interop",
    "measures",
    "network",
    "nn",
    "noise",
    "report",
    "stats",
    "sweeps",
    "training",
)


__all__ = sorted({*_HOME, *_MODULES, "EcclesError", "InputError", "RunError"})


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    if name in _MODULES:
        return import_module(f"eccles.{name}")
    raise AttributeError(f"module 'eccles' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
