"""What a run gives back: its network, and a tidy history."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from eccles.nn.shallow import EINetwork
from eccles.training.config import TrainConfig


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
    network: EINetwork
    history: list[dict[str, Any]]
    classes: list[dict[str, Any]]
    out: Path | None
    measures: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)

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

    def summary(self) -> dict[str, Any]:
        """Return the run in one JSON object, as `eccles train --json` prints it."""
        trained = self.history[1:]
        summary = {
            "accuracy": self.accuracy,
            "peak_accuracy": self.peak_accuracy,
            "final_accuracy": self.final_accuracy,
            "loss": [row["loss"] for row in trained],
            "initial_rate_hz": self.history[0]["rate_hz"],
            "final_rate_hz": self.history[-1]["rate_hz"],
            "seconds_per_epoch": sum(row["seconds"] for row in trained) / len(trained),
            "engine": self.network.engine.name,
            "n_excitatory": self.network.hidden.n_excitatory,
            "n_inhibitory": self.network.hidden.n_inhibitory,
            "parameters": sum(p.numel() for p in self.network.parameters()),
            "identity": self.identity,
            "out": None if self.out is None else str(self.out),
        }
        if self.config.validation:
            chosen = max(trained, key=lambda row: row["validation_accuracy"])
            summary["validation_epoch"] = chosen["epoch"]
            summary["validation_chosen_accuracy"] = chosen["accuracy"]
        return summary
