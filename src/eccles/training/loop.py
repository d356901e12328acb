"""The training loop: one for every network, engine and optimizer."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

from torch import nn

from eccles.arguments import typed
from eccles.data.spikes.binning import Binning
from eccles.data.spikes.dataset import Splits
from eccles.errors import RunError, check_workers, must
from eccles.memory import enough_memory
from eccles.nn.own import Own
from eccles.training.build import options_of
from eccles.training.compiling import CompileClock
from eccles.training.config import TrainConfig
from eccles.training.context import computing, settled
from eccles.training.diagnosis import diagnosis, lifeless
from eccles.training.measures.measures import check_measures, defined, is_due
from eccles.training.own import check_same, digest_of, own_name, said_of
from eccles.training.prepare import check_pair, open_data, prepare
from eccles.training.run import checkpoint
from eccles.training.run.folder import RunFolder, stored_identity
from eccles.training.run.result import TrainResult
from eccles.training.run.rows import CLASSES, Rows, Table, history_of
from eccles.training.samples import as_known, digest, epoch_order, files_digest
from eccles.training.tasks.task import Task
from eccles.training.watch import Logged, Unwatched, Watcher

_LESS = "choose a smaller --batch-size, --hidden or --width, or fewer threads"


@typed("train")
@settled()
def train(
    config: TrainConfig | None = None,
    *,
    network: nn.Module | None = None,
    data: Splits | tuple[Any, Any] | None = None,
    data_dir: Path | None = None,
    out: Path | str | Callable[[str], Path] | None = None,
    resume: bool = True,
    threads: int = 1,
    measure: Mapping[str, int] | None = None,
    watch: Watcher | None = None,
    digits: str = "",
) -> TrainResult:
    """Train a network and return it with its history.

    Args:
        config: the run's settings; the defaults unless given.
        network: a module of one's own to train, in place: it has the methods of
            `eccles.nn.OwnNetwork`. The run is known by its printed form and its weights as they
            are, so a run goes on with a module that is made in the same way.
        data: samples to use instead of the data set that the settings name. The settings that the
            run keeps name these, `own-` and eight digits, and are refused with any others.
        data_dir: folder of the data set's files; searched for unless given.
        out: the run's folder; nothing is written unless given. A folder that holds the same
            run, unfinished, goes on after its last whole epoch, bit for bit. Or what gives the
            folder for a run's identity.
        resume: False starts over in `out`.
        threads: threads of the event engine, which takes one for every 128 samples of a batch at
            most; the result doesn't depend on it. The dense engine takes one. A deep network
            takes all of them, and its last bits depend on their number.
        measure: measures to take besides, and every how many epochs: `{"weights": 10}`. Each is
            taken before training and after the last epoch too.
        watch: what to tell the progress to. Without one, warnings about a network that can't learn
            or hardly learnt are logged as `eccles`; `result.warnings` has them in any case.
        digits: those that a run's identity has for its data, behind the dash; other data is
            refused then.

    Raises InputError for settings that can't be met, RunError where data or disk fail or the
    loss isn't finite any more.
    """
    config = config or TrainConfig()
    check_workers("train", "threads", threads)
    if network is not None:
        config = _of_module(config, network)
    if data is not None and not config.is_deep and config.binning() != Binning():
        hint = "bin the samples with eccles.data.bin_events"
        names = "steps, max_time, clip and dt"
        raise must("train", names, "left alone with data", "others", hint)
    splits: Any = open_data(config, data_dir) if data is None else data
    check_pair(config, splits)
    # What only a name stands for in the settings: samples or files of the user's own.
    own = files_digest(splits) if data is None else digest(splits)
    if callable(out):
        out = out("-".join(filter(None, (config.identity(), own))))
    wanted = digest_of(config.data) or digits
    stored, _, kept = ("" if out is None else stored_identity(Path(out))).partition("-")
    for known in (wanted, kept if stored == config.identity() else ""):
        before = as_known(splits, data is not None, known) if known not in ("", own) else None
        if before is not None:
            splits, own = before, known
    check_same(wanted, own)
    identity = "-".join(filter(None, (config.identity(), own)))
    if data is not None:
        config = config.model_copy(update={"data": own_name(own, said_of(config.data))})
    folder = None if out is None else RunFolder(Path(out), identity)
    if folder is not None:
        folder.check(config)
    told = watch or Logged()
    result = train_on(
        splits,
        config,
        identity,
        folder,
        resume=resume,
        threads=threads,
        measure=measure,
        watch=told,
        module=network,
    )
    if watch is None and (said := diagnosis(result)):
        told.warned(said)
    return result


def _of_module(config: TrainConfig, network: nn.Module) -> TrainConfig:
    """Return the settings of a run of a module of one's own, which name it."""
    if config.is_deep:
        accepted = "left alone with a network of one's own"
        raise must("train", "model", accepted, config.model)
    digits = Own(network).digits()
    if config.module not in (None, digits):
        hint = "make it in the same way, with the same initial weights"
        raise must("train", "network", f"that of these settings, {config.module}", digits, hint)
    said = config.model_dump(exclude={"network"}) | {"module": digits, "network": config.network}
    return TrainConfig.model_validate(said)


