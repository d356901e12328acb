"""The columns of a study's tables, and the row of a run."""

from __future__ import annotations

import platform
import subprocess
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, get_args, get_origin

import eccles
from eccles.sweeps.study import Study
from eccles.training.config import TrainConfig, names_of
from eccles.training.config.network import NetworkSettings
from eccles.training.factory import identity_of
from eccles.training.prepare import measures_of

_SQL = {str: "VARCHAR", float: "DOUBLE", int: "BIGINT", bool: "BOOLEAN"}

KEY = "run"
"""The column that every table has: the run's identity."""


def _sql_of(annotation: Any) -> str:
    """Return the SQL type of a setting's annotation: of its first part that is a plain type."""
    return next(_SQL[kind] for kind in _kinds(annotation) if kind in _SQL)


def _kinds(annotation: Any) -> Iterator[type]:
    if get_origin(annotation):
        for part in get_args(annotation):
            yield from _kinds(part)
    else:
        yield type(annotation) if isinstance(annotation, str) else annotation


def settings_of(study: Study) -> dict[str, str]:
    """Return a run's settings with their SQL types: scales and engine as they were in the end."""
    fields, names = TrainConfig.model_fields, names_of(deep=study.is_deep)
    found = {name: _sql_of(fields[name].annotation) for name in names if name != "network"}
    if not study.is_deep:
        values = [study.base.get("hidden"), *study.grid.get("hidden", ()),
                  *study.zip.get("hidden", ())]  # fmt: skip
        if not all(isinstance(NetworkSettings(hidden=n).hidden, int | None) for n in values):
            found["hidden"] = "VARCHAR"
        found["network"] = "VARCHAR"
    return found


def settings_row(config: TrainConfig, called: Mapping[str, str]) -> dict[str, Any]:
    """Return a run's settings as its row has them: a network by name, or by its identity.

    What a network or module of one's own says itself is null; `network_identity` is that of any
    network beyond one layer of LIF neurons.

    Args:
        config: the settings.
        called: what a network or module of one's own is called.
    """
    row = config.model_dump(mode="json")
    own = {**dict.fromkeys(NetworkSettings.model_fields), **called}
    if config.module is not None:
        return {**row, "module": identity_of(config.module), **own}
    if config.is_deep or config.plain:
        return row
    known = config.network_of().identity()
    if config.network is not None:
        row |= {"network": known, **own}
    return {**row, "network_identity": known}


def rate_of(study: Study) -> str:
    """Return what a study's firing rates are called, which says their unit."""
    return "spikes_per_step" if study.is_deep else "rate_hz"


OUTCOME = {
    "data_kind": "VARCHAR",
    "train_samples": "BIGINT",
    "test_samples": "BIGINT",
    "event_density": "DOUBLE",
    "n_excitatory": "BIGINT",
    "n_inhibitory": "BIGINT",
    "parameters": "BIGINT",
    "network_identity": "VARCHAR",
    "initial_accuracy": "DOUBLE",
    "peak_accuracy": "DOUBLE",
    "peak_epoch": "BIGINT",
    "final_accuracy": "DOUBLE",
    "final_loss": "DOUBLE",
    "validation_epoch": "BIGINT",
    "validation_chosen_accuracy": "DOUBLE",
    "error": "VARCHAR",
    "traceback": "VARCHAR",
}
"""What came of a run; null where it failed, or held nothing out."""

PROVENANCE = {
    "format": "BIGINT",
    "eccles_version": "VARCHAR",
    "eccles_commit": "VARCHAR",
    "python_version": "VARCHAR",
    "torch_version": "VARCHAR",
    "numpy_version": "VARCHAR",
    "numba_version": "VARCHAR",
    "platform": "VARCHAR",
    "host": "VARCHAR",
    "started": "VARCHAR",
    "seconds": "DOUBLE",
}
"""Where a run comes from; these alone differ between two runs of the same settings."""


def columns_of(study: Study) -> dict[str, dict[str, str]]:
    """Return the tables of a study, with their columns and SQL types."""
    rate = rate_of(study)
    spikes = {"excitatory_spikes": "DOUBLE", "inhibitory_spikes": "DOUBLE"}
    known = measures_of(deep=study.is_deep)
    return {
        "runs": {
            KEY: "VARCHAR",
            "study": "VARCHAR",
            "scale": "VARCHAR",
            "status": "VARCHAR",
            **settings_of(study),
            **OUTCOME,
            f"initial_{rate}": "DOUBLE",
            f"final_{rate}": "DOUBLE",
            **PROVENANCE,
        },
        "epochs": {
            KEY: "VARCHAR",
            "epoch": "BIGINT",
            "loss": "DOUBLE",
            "accuracy": "DOUBLE",
            "validation_accuracy": "DOUBLE",
            rate: "DOUBLE",
            **spikes,
        },
        "classes": {
            KEY: "VARCHAR",
            "epoch": "BIGINT",
            "class": "BIGINT",
            "class_name": "VARCHAR",
            "samples": "BIGINT",
            "accuracy": "DOUBLE",
            **spikes,
        },
        **{
            name: {KEY: "VARCHAR", "epoch": "BIGINT", **known[name].columns}
            for name in study.measure
            if name in known
        },
    }


@cache
def versions() -> dict[str, str]:
    """Return the versions that a run's numbers may depend on."""
    own = {"eccles_version": eccles.__version__}
    packages = {f"{name}_version": version(name) for name in ("torch", "numpy", "numba")}
    return {**own, **packages, "python_version": platform.python_version()}


@cache
def commit() -> str | None:
    """Return the commit that Eccles runs from, where it runs from a clone; "+" where edited."""
    home = Path(eccles.__file__).parent
    try:
        head = _git(home, "rev-parse", "HEAD")
        tracked = _git(home, "ls-files", "__init__.py")
        edited = _git(home, "status", "--porcelain", "--untracked-files=no", ".")
    except (OSError, subprocess.SubprocessError):
        return None
    return (head + ("+" if edited else "")) if tracked else None


def _git(folder: Path, *words: str) -> str:
    command = ["git", "-C", str(folder), *words]
    done = subprocess.run(
        command, capture_output=True, encoding="utf-8", errors="replace", check=True, timeout=10
    )
    return done.stdout.strip()
