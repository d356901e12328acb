"""What the explorer shows of a study's tables, small enough for a page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import pandas as pd

MOST_ROWS = 120_000
"""Rows of epochs and weights that a page holds; about 4 MB."""

STEPS = (1, 2, 5, 10)
"""Every how many epochs one may be kept; beyond that, seeds are left out."""

_OUTCOME = (
    "n_excitatory",
    "n_inhibitory",
    "initial_rate_hz",
    "peak_accuracy",
    "peak_trained",
    "final_accuracy",
)
_EPOCHS = ("accuracy", "rate_hz", "excitatory_spikes", "inhibitory_spikes")
_WEIGHTS = ("projection", "mean", "std", "zero_share")


class Compact(NamedTuple):
    """Runs, epochs and weights, tied by the number of a run.

    Attributes:
        runs: a row a run that is done: number, run, study, data_kind, settings as text, outcome,
            and how long it was trained.
        epochs: a row a run and number of epochs trained that are kept, 0 before training.
        weights: a row a run, number of epochs trained and projection that are kept.
        step: every how many epochs one is kept; the first and the last always are.
        left_out: how many runs that are done are left out.
    """

    runs: pd.DataFrame
    epochs: pd.DataFrame
    weights: pd.DataFrame
    step: int
    left_out: int


def compact(
    runs: pd.DataFrame,
    epochs: pd.DataFrame,
    weights: pd.DataFrame | None,
    settings: Sequence[str],
    rows: int = MOST_ROWS,
) -> Compact:
    """Return what fits into so many rows of epochs and weights: fewer epochs, then fewer seeds.

    Args:
        runs, epochs, weights: a study's tables, or those of several; runs with study and data_kind.
        settings: columns of runs to keep beside the outcome.
        rows: rows of epochs and weights at most.
    """
    import pandas as pd

    shown = runs[(runs["status"] == "done") & runs["run"].isin(epochs["run"])]
    shown = shown.drop_duplicates("run").reset_index(drop=True)
    shown = shown.assign(number=range(len(shown)), peak_trained=shown["peak_epoch"] + 1)
    if weights is None:
        weights = pd.DataFrame(columns=["run", "epoch", "projection", "weights", "zeros", "mean"])
        weights = weights.assign(std=[])
    weights = weights.assign(zero_share=weights["zeros"] / weights["weights"])
    for step in STEPS:
        kept_epochs = _joined(shown, _every(epochs, step), _EPOCHS)
        kept_weights = _joined(shown, _every(weights, step), _WEIGHTS)
        if len(kept_epochs) + len(kept_weights) <= rows:
            break
    size = (
        kept_epochs["number"]
        .value_counts()
        .add(kept_weights["number"].value_counts(), fill_value=0)
    )
    shown = shown.assign(rows=shown["number"].map(size))
    # Seeds go as a whole, so that no cell loses a repeat that another keeps.
    sizes = shown.groupby("seed")["rows"].sum()
    fits = shown["seed"].isin(sizes[sizes.cumsum() <= rows].index)
    if not fits.any():  # A page shows something even where the first seed is too much.
        fits = (shown["seed"] == shown["seed"].min()) & (shown["rows"].cumsum() <= rows)
    kept = shown[fits]
    kept_epochs = kept_epochs[kept_epochs["number"].isin(kept["number"])]
    last = kept_epochs.groupby("number")["trained"].max()
    text = {name: [spelt(value) for value in kept[name]] for name in settings}
    columns = ["number", "run", "study", "data_kind", *text, *_OUTCOME]
    table = kept.assign(**text)[list(dict.fromkeys(columns))]
    return Compact(
        table.assign(last=kept["number"].map(last)),
        kept_epochs,
        kept_weights[kept_weights["number"].isin(kept["number"])],
        step,
        len(shown) - len(kept),
    )


def spelt(value: object) -> str:
    """Return a setting's value as a reader sees it.

    >>> spelt(0.00075), spelt("80:20"), spelt(None)
    ('0.00075', '80:20', '-')
    """
    if value is None or value != value or str(value) == "<NA>":
        return "-"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _every(frame: pd.DataFrame, step: int) -> pd.DataFrame:
    """Return every so many epochs of each run, with its first and its last one."""
    own = frame.groupby("run")["epoch"]
    first, last = own.transform("min"), own.transform("max")
    return frame[((frame["epoch"] - first) % step == 0) | (frame["epoch"] == last)]


def _joined(runs: pd.DataFrame, frame: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """Return rows of a table that are of these runs, with a run's number in place of its name."""
    joined = runs[["run", "number"]].merge(frame, on="run")
    return joined.assign(trained=joined["epoch"] + 1)[["number", "trained", *columns]]
