"""The former name of the settings of deep networks, which leaves after this version."""

from __future__ import annotations

import warnings
from typing import Any

from eccles.training.config.shared import Model
from eccles.training.config.train_config import TrainConfig


class DeepConfig(TrainConfig):
    """Settings of a run of a deep network: say `TrainConfig(model="vgg8")` instead."""

    model: Model = "vgg8"

    def __init__(self, **settings: Any) -> None:
        said = 'eccles.DeepConfig is now eccles.TrainConfig(model="vgg8"), and leaves after 0.2'
        warnings.warn(said, DeprecationWarning, stacklevel=2)
        super().__init__(**{"model": "vgg8", **settings})