@settled()
def train_on(
    data: Splits | tuple[Any, Any],
    config: TrainConfig,
    identity: str,
    folder: RunFolder | None = None,
    *,
    resume: bool = True,
    threads: int = 1,
    measure: Mapping[str, int] | None = None,
    watch: Watcher | None = None,
    lock: bool = True,
    module: nn.Module | None = None,
) -> TrainResult:
    """Train on samples that are at hand already, as whoever trains many runs has them.

    Args and errors are those of `train`. `lock` keeps other processes from writing `folder`; a
    caller who does so already says False. `module` is the `network` of `train`.
    """
    with ExitStack() as held:
        held.enter_context(enough_memory("train", _LESS))
        watch = watch or Unwatched()
        # To start at a rate a network computes before there is a run to watch.
        clock = held.enter_context(CompileClock(watch.compiling))
        task = prepare(config, data, threads, module)
        run = _Run(config, identity, folder, task, dict(measure or {}))
        if folder is not None and lock:
            held.enter_context(folder.held())
        held.enter_context(computing(task.torch_threads))
        return run.train(resume, watch, clock)


class _Run:
    """One run under way: what it is made of, and the tables that grow with it."""

    def __init__(
        self,
        config: TrainConfig,
        identity: str,
        folder: RunFolder | None,
        task: Task,
        measure: dict[str, int],
    ) -> None:
        self.config = config
        self.identity = identity
        self.folder = folder
        self.task = task
        self.every = {"history": 1, "classes": 1, **check_measures(measure, task.measures)}
        self.tables: dict[str, Rows] = {name: [] for name in self.every}

    def train(self, resume: bool, watch: Watcher, clock: CompileClock) -> TrainResult:
        """Go from where the folder stands to the last epoch; `clock` tells compiling apart."""
        config, folder = self.config, self.folder
        first = self._go_on(folder, resume, watch) if folder is not None else -1
        finished = first == config.epochs
        if first < 0:
            self.task.begin()
        facts = {**self.task.facts(), "optimizer_options": options_of(self.task.optimizer)}
        if folder is not None and finished:
            folder.check_finished()
        elif folder is not None:
            folder.write_provenance({**config.filled_in(), **facts})
        watch.started(config, self.task, max(0, first))
        for epoch in range(first, config.epochs):
            began, compiled = time.perf_counter(), clock.seconds
            loss = None
            if epoch >= 0:
                loss = _train_epoch(config, self.task, epoch, watch)
            self._measure(epoch, loss)
            row = self.tables["history"][-1]
            row["seconds"] = time.perf_counter() - began - (clock.seconds - compiled)
            row["compile_seconds"] = clock.lap()
            if folder is not None:
                self._keep(folder, epoch + 1)
            watch.measured(row)
            self._warn(watch)
        tables = dict(self.tables)
        result = TrainResult(
            config.resolved(),
            self.identity,
            self.task.network,
            tables.pop("history"),
            tables.pop("classes"),
            None if folder is None else folder.path,
            tables,
            facts,
        )
        if folder is not None:
            folder.finish(result.summary())
        return result

    def _go_on(self, folder: RunFolder, resume: bool, watch: Watcher) -> int:
        """Return the epoch to begin with, after putting back what the folder holds before it."""
        if not folder.open(self.config, resume=resume):
            if folder.had_checkpoint():
                watch.warned(f"{folder.checkpoint} is gone, so the run begins anew")
            return -1
        next_epoch = checkpoint.load(
            folder.checkpoint,
            self.task.network,
            self.task.optimizer,
            identity=self.identity,
            epochs=self.config.epochs,
        )
        for name, every in self.every.items():
            epochs = [e for e in range(-1, next_epoch) if is_due(e, every, self.config.epochs)]
            self.tables[name] = folder.read_rows(f"{name}.jsonl", epochs, self._table(name))
        return next_epoch

    def _table(self, name: str) -> Table:
        """Return the columns that a stored table must have when it is read back."""
        if name == "history":
            rate = "spikes_per_step" if self.config.is_deep else "rate_hz"
            return history_of(rate, validation=bool(self.config.validation))
        if name == "classes":
            return CLASSES
        return Table(self.task.measures[name].columns)

    def _measure(self, epoch: int, loss: float | None) -> None:
        """Add an epoch's rows to the tables."""
        task, samples, tables = self.task, self.task.samples, self.tables
        measured = task.evaluate(samples.test)
        row = {"epoch": epoch, "loss": loss, **measured.summary()}
        if samples.validation is not None:
            row["validation_accuracy"] = task.evaluate(samples.validation).accuracy
        tables["history"].append(row)
        snapshot = task.snapshot(epoch)
        for name, every in self.every.items():
            if name == "history" or not is_due(epoch, every, self.config.epochs):
                continue
            if name == "classes":
                rows = measured.rows(samples.test.classes)
            else:
                rows = task.measures[name].measure(snapshot)
            tables[name].extend(defined({"epoch": epoch, **each}) for each in rows)

    def _warn(self, watch: Watcher) -> None:
        """Say at once what the epochs so far tell of a network that can't learn."""
        n_classes = self.task.samples.test.n_classes
        said = lifeless(self.config.resolved(), self.tables["history"], n_classes)
        if said is not None:
            watch.warned(said)

    def _keep(self, folder: RunFolder, next_epoch: int) -> None:
        save = partial(
            checkpoint.save,
            network=self.task.network,
            optimizer=self.task.optimizer,
            identity=self.identity,
            next_epoch=next_epoch,
            streams={name: [self.config.seed, next_epoch] for name in ("order", "noise")},
        )
        folder.keep(self.tables, save)


def _train_epoch(config: TrainConfig, task: Task, epoch: int, watch: Watcher) -> float:
    """Train on every sample once, in an order of this epoch's own; return the mean loss."""
    data, step = task.samples.train, task.steps(epoch)
    order = epoch_order(config, data, epoch)
    size, total = config.batch(), 0.0
    for batch, first in enumerate(range(0, len(order), size)):
        chosen = order[first : first + size]
        inputs, labels = data.batch(chosen)
        loss = step(inputs, labels, batch)
        total += loss * len(chosen)
        watch.advanced(epoch, first + len(chosen), len(order))
        if not math.isfinite(total):
            raise RunError(
                f"train: the loss must stay finite, got {loss} in batch {batch} of epoch "
                f"{epoch}; try {task.remedy}"
            )
    if not all(bool(weight.isfinite().all()) for weight in task.network.parameters()):
        # A weight that is no number may read as silence, and leave the loss finite.
        raise RunError(
            f"train: all weights must stay finite, got some that aren't after epoch {epoch}; try "
            f"{task.remedy}"
        )
    return total / len(order)
