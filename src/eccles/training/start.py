"""Where a run's network starts: at a rate, where its settings ask for one."""

from __future__ import annotations

from torch import nn

from eccles import seeds
from eccles.data.spikes.dataset import SpikeDataset
from eccles.errors import InputError
from eccles.events import SpikeEvents
from eccles.init.to_rate import to_rate
from eccles.training.config import TrainConfig

_SAMPLES, _EVENTS = 2048, 4_000_000
"""Samples to measure rates on, and the events that they may have in all."""


def start_at_rate(config: TrainConfig, network: nn.Module, data: SpikeDataset) -> None:
    """Scale a network's weights so that it starts at the rates of its settings, if they have any.

    Raises InputError as `init.to_rate` does for rates that are asked for. Where those that are
    "auto" can't be met, scales stay as they are.
    """
    rate = config.resolved().initial_rate
    if rate is None:
        return
    try:
        to_rate(network, chosen(config, data), rate)
    except InputError:
        if config.initial_rate is not None:
            raise


def chosen(config: TrainConfig, data: SpikeDataset) -> SpikeEvents:
    """Return the training samples that a run measures rates on: up to 2,048, by its seed.

    As many fewer as keep them to four million events.
    """
    a_sample = max(1.0, data.events.n_events / len(data))
    most = max(1, min(_SAMPLES, int(_EVENTS / a_sample)))
    order = seeds.stream(config.seed, "initial rate").permutation(len(data))
    return data.events[order[:most]]
