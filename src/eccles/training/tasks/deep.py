"""The training task of a deep network."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any, cast

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from eccles import dale, seeds
from eccles.data.images.augment import Augment
from eccles.data.images.dataset import ImageDataset
from eccles.errors import counted, must
from eccles.functional.circuit import EPSILON
from eccles.functional.rate_penalty import rate_penalty
from eccles.functional.soft_reset import SoftResetParameters
from eccles.functional.surrogate import surrogate
from eccles.init.ei_init import Source, ei_init
from eccles.modes import evaluating
from eccles.nn.deep import DeepNetwork, deep_network
from eccles.nn.layers import circuit_layers
from eccles.nn.regulation import regulate
from eccles.training.build import check_device, make_optimizer
from eccles.training.compiling import compiling
from eccles.training.config import TrainConfig
from eccles.training.devices import descend, devices_of
from eccles.training.measures.deep import DEEP_MEASURES
from eccles.training.measures.evaluation import Evaluation, count_layers
from eccles.training.measures.layer_spikes import counting, hearing
from eccles.training.measures.snapshot import Snapshot
from eccles.training.room import check_deep
from eccles.training.samples import Samples, whole_batches
from eccles.training.schedule import Schedule
from eccles.training.tasks.task import BatchStep


class DeepTask:
    """A deep network, the samples of its run, and E-I Prop; a `Task`.

    Args:
        config: the run's settings.
        samples: those of the run: images, or frames.
        threads: threads of torch.
    """

    measures = DEEP_MEASURES

    def __init__(self, config: TrainConfig, samples: Samples, threads: int = 1) -> None:
        self.config = config = config.resolved()
        self.samples = samples
        self.torch_threads = threads
        if config.augment and not isinstance(samples.train, ImageDataset):
            raise must("train", "augment", "off for recordings", True)
        if config.circuit == "bn":
            _check_batches(config, samples)
        check_deep(config, samples)
        self.network = build_deep(config, samples)
        self.optimizer = _optimizer(config, self.network)
        self._devices = devices_of(config, self.network)
        self._forward: Any = torch.compile(self.network) if config.compiled else self.network
        self._compiled: set[torch.Size] = set()
        self._schedule = Schedule(config, samples)

    @property
    def engine(self) -> str:
        """What computes it: what "auto" became."""
        fused = self.config.engine != "equations" and self.config.fits_fused
        return "fused" if fused else "equations"

    @property
    def remedy(self) -> str:
        """What to try where numbers aren't finite any more."""
        if not self.config.is_circuit or self.config.stabiliser == "adaptive":
            return "a smaller --lr" + (", or a larger --tonic" if self.config.tonic else "")
        divisor = "0" if self.config.stabiliser == "none" else f"{EPSILON:g}"
        return (
            "--stabiliser adaptive, for a step in which no input of a layer fires is divided by "
            f"{divisor} and its gradient grows as much, layer by layer; or a larger --width, so "
            "that more neurons fire"
        )

    def begin(self) -> None:
        """Initialise E-I layers from training samples, chosen by the seed."""
        config, train = self.config, self.samples.train
        if not config.is_circuit:
            return
        order = seeds.stream(config.seed, "init samples").permutation(len(train))
        inputs, _ = train.batch(order[: config.init_samples])
        ei_init(
            self.network,
            inputs.to(config.device),
            seed=config.seed,
            moments=cast(Source, config.init or "measured"),
            prior_rate=config.prior_rate,
        )
        if self._devices is not None:
            self._devices.begin()

    def steps(self, epoch: int) -> BatchStep:
        """Return the training step of an epoch."""
        config, network, optimizer = self.config, self.network.train(), self.optimizer
        random = seeds.stream(config.seed, "augment", epoch)
        key = seeds.key(config.seed, "noise", epoch)
        augment = Augment()

        def step(inputs: Tensor, labels: Tensor, batch: int) -> float:
            # torch.compile compiles for each shape when it first comes.
            new = config.compiled and inputs.shape not in self._compiled
            self._compiled.add(inputs.shape)
            with compiling() if new else nullcontext():
                return update(inputs, labels, batch)

        def update(inputs: Tensor, labels: Tensor, batch: int) -> float:
            self._schedule.set(optimizer, epoch, batch)
            if config.augment:
                inputs = augment(inputs, random)
            # Half precision would need scaled gradients, and has no number as small as epsilon.
            half = torch.autocast(config.device, torch.bfloat16, enabled=config.amp)
            with half, _paying(network, config) as costs:
                scores = self._forward(inputs.to(config.device))
            loss = cross_entropy(scores.float(), labels.to(config.device))
            if costs:
                loss = loss + torch.stack(costs).sum()
            descend(loss, optimizer, self._devices, key, batch)
            dale.project(network)
            regulate(network)
            return loss.item()

        return step

    def evaluate(self, data: Any) -> Evaluation:
        """Run the network over a data set, and count."""
        return count_layers(self.network, data)

    def snapshot(self, epoch: int) -> Snapshot:
        """Return what measures look at after an epoch."""
        return Snapshot(self.network, self.samples, self.config, epoch)

    def facts(self) -> dict[str, Any]:
        """Return what the settings became, for the record."""
        train = self.samples.train
        return {
            "engine": self.engine,
            "n_excitatory": _neurons(self.network, train),
            "n_inhibitory": None,
            "data": train.name,
            "data_kind": train.kind,
            "train_samples": len(train),
            "test_samples": len(self.samples.test),
            "parameters": sum(p.numel() for p in self.network.parameters()),
        }

    def title(self) -> str:
        """Return what is trained in a few words."""
        config = self.config
        width = "" if config.width == 1 else f", width {config.width:g}"
        steps = counted(config.n_steps, "step")
        return f"{config.model} {config.circuit}{width}, {steps}"


