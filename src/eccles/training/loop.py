"""The training loop: one for every network, engine and optimizer."""

from __future__ import annotations

import hashlib
import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch

from eccles import noise, seeds
from eccles.data import load
from eccles.data.dataset import SpikeDataset, Splits
from eccles.engines.batch import event_arrays
from eccles.errors import RunError, must
from eccles.nn.shallow import EINetwork
from eccles.training import checkpoint
from eccles.training.build import build_network, build_optimizer
from eccles.training.config import TrainConfig
from eccles.training.measure import evaluate
from eccles.training.result import TrainResult
from eccles.training.run import RunFolder
from eccles.training.watch import Unwatched, Watcher


def train(
    config: TrainConfig | None = None,
    *,
    data: Splits | None = None,
    data_dir: Path | None = None,
    out: Path | str | None = None,
    resume: bool = True,
    threads: int = 1,
    watch: Watcher | None = None,
) -> TrainResult:
    """Train a network and return it with its history.

    Args:
        config: the run's settings; the defaults unless given.
        data: samples to use instead of the data set that the settings name.
        data_dir: folder of the data set's files; searched for unless given.
        out: the run's folder; nothing is written unless given. A folder that holds the same
            run, unfinished, goes on after its last whole epoch, bit for bit.
        resume: False starts over in `out`.
        threads: threads to compute with; with the event engine, which takes one for every 128
            samples of a batch at most, the result doesn't depend on it.
        watch: what to tell the progress to.

    Raises InputError for settings that can't be met, RunError where data or disk fail or the
    loss isn't finite any more.
    """
    config = config or TrainConfig()
    if threads < 1:
        raise must("train", "threads", "1 or more", threads)
    identity = config.identity() if data is None else f"{config.identity()}-{_digest(data)}"
    folder = None if out is None else RunFolder(Path(out), identity)
    if folder is not None:
        folder.check()
    for part in data or ():
        part.events.check()
    train_set, validation_set, test_set = _samples(config, data or load(config.data, data_dir))
    watch = watch or Unwatched()
    network = build_network(config, train_set, threads)
    # Torch's idle threads spin; beside the event engine's own they would take its cores.
    with _torch_threads(1 if network.engine.name == "event" else threads):
        optimizer = build_optimizer(config, network)
        history: list[dict[str, Any]] = []
        classes: list[dict[str, Any]] = []
        next_epoch = -1
        if folder is not None and folder.open(config, resume=resume):
            next_epoch = checkpoint.load(folder.checkpoint, network, optimizer, identity=identity)
            history = folder.read_rows("history.jsonl", next_epoch)
            classes = folder.read_rows("classes.jsonl", next_epoch)
        finished = next_epoch == config.epochs
        if folder is not None and not finished:
            folder.write_provenance(_resolved(network, train_set, test_set))
        watch.started(config, network, max(0, next_epoch))
        for epoch in range(next_epoch, config.epochs):
            began = time.perf_counter()
            loss = None
            if epoch >= 0:
                loss = _train_epoch(config, network, optimizer, train_set, epoch, watch)
            row, class_rows = _measure(network, test_set, epoch, loss)
            if validation_set is not None:
                row["validation_accuracy"] = evaluate(network, validation_set).accuracy
            row["seconds"] = time.perf_counter() - began
            history.append(row)
            classes.extend(class_rows)
            if folder is not None:
                # The checkpoint comes last: rows without one are dropped, one without rows is lost.
                folder.write_rows("classes.jsonl", classes)
                folder.write_rows("history.jsonl", history)
                checkpoint.save(
                    folder.checkpoint,
                    network,
                    optimizer,
                    identity=identity,
                    next_epoch=epoch + 1,
                    streams={name: [config.seed, epoch + 1] for name in ("order", "noise")},
                )
            watch.measured(row)
    result = TrainResult(
        config.resolved(),
        identity,
        network,
        history,
        classes,
        None if folder is None else folder.path,
    )
    if folder is not None and not (finished and folder.has_result()):
        folder.write_result(result.summary())
    return result


def _digest(data: Splits) -> str:
    """Return eight digits that tell one user's own samples from another's."""
    digest = hashlib.sha256()
    for part in data:
        events = part.events
        digest.update(repr((events.n_steps, events.n_units, events.dt)).encode())
        for array in (part.labels, *event_arrays(events)):
            digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()[:8]


