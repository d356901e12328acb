"""How Kilgore et al. 2025 judge and measure a run: constants, and values made of stored tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

MAIN, NOISE, PORTRAITS = "fashion-mnist", "fashion-mnist-noise", "portraits"
"""The studies: ratio by initial rate, ratio by update noise, a few networks in all detail."""

ROBUSTNESS = "robustness"
"""A study of our own: choices that the article didn't vary."""

SUCCESS = 0.5
"""A run is successful if its peak test accuracy is above it."""

BAND = (0.01, 25.6)
"""Firing rates in Hz that the article calls biological."""

UNBOUNDED = 0.86
"""Accuracy that the article quotes of a network without signs."""

LATE = 10
"""Last epochs over which accuracy under noise is the mean."""

TAU = 1e-3
"""Time constant of the distances in seconds: one step."""


def late_accuracy(runs: pd.DataFrame, epochs: pd.DataFrame) -> pd.DataFrame:
    """Return run, ei, noise, seed and accuracy of each run: its mean over the last 10 epochs.

    Noise is in initial scales of the input weights.
    """
    trained = epochs[epochs["epoch"] >= 0].sort_values("epoch")
    late = trained.groupby("run").tail(LATE).groupby("run")["accuracy"].mean()
    noise = (runs["update_noise"] / runs["w1_std"]).round(9)
    values = runs.assign(noise=noise, accuracy=runs["run"].map(late))
    values = values[["run", "ei", "noise", "seed", "accuracy"]]
    return values.sort_values(["noise", "seed"], kind="stable", ignore_index=True)


def distances_by_group(
    runs: pd.DataFrame, distances: pd.DataFrame, samples: str = "all"
) -> pd.DataFrame:
    """Return run, ei, group, pair and distance: before training, and after success or failure.

    The discrete sum with tau of one step, as published; the mean over all test samples, or over
    "one_per_batch", as published.
    """
    import pandas as pd

    chosen = (distances["samples"] == samples) & (distances["tau"] - TAU).abs().lt(1e-9)
    rows = distances[chosen].merge(runs[["run", "ei", "peak_accuracy", "epochs"]], on="run")
    before = rows[rows["epoch"] == -1].assign(group="initial")
    after = rows[rows["epoch"] == rows["epochs"] - 1]
    outcome = after["peak_accuracy"].gt(SUCCESS).map({True: "successful", False: "failed"})
    both = pd.concat([before, after.assign(group=outcome)], ignore_index=True)
    both = both.rename(columns={"discrete": "distance"})
    return both[["run", "ei", "group", "pair", "distance"]]