def build_deep(config: TrainConfig, samples: Samples) -> DeepNetwork:
    """Return the network of a run, as it is before its first epoch; E-I layers have no weights yet.

    Args:
        config: the run's settings.
        samples: they set the inputs and the classes.
    """
    check_device(config)
    random = seeds.stream(config.seed, "weights")
    neuron = SoftResetParameters(
        config.tau, surrogate=surrogate(config.surrogate, config.surrogate_scale)
    )
    layers = circuit_layers(config.circuit, random, **config.switches())
    network = deep_network(
        config.model,
        layers,
        samples.train.shape[-3:],
        samples.train.n_classes,
        n_steps=config.n_steps,
        held=isinstance(samples.train, ImageDataset),
        width=config.width,
        fused=config.engine != "equations",
        neuron=neuron,
    )
    # Kernels laid out so are the quicker ones: a step takes some 10 % less.
    layout: Any = {"memory_format": torch.channels_last}
    return network.to(config.device, **layout)


def _check_batches(config: TrainConfig, samples: Samples) -> None:
    """Raise InputError where batch norm would find a batch of one sample, which has no spread."""
    n = whole_batches(config, samples.train)
    if 1 in {config.batch(), n, n % config.batch()}:
        got = f"one of 1 ({n} samples in batches of {config.batch()})"
        hint = "choose another --batch-size, or --drop-last"
        raise must("train", "every batch of bn", "2 samples or more", got, hint)


@contextmanager
def _paying(network: DeepNetwork, config: TrainConfig) -> Iterator[list[Tensor]]:
    """Give a list to which each layer adds its rate penalty, where the settings ask for one."""
    costs: list[Tensor] = []

    def pay(spikes: Tensor) -> None:
        allowed = config.step_target * len(spikes)
        each = spikes.flatten(2).float()
        costs.append(rate_penalty(each, [slice(None)], config.rate_penalty, allowed))

    with hearing(network, pay) if config.rate_penalty else nullcontext():
        yield costs


def _optimizer(config: TrainConfig, network: DeepNetwork) -> torch.optim.Optimizer:
    of_readouts, lr = set(network.readout.parameters()), cast(float, config.lr)
    groups: dict[tuple[float, bool], list[torch.nn.Parameter]] = {}
    for parameter in network.parameters():
        relative = cast(float, config.readout_lr) if parameter in of_readouts else 1.0
        # Gains and biases, batch norm's too, have one value a unit.
        decays = config.decay_gains or parameter.ndim > 1
        groups.setdefault((relative, decays), []).append(parameter)
    return make_optimizer(
        config,
        [
            {
                "params": parameters,
                "lr": relative * lr,
                "relative": relative,
                "weight_decay": config.weight_decay if decays else 0.0,
            }
            for (relative, decays), parameters in groups.items()
        ],
    )


@torch.no_grad()
def _neurons(network: DeepNetwork, data: Any) -> int:
    inputs, _ = data.batch(slice(0, 1))
    with evaluating(network), counting(network) as counted:
        network(inputs.to(next(network.parameters()).device))
    return sum(layer.neurons for layer in counted)
