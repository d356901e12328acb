"""What a run gives back: its network, and a tidy history."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from torch import nn

from eccles.errors import counted
from eccles.html_tables import html_table
from eccles.training.config import TrainConfig

_REPEATED = ("engine", "n_excitatory", "n_inhibitory", "parameters", "start")
"""Facts that a summary repeats."""

_RATES = {"rate_hz": "firing rate (Hz)", "spikes_per_step": "spikes a neuron and step"}
"""Firing rates in words."""

_SHOWN = 20
"""Epochs that a notebook shows."""


@dataclass(frozen=True, eq=False)
class TrainResult:
    """A finished run.

    Attributes:
        config: its settings, resolved.
        identity: the hash of its settings, and of the samples where the caller gave them.
        network: the network after the last epoch.
        history: a row an epoch, the first one (-1) before training; `pandas.DataFrame` takes it.
        classes: a row an epoch and class.
        out: the run's folder, or None where nothing was written.
        measures: rows of the measures that were asked for, by name.
        facts: what "auto" and the ratio became, and the samples used.
    """

    config: TrainConfig
    identity: str
    network: nn.Module
    history: list[dict[str, Any]]
    classes: list[dict[str, Any]]
    out: Path | None
    measures: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)

    def __repr__(self) -> str:
        """Return a line of how it went; its attributes have the rest."""
        epochs = len(self.history) - 1
        course = f"{counted(epochs, 'epoch')}, accuracy {self.accuracy[0]:.1%} before training"
        end = f", {self.final_accuracy:.1%} at the end" if epochs else ""
        kept = "" if self.out is None else f", kept in {self.out}"
        return f"TrainResult({self.config.data}, seed {self.config.seed}: {course}{end}{kept})"

    def _repr_html_(self) -> str:
        """Return the line and the epochs, for a notebook to show; of many the last ones."""
        rate = self._rate()
        rows = [
            {
                "epochs trained": row["epoch"] + 1,
                "loss": row["loss"],
                "accuracy": f"{row['accuracy']:.1%}",
                _RATES[rate]: row[rate],
            }
            for row in self.history
        ]
        shown = rows if len(rows) <= _SHOWN else [rows[0], *rows[1 - _SHOWN :]]
        return html_table(repr(self), shown)

    @property
    def accuracy(self) -> list[float]:
        """Test accuracy before training and after every epoch."""
        return [row["accuracy"] for row in self.history]

    @property
    def peak_accuracy(self) -> float:
        """The highest test accuracy of all epochs: chosen on the test set, so an upper bound."""
        return max(self.accuracy)

    @property
    def final_accuracy(self) -> float:
        """Test accuracy after the last epoch."""
        return self.accuracy[-1]

    @property
    def warnings(self) -> list[str]:
        """What went wrong, a sentence each: silence, a loss that diverged, accuracy near chance."""
        from eccles.training.diagnosis import warnings

        return warnings(self)

    def summary(self) -> dict[str, Any]:
        """Return the run in one JSON object, as `eccles train --json` prints it."""
        trained = self.history[1:]
        seconds = sum(row["seconds"] for row in trained)
        summary = {
            "accuracy": self.accuracy,
            "peak_accuracy": self.peak_accuracy,
            "final_accuracy": self.final_accuracy,
            "loss": [row["loss"] for row in trained],
            **self._rates(),
            "warnings": self.warnings,
            "seconds_per_epoch": seconds / len(trained) if trained else None,
            # Rows that an earlier version left have it within their seconds.
            "compile_seconds": sum(row.get("compile_seconds", 0.0) for row in self.history),
            **{name: self.facts[name] for name in _REPEATED if name in self.facts},
            "identity": self.identity,
            "out": None if self.out is None else str(self.out),
        }
        if self.config.validation:
            chosen = max(trained or self.history, key=lambda row: row["validation_accuracy"])
            summary["validation_epoch"] = chosen["epoch"]
            summary["validation_chosen_accuracy"] = chosen["accuracy"]
        return summary

    def _rates(self) -> dict[str, float]:
        """Return the firing rate before training and after the last epoch, named by its unit."""
        name = self._rate()
        return {
            f"initial_{name}": self.history[0][name],
            f"final_{name}": self.history[-1][name],
        }

    def _rate(self) -> str:
        """Return what the firing rate is called, which says its unit."""
        (name,) = {"rate_hz", "spikes_per_step"} & self.history[0].keys()
        return name
