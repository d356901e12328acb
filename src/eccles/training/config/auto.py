"""What "auto" becomes: the values of two articles, and those that we have measured."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from eccles.data.cameras.event_cameras import N_FRAMES
from eccles.data.catalogue import OWN_RECORDINGS, SOURCES
from eccles.data.own.names import is_path
from eccles.training.own import said_of

if TYPE_CHECKING:
    from eccles.training.config.train_config import TrainConfig

DEEP_DEFAULTS = {"epochs": 10, "surrogate": "sigmoid", "schedule": "cosine"}
"""Defaults of deep networks that differ from those of others."""

_NETWORK_LR, _FLAT = 1e-3, 20.0
"""Learning rate of Adam on images, and steepness of SuperSpike, for networks of one's own."""

_MODULE_LR = 3e-4
"""Learning rate of modules of one's own, whose weights may be of any scale."""

_OWN_LR = 3e-4
"""Learning rate for data of one's own, which may have few spikes or very many."""

_RATE = "5 Hz"
"""Rate at which networks of one's own start, in the range of cortical neurons."""

_DEEPER = {"mlp12", "mlp16", "vgg16", "vgg19", "resnet18", "resnet34"}
"""Models of more layers than vgg11, which learn at half its rate."""


def implied(config: TrainConfig) -> dict[str, Any]:
    """Return what each "auto" of a run's settings becomes, where no data is needed for it."""
    if config.is_deep:
        return _of_deep(config)
    common: dict[str, Any] = {
        "steps": config.binning().n_steps,
        "batch_size": 32 if of_recordings(config.data) or is_path(config.data) else 256,
        "warmup": 0.0,
        "momentum": 0.0,
    }
    if config.module is not None:
        return {**common, "optimizer": "adam", "lr": _MODULE_LR}
    own = _of_one_layer(config) if config.plain else _of_network(config)
    common |= {"projection": not config.unbounded, "init": "half-normal"}
    return {**common, **config.auto_network(), **own}


def _ruled(config: TrainConfig) -> bool:
    """Return whether `init` names a rule that also decides how strong the initial weights are."""
    return config.init not in (None, "half-normal")


def of_recordings(data: str) -> bool:
    """Return whether a data set is recorded spikes, and not images."""
    source = SOURCES.get(said_of(data))
    return source is not None and source.form == "recordings"


def _of_one_layer(config: TrainConfig) -> dict[str, Any]:
    """Return "auto" of one layer of LIF neurons, as in Kilgore et al. 2025.

    Recordings have more spikes than images, and data of one's own has any number, so these start
    and learn otherwise.
    """
    recorded = of_recordings(config.data)
    found: dict[str, Any]
    if is_path(config.data) and not config.unbounded:
        found = {"optimizer": "adam", "lr": _OWN_LR}
    else:
        usual_lr = (0.001 if config.optimizer == "sgd" else 1e-4) if recorded else 0.01
        found = {
            "optimizer": "adam" if config.unbounded or recorded else "sgd",
            "lr": 2e-4 if config.unbounded else usual_lr,
        }
    if config.unbounded:
        return found
    if _of_unknown_activity(config.data):
        scaled = config.w1_std is not None or config.initial_rate is not None or _ruled(config)
        return found if scaled else {**found, "initial_rate": _RATE}
    if not config.initial_rate and config.init != "fluctuation":
        found["w1_std"] = 1.2e-4 if recorded else 0.001
    return found


def _of_unknown_activity(data: str) -> bool:
    """Return whether data is files of one's own, which may have few spikes or very many."""
    return is_path(data) or said_of(data) == OWN_RECORDINGS.name


def _of_network(config: TrainConfig) -> dict[str, Any]:
    usual_lr = _OWN_LR if is_path(config.data) else _NETWORK_LR
    layered = max(config.network_of().depths().values()) > 1
    return {
        # Large first updates may silence a layer behind another one.
        "warmup": 1.0 if layered else 0.0,
        "initial_rate": None if _ruled(config) else _RATE,
        "optimizer": "adam",
        "lr": 1e-4 if of_recordings(config.data) else usual_lr,
        "surrogate_scale": _FLAT if config.surrogate == "superspike" else None,
    }


def _of_deep(config: TrainConfig) -> dict[str, Any]:
    """Return "auto" of deep networks, as in Liu et al. 2026; docs/deep.md has the recipe."""
    dann, data = config.circuit == "dann", said_of(config.data)
    balanced = config.circuit == "balanced"
    recorded = data in N_FRAMES
    slow = recorded or config.model in _DEEPER
    usual_decay = 1e-4 if config.circuit == "bn" else 5e-4
    usual_optimizer = "adam" if balanced else "sgd"
    optimizer = config.optimizer or usual_optimizer
    found: dict[str, Any] = {
        "steps": N_FRAMES.get(data, 4),
        "batch_size": 32 if recorded else 128,
        "optimizer": usual_optimizer,
        "momentum": 0.9 if optimizer in ("sgd", "rmsprop") else 0.0,
        "lr": 0.003 if balanced else 0.1 if config.circuit == "bn" else 0.001 if slow else 0.002,
        "weight_decay": 0.0 if optimizer == "rprop" or balanced else usual_decay,
        "warmup": config.epochs / (30 if balanced else 10) if config.is_circuit else 0.0,
        # Layers are divided by their spread and readouts aren't, so that their weights must grow.
        "readout_lr": 10.0 if balanced else 1.0,
        "augment": data.startswith("cifar") and not recorded,
    }
    if config.is_circuit:
        found |= {
            "init": "dann" if dann else "measured",
            "stabiliser": "epsilon" if dann else "adaptive",
            "straight_through": not dann,
            "gradient_exponent": 1.0,
            "padding": False,
        }
    if balanced:
        found |= {"tonic": 0.75, "least_weight": 0.05, "balance": 0.2}
    return found
