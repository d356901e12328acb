"""Where a run's network starts: by a rule, and at a rate, where its settings ask for one."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from torch import nn

from eccles import measures, seeds
from eccles.data.spikes.dataset import SpikeDataset
from eccles.errors import InputError
from eccles.events import SpikeEvents
from eccles.init.driven import startable
from eccles.init.fluctuation import fluctuation
from eccles.init.predicted import predicted
from eccles.init.spectral import spectral
from eccles.init.to_rate import measured, to_rate
from eccles.training.config import TrainConfig

_SAMPLES, _EVENTS = 2048, 4_000_000
"""Samples to measure rates on, and the events that they may have in all."""

_NEAR = 0.5
"""How far from a rate that nobody asked for a start may be, as a share of it."""


def start(config: TrainConfig, network: nn.Module, data: SpikeDataset) -> None:
    """Draw a network's weights by the rule of its settings, and scale them to their rates.

    Without either, weights stay as they are. A rate that "auto" chose need only be approached;
    where even that fails, weights keep their scales. Raises InputError as the rules and
    `init.to_rate` do.
    """
    if config.init == "fluctuation":
        fluctuation(network, chosen(config, data), seed=config.seed)
    elif config.init == "spectral":
        spectral(network, chosen(config, data), seed=config.seed)
    rate = config.resolved().initial_rate
    if rate is None:
        return
    if config.initial_rate is not None:
        to_rate(network, chosen(config, data), rate)
        return
    with suppress(InputError):
        to_rate(network, chosen(config, data), rate, tolerance=_NEAR)


def facts_of_start(config: TrainConfig, network: nn.Module, data: SpikeDataset) -> dict[str, Any]:
    """Return what theory says of a network that has just started, and what is measured.

    By group: the potential's mean and standard deviation, in units in which usual thresholds are 1,
    and rates in Hz. None of it unless the settings name a rule.
    """
    if config.init is None:
        return {}
    events = chosen(config, data)
    driven, theory = startable(network, events).driven(), predicted(network, events)
    rates = measured(network, events, [[own.neurons] for own in driven.values()])  # type: ignore[arg-type]
    said = {
        "init": config.init,
        "predicted_hz": {name: own.rate for name, own in theory.items()},
        "measured_hz": dict(zip(driven, rates.tolist(), strict=True)),
        "potential_mean": {name: own.mean for name, own in theory.items()},
        "potential_std": {name: own.std for name, own in theory.items()},
    }
    radii = {
        name: measures.spectral_radius(weight.detach().cpu().numpy())
        for name, weight in getattr(network, "matrices", {}).items()
        if len(set(name.split("->"))) == 1
    }
    return {"start": {**said, **({"spectral_radius": radii} if radii else {})}}


def chosen(config: TrainConfig, data: SpikeDataset) -> SpikeEvents:
    """Return the training samples that a run measures rates on: up to 2,048, by its seed.

    As many fewer as keep them to four million events.
    """
    a_sample = max(1.0, data.events.n_events / len(data))
    most = max(1, min(_SAMPLES, int(_EVENTS / a_sample)))
    order = seeds.stream(config.seed, "initial rate").permutation(len(data))
    return data.events[order[:most]]
