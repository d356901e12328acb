"""Training: settings in, a network and its history out."""

from eccles.training.config import TrainConfig as TrainConfig
from eccles.training.loop import train as train
from eccles.training.measure import Evaluation as Evaluation
from eccles.training.measure import evaluate as evaluate
from eccles.training.result import TrainResult as TrainResult
from eccles.training.watch import Watcher as Watcher
