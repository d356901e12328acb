"""How Kilgore et al. 2025 judge and measure a run: constants, and values made of stored tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import pandas as pd

    from eccles.sweeps.tables import StudyTables

MAIN, NOISE, PORTRAITS = "fashion-mnist", "fashion-mnist-noise", "portraits"
"""The studies: ratio by initial rate, ratio by update noise, a few networks in all detail."""

NOISE_PUBLISHED = "fashion-mnist-noise-published"
"""The noisy study without the batches that aren't full, as all of the article's runs were."""

NOISY = (NOISE_PUBLISHED, NOISE)
"""The article's noisy study, and what will do where that isn't there."""

ROBUSTNESS = "robustness"
"""A study of our own: choices that the article didn't vary."""

SHD, STAND_IN = "shd", "spoken-digits"
"""Ratio by initial rate on spoken digits: the article's data, and a stand-in for them."""

STAND_IN_UNBOUNDED = "spoken-digits-unbounded"
"""The network without signs on the stand-in, of which the article knows nothing."""

SUCCESS = 0.5
"""A run on Fashion-MNIST is successful if its peak test accuracy is above it."""

BAND = (0.01, 25.6)
"""Firing rates in Hz that the article calls biological."""

UNBOUNDED = 0.86
"""Accuracy that the article quotes of a network without signs."""

LATE = 10
"""Last epochs over which accuracy under noise is the mean."""

TAU = 1e-3
"""Time constant of the distances in seconds: one step."""


SAMPLES = {"all": "all test samples", "one_per_batch": "one test sample a batch"}
"""Test samples that distances are the mean over, in words: all, as published, or an option that
has no source, for no claim is judged by it."""


class Task(NamedTuple):
    """What networks learn, and how the article judges them there."""

    studies: tuple[str, ...]
    """Its study of ratio and initial rate, and what will do where that isn't there."""
    success: float
    """A run is successful if its accuracy is above it: the peak, or the mean of `last` epochs."""
    last: int | None
    unbounded: float
    """Accuracy that the article quotes of a network without signs."""
    published_factor: float
    """By how much the article's rates are higher than spikes over the 0.1 s of a sample."""

    @property
    def decided_by(self) -> str:
        """The accuracy that decides about success, in words."""
        return f"{'peak' if self.last is None else f'mean of the last {self.last}'} test accuracy"

    @property
    def rule(self) -> str:
        """What counts as success, in words."""
        return f"success: {self.decided_by} over {100 * self.success:g} %"

    def outcomes(self, runs: pd.DataFrame, tables: StudyTables) -> pd.DataFrame:
        """Return runs with the accuracy that decides, `decisive`, and whether they succeeded."""
        decisive = runs["peak_accuracy"]
        if self.last is not None:
            decisive = runs["run"].map(mean_of_last(tables.epochs, self.last))
        return runs.assign(decisive=decisive, successful=decisive > self.success)

    def published_rate(self, runs: pd.DataFrame, epochs: pd.DataFrame) -> pd.Series:
        """Return the firing rates in Hz that the article has: those after the first epoch."""
        first = epochs[epochs["epoch"] == 0].set_index("run")["rate_hz"]
        return runs["run"].map(first) * self.published_factor


FASHION = Task((MAIN,), SUCCESS, None, UNBOUNDED, 1.0)
DIGITS = Task((SHD, STAND_IN), 0.3, 25, 0.48, 0.5)


def mean_of_last(epochs: pd.DataFrame, last: int) -> pd.Series:
    """Return the mean test accuracy of each run's last epochs, by run."""
    trained = epochs[epochs["epoch"] >= 0].sort_values("epoch")
    return trained.groupby("run").tail(last).groupby("run")["accuracy"].mean()


def late_accuracy(runs: pd.DataFrame, epochs: pd.DataFrame) -> pd.DataFrame:
    """Return run, ei, noise, seed and accuracy of each run: its mean over the last 10 epochs.

    Noise is in initial scales of the input weights.
    """
    late = mean_of_last(epochs, LATE)
    noise = (runs["update_noise"] / runs["w1_std"]).round(9)
    values = runs.assign(noise=noise, accuracy=runs["run"].map(late))
    values = values[["run", "ei", "noise", "seed", "accuracy"]]
    return values.sort_values(["noise", "seed"], kind="stable", ignore_index=True)


def distances_by_group(
    runs: pd.DataFrame, distances: pd.DataFrame, samples: str = "all"
) -> pd.DataFrame:
    """Return run, ei, group, pair and distance: before training, and after success or failure.

    The discrete sum with tau of one step, and the mean over all test samples, as published; or over
    "one_per_batch", which isn't. A run is successful as its column `successful` says.
    """
    import pandas as pd

    chosen = (distances["samples"] == samples) & (distances["tau"] - TAU).abs().lt(1e-9)
    rows = distances[chosen].merge(runs[["run", "ei", "successful", "epochs"]], on="run")
    before = rows[rows["epoch"] == -1].assign(group="initial")
    after = rows[rows["epoch"] == rows["epochs"] - 1]
    outcome = after["successful"].map({True: "successful", False: "failed"})
    both = pd.concat([before, after.assign(group=outcome)], ignore_index=True)
    both = both.rename(columns={"discrete": "distance"})
    return both[["run", "ei", "group", "pair", "distance"]]
