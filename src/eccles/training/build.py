"""From settings to objects: the network, its engine, its optimizer, its step."""

from __future__ import annotations

from collections.abc import Iterable
from inspect import signature
from typing import Any, cast

import torch

from eccles.data.spikes.dataset import SpikeDataset
from eccles.engines import engine
from eccles.engines.engine import EngineName
from eccles.errors import InputError, must, nearest
from eccles.functional.lif import LIFParameters
from eccles.functional.surrogate import surrogate
from eccles.nn.shallow import EINetwork
from eccles.nn.spiking import SpikingNetwork
from eccles.training.config import TrainConfig
from eccles.training.devices import Devices
from eccles.training.start import start
from eccles.training.step import Step, training_step

# They need a closure that runs the loss again, or gradients of another kind.
_UNFIT = {"lbfgs", "sparseadam"}

_FUSED = {"adam", "adamw"}
"""Optimizers whose fused version takes a third to two thirds of the time; others gain nothing."""


def build_network(config: TrainConfig, data: SpikeDataset, threads: int = 1) -> EINetwork:
    """Return the network of a run, as it is before training.

    Args:
        config: the run's settings.
        data: training samples; they set the inputs, the classes and, on "auto", the engine.
        threads: threads for the event engine, whose results don't depend on it.
    """
    check_device(config)
    neuron = LIFParameters(
        tau_mem=config.tau_mem,
        tau_syn=config.tau_syn,
        dt=data.events.dt,
        surrogate=surrogate(config.surrogate, config.surrogate_scale),
        zero_start=config.zero_start,
    )
    network = EINetwork(
        data.events.n_units,
        config.populations(),
        data.n_classes,
        neuron=neuron,
        w1_std=config.resolved().w1_std,
        w2_std=config.w2_std,
        dale=not config.unbounded,
        seed=config.seed,
        engine=engine(
            cast(EngineName, config.engine),
            neuron=neuron,
            density=data.events.density,
            device=config.device,
            threads=threads,
        ),
    )
    network.to(config.device)
    start(config, network, data)
    return network


def spiking_of(config: TrainConfig, data: SpikeDataset, **settings: Any) -> SpikingNetwork:
    """Return the network of populations that settings mean, for samples such as these.

    Its weights are as they are drawn, not yet started at a rate.

    Args:
        config: the run's settings.
        data: samples; they set the inputs, the classes and the length of a step.
        settings: others of `SpikingNetwork`, such as its engine.
    """
    own = config.resolved()
    return SpikingNetwork(
        own.network_of(),
        data.events.n_units,
        data.n_classes,
        dt=data.events.dt,
        n_steps=data.events.n_steps,
        surrogate=surrogate(own.surrogate, own.surrogate_scale),
        seed=config.seed,
        **settings,
    )


def reason_of(config: TrainConfig, why_dense: str | None) -> dict[str, str]:
    """Return why "auto" took the dense engine, as a fact for the record, if it did."""
    return {"engine_reason": why_dense} if why_dense and config.engine == "auto" else {}


def check_device(config: TrainConfig) -> None:
    """Raise InputError where torch doesn't find the device of a run."""
    if config.device == "cuda" and not torch.cuda.is_available():
        raise InputError("train: device must be one that torch finds, got 'cuda'; use --device cpu")


def build_optimizer(config: TrainConfig, network: EINetwork) -> torch.optim.Optimizer:
    """Return the optimizer of a run over the network's weights."""
    return make_optimizer(config, network.parameters())


def make_optimizer(
    config: TrainConfig, parameters: Iterable[Any], *, fused: bool = False
) -> torch.optim.Optimizer:
    """Return the optimizer that settings name, over parameters or groups of them.

    `fused` lets those that gain by it take one pass over the weights, to other last bits.

    Raises InputError for a name that torch doesn't have, for momentum or L2 where it has none, and
    for one that doesn't take these parameters.
    """
    config = config.resolved()
    name = str(config.optimizer)
    kinds = {
        kind.__name__.lower(): kind
        for kind in vars(torch.optim).values()
        if isinstance(kind, type) and issubclass(kind, torch.optim.Optimizer)
    }
    known = sorted(kinds.keys() - _UNFIT - {"optimizer"})
    if name not in known:
        raise InputError(
            f"train: there is no optimizer {name!r}{nearest(name, known)}; "
            f"there are {', '.join(known)}"
        )
    options: dict[str, Any] = {"lr": config.lr}
    if config.momentum:
        options["momentum"] = config.momentum
    takes = signature(kinds[name]).parameters
    for option in ("momentum", "weight_decay"):
        value = getattr(config, option)
        if value and option not in takes:
            hint = "it has none of its own"
            raise must("train", option, f"0 for {name}", value, hint)
    # Left alone, each has its own: adamw's isn't zero.
    if config.weight_decay is not None and "weight_decay" in takes:
        options["weight_decay"] = config.weight_decay
    if fused and name in _FUSED:
        options["fused"] = True
    try:
        return kinds[name](parameters, **options)
    except ValueError as error:
        # One that takes matrices alone, say.
        hint = f"choose another --optimizer ({error})"
        raise must("train", "optimizer", "one that takes all weights", name, hint) from None


def options_of(optimizer: torch.optim.Optimizer) -> dict[str, Any]:
    """Return what an optimizer was made with, its own defaults included, but for the rate."""
    own = {**optimizer.defaults}
    plain = (bool, int, float, str, tuple)
    return {name: own[name] for name in own if name != "lr" and isinstance(own[name], plain)}


def noise_units(config: TrainConfig, network: EINetwork) -> tuple[float, float]:
    """Return the unit of the update noise on w1 and w2: 1, or the scale of their initial weights.

    Relative noise is in units of the initial scale.
    """
    w1_std, w2_std = network.initial_std
    relative = config.noise_scale == "relative"
    return (w1_std, w2_std) if relative and w1_std is not None else (1.0, 1.0)


def build_step(
    config: TrainConfig,
    network: EINetwork,
    optimizer: torch.optim.Optimizer,
    devices: Devices | None = None,
) -> Step:
    """Return the training step of a run."""
    config = config.resolved()
    units = noise_units(config, network)
    sigmas = (config.update_noise * units[0], config.update_noise * units[1])
    return training_step(
        network,
        optimizer,
        sigmas if config.update_noise else None,
        projection=bool(config.projection),
        devices=devices,
    )