def _train_epoch(
    config: TrainConfig,
    network: EINetwork,
    optimizer: torch.optim.Optimizer,
    data: SpikeDataset,
    epoch: int,
    watch: Watcher,
) -> float:
    """Train on every sample once, in an order of this epoch's own; return the mean loss."""
    config = config.resolved()
    order = seeds.stream(config.seed, "order", epoch).permutation(len(data))
    # What doesn't fill a batch is dropped after shuffling: other samples each epoch.
    order = order[: _whole_batches(config, data)]
    key = seeds.key(config.seed, "noise", epoch)
    total = 0.0
    for batch, first in enumerate(range(0, len(order), config.batch_size)):
        chosen = order[first : first + config.batch_size]
        events, labels = data.batch(chosen)
        optimizer.zero_grad()
        loss = network.loss(events, labels)
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        if config.update_noise:
            _add_noise(config, network, key, batch)
        if config.projection:
            network.project()
        total += loss.item() * len(chosen)
        watch.advanced(epoch, first + len(chosen), len(order))
        if not math.isfinite(total):
            raise RunError(
                f"train: the loss must stay finite, got {loss.item()} in batch {batch} of epoch "
                f"{epoch}; try a smaller --lr or --update-noise"
            )
    if not all(bool(weight.isfinite().all()) for weight in network.parameters()):
        # A weight that is no number may read as silence, and leave the loss finite.
        raise RunError(
            f"train: all weights must stay finite, got some that aren't after epoch {epoch}; try a "
            "smaller --lr or --update-noise"
        )
    return total / len(order)


def _add_noise(config: TrainConfig, network: EINetwork, key: int, batch: int) -> None:
    for layer, weight in enumerate(network.weights):
        unit = network.initial_std[layer] if config.noise_scale == "relative" else 1.0
        noise.add_noise_(weight, config.update_noise * unit, key, batch, layer)


def _measure(
    network: EINetwork, data: SpikeDataset, epoch: int, loss: float | None
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return an epoch's row of the history and its rows by class."""
    measured = evaluate(network, data)
    n = max(1, len(data))
    row = {
        "epoch": epoch,
        "loss": loss,
        "accuracy": measured.accuracy,
        "rate_hz": measured.rate_hz,
        "excitatory_spikes": int(measured.excitatory_spikes.sum()) / n,
        "inhibitory_spikes": int(measured.inhibitory_spikes.sum()) / n,
    }
    return row, [{"epoch": epoch, **each} for each in measured.rows(data.classes)]


def _samples(
    config: TrainConfig, data: Splits
) -> tuple[SpikeDataset, SpikeDataset | None, SpikeDataset]:
    """Return the samples to train on, to choose an epoch by, and to test on."""
    train_set, test_set = data
    validation_set = None
    if config.validation:
        order = seeds.stream(config.seed, "validation").permutation(len(train_set))
        held_out = round(len(order) * config.validation)
        if not held_out:
            accepted = f"a share of the {len(order)} training samples that is one at least"
            raise must("train", "validation", accepted, config.validation)
        validation_set = train_set.take(order[:held_out])
        train_set = train_set.take(order[held_out:])
    if config.drop_last:
        test_set = test_set.take(slice(0, _whole_batches(config, test_set)))
    if not (_whole_batches(config, train_set) and len(test_set)):
        raise must(
            "train",
            "the samples to train and to test on",
            "at least one each",
            (len(train_set), len(test_set)),
            "lower --validation, or --batch-size with --drop-last",
        )
    return train_set, validation_set, test_set


def _whole_batches(config: TrainConfig, data: SpikeDataset) -> int:
    """Return how many samples an epoch takes."""
    remainder = len(data) % config.batch_size if config.drop_last else 0
    return len(data) - remainder


def _resolved(
    network: EINetwork, train_set: SpikeDataset, test_set: SpikeDataset
) -> dict[str, Any]:
    """Return what "auto" and the ratio became, for the record."""
    return {
        "engine": network.engine.name,
        "n_excitatory": network.hidden.n_excitatory,
        "n_inhibitory": network.hidden.n_inhibitory,
        "w1_std": network.initial_std[0],
        "w2_std": network.initial_std[1],
        "data": train_set.name,
        "data_kind": train_set.kind,
        "train_samples": len(train_set),
        "test_samples": len(test_set),
        "event_density": train_set.events.density,
    }


@contextmanager
def _torch_threads(threads: int) -> Iterator[None]:
    """Let torch use so many threads, and what it used before when done."""
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        yield
    finally:
        torch.set_num_threads(before)
