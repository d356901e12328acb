"""From a study to its runs: what each is, and in which order they come."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

from eccles.errors import InputError, must
from eccles.settings import hashed
from eccles.sweeps.study import Study
from eccles.training.config import TrainConfig, words
from eccles.units import whole_number

FORMAT = 1
"""Version of what is stored of a run; another one makes every run another run."""


class Planned(NamedTuple):
    """A run to be.

    Attributes:
        identity: the hash of its resolved settings, of what is measured and of the format.
        settings: those that vary, by name.
    """

    identity: str
    settings: dict[str, Any]


class Plan(NamedTuple):
    """All runs of a study, those with the first seed before those with the second.

    So a study that is interrupted is a whole study with fewer repeats.
    """

    study: Study
    runs: list[Planned]

    def config(self, run: Planned) -> TrainConfig:
        """Return the settings of a run."""
        return TrainConfig.model_validate(self.study.settings(run.settings))

    def shard(self, text: str) -> Plan:
        """Return a share of the runs: "2/8" takes every eighth run, from the second one on."""
        share, _, shares = text.partition("/")
        k, n = (whole_number(part) or 0 for part in (share, shares))
        if not 1 <= k <= n:
            raise must("sweep", "--shard", "such as 2/8, the second of eight shares", text)
        return self._replace(runs=self.runs[k - 1 :: n])


def plan(study: Study) -> Plan:
    """Return the runs of a study, each with settings that a run accepts.

    A setting that acts on nothing in a cell is left out there, and cells that are the same then are
    one run. Raises InputError for settings that none accepts, for one that acts in no cell, and for
    a run that would be done twice.
    """
    runs: list[Planned] = []
    known: dict[str, dict[str, Any]] = {}
    measured = [FORMAT, dict(sorted(study.measure.items()))]
    fewer: set[str] = set()  # Runs of cells that leave something out.
    nowhere: set[str] | None = None
    for cell in _cells(study):
        left_out = study.idle(cell)
        nowhere = set(left_out) if nowhere is None else nowhere & set(left_out)
        settings = {**cell, **{name: None for name in left_out if name in cell}}
        config = _config(study.settings(settings), cell)
        identity = hashed([config.identity(), *measured])
        fewer |= {identity} if left_out else set()
        if known.get(identity) == settings and identity in fewer:
            continue
        if identity in known:
            raise InputError(
                f"study: every run must be another one, got {spelt(known[identity])} and "
                f"{spelt(cell)}, which mean the same; drop one of the two"
            )
        known[identity] = settings
        runs.append(Planned(identity, settings))
    if nowhere:
        cell = next(_cells(study))
        _config({**study.settings(cell), **{n: {**study.base, **cell}[n] for n in nowhere}}, cell)
    return Plan(study, runs)


def _config(settings: dict[str, Any], cell: dict[str, Any]) -> TrainConfig:
    with naming(cell):
        return TrainConfig.model_validate(settings)


@contextmanager
def naming(cell: Mapping[str, Any]) -> Iterator[None]:
    """Name the settings that vary in what is said where those of a run can't be met."""
    try:
        yield
    except InputError as error:
        of = f" of the run with {spelt(cell)}" if cell else ""
        raise InputError(f"study: settings{of} can't be met: {error}") from None


def say_idle(study: Study) -> str | None:
    """Return a sentence about settings that act on nothing in some cells, or None."""
    n_seeds = len(study.seeds() or [0])
    cells = list(_cells(study))
    cells = cells[: len(cells) // n_seeds]
    found = Counter(
        name
        for cell in cells
        for name in study.idle(cell)
        if {**study.base, **cell}[name] is not None
    )
    if not found:
        return None
    listed = ", ".join(f"{name} in {n:,}" for name, n in found.items())
    return (
        f"settings that act on nothing are left out: {listed} of {len(cells):,} cells; cells that "
        "are the same then are one run"
    )


def spelt(settings: Mapping[str, Any]) -> str:
    """Return settings as a person reads them.

    >>> spelt({"ei": "80:20", "lr": None, "seed": 3})
    'ei 80:20, lr auto, seed 3'
    """
    return ", ".join(f"{name} {words.spelt(name, value)}" for name, value in settings.items())


def _cells(study: Study) -> Iterator[dict[str, Any]]:
    axes: list[list[dict[str, Any]]] = [
        [{name: value} for value in values] for name, values in study.grid.items()
    ]
    if study.zip:
        together = zip(*study.zip.values(), strict=True)
        axes.append([dict(zip(study.zip, values, strict=True)) for values in together])
    seeds = study.seeds()
    for seed in [None] if seeds is None else seeds:
        repeated = {} if seed is None else {"seed": seed}
        for parts in itertools.product(*axes):
            cell: dict[str, Any] = {}
            for part in parts:
                cell.update(part)
            yield {**cell, **repeated}
