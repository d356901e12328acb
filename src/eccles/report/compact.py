"""What the explorer shows of a study's tables, small enough for a page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from eccles.figures.words import in_unit
from eccles.report.rate import Rate, rate_of

if TYPE_CHECKING:
    import pandas as pd

MOST_ROWS = 120_000
"""Rows of epochs, weights and histograms that a page holds; about 4 MB."""

STEPS = (1, 2, 5, 10)
"""Every how many epochs one may be kept; beyond that, seeds are left out."""

_OUTCOME = ("n_excitatory", "n_inhibitory", "peak_accuracy", "peak_trained", "final_accuracy")
_EPOCHS = ("accuracy", "excitatory_spikes", "inhibitory_spikes")
_WEIGHTS = ("projection", "mean", "std", "zeros")
_HISTOGRAMS = ("projection", "low", "high", "count")


class Compact(NamedTuple):
    """Runs, epochs, weights and their histograms, tied by the number of a run.

    Attributes:
        runs: a row a run that is done: number, run, study, data_kind, settings as text, outcome,
            and whether it has_weights and has_histograms (1 or 0).
        epochs: a row a run and number of epochs trained that are kept, 0 before training, with the
            number at which the next row takes over, `until`.
        weights: a row a run, number of epochs trained and projection that are kept.
        histograms: a row a bin of those; exact zeros have a bin of no width.
        step: every how many epochs one is kept; the first and the last always are.
        left_out: how many runs that are done are left out.
        rate: what their rates are.
    """

    runs: pd.DataFrame
    epochs: pd.DataFrame
    weights: pd.DataFrame
    histograms: pd.DataFrame
    step: int
    left_out: int
    rate: Rate

    @property
    def graded(self) -> bool:
        """Whether no inhibitory neuron spikes in any run: as in E-I circuits."""
        return bool(self.epochs["inhibitory_spikes"].isna().all())


def compact(
    runs: pd.DataFrame,
    epochs: pd.DataFrame,
    weights: pd.DataFrame | None,
    settings: Sequence[str],
    rows: int = MOST_ROWS,
    histograms: pd.DataFrame | None = None,
) -> Compact:
    """Return what fits into so many rows beside those of runs: fewer epochs, then fewer seeds.

    Args:
        runs, epochs, weights, histograms: a study's tables, or those of several; runs with study
            and data_kind, and weights and histograms as the measures give them.
        settings: columns of runs to keep beside the outcome.
        rows: rows of epochs, weights and histograms at most.
    """
    import pandas as pd

    shown = runs[(runs["status"] == "done") & runs["run"].isin(epochs["run"])]
    shown = shown.drop_duplicates("run").reset_index(drop=True)
    shown = shown.assign(number=range(len(shown)), peak_trained=shown["peak_epoch"] + 1)
    rate = rate_of(runs)
    asked = ((epochs, (*_EPOCHS, rate.column)), (weights, _WEIGHTS), (histograms, _HISTOGRAMS))
    for step in STEPS:
        fitted = [_numbered(shown, _every(table, step), columns) for table, columns in asked]
        if sum(map(len, fitted)) <= rows:
            break
    size = pd.concat([table["number"] for table in fitted]).value_counts()
    shown = shown.assign(rows=shown["number"].map(size))
    # Seeds go as a whole, so that no cell loses a repeat that another keeps.
    sizes = shown.groupby("seed")["rows"].sum()
    fits = shown["seed"].isin(sizes[sizes.cumsum() <= rows].index)
    if not fits.any():  # A page shows something even where the first seed is too much.
        fits = (shown["seed"] == shown["seed"].min()) & (shown["rows"].cumsum() <= rows)
    kept = shown[fits]
    fitted = [table[table["number"].isin(kept["number"])] for table in fitted]
    following = fitted[0].groupby("number")["trained"].shift(-1)
    beyond = fitted[0]["trained"].max() + 1
    text = {name: [in_unit(name, value) for value in kept[name]] for name in settings}
    columns = ["number", "run", "study", "data_kind", *text, *_OUTCOME, rate.initial]
    table = kept.assign(**text)[list(dict.fromkeys(columns))]
    measured = {
        f"has_{name}": kept["number"].isin(rows["number"]).astype(int)
        for name, rows in zip(("weights", "histograms"), fitted[1:], strict=True)
    }
    return Compact(
        runs=table.assign(**measured),
        epochs=fitted[0].assign(until=following.fillna(beyond).astype(int)),
        weights=fitted[1],
        histograms=fitted[2],
        step=step,
        left_out=len(shown) - len(kept),
        rate=rate,
    )


def _every(frame: pd.DataFrame | None, step: int) -> pd.DataFrame | None:
    """Return every so many epochs of each run, with its first and its last one."""
    if frame is None:
        return None
    own = frame.groupby("run")["epoch"]
    first, last = own.transform("min"), own.transform("max")
    return frame[((frame["epoch"] - first) % step == 0) | (frame["epoch"] == last)]


def _numbered(
    runs: pd.DataFrame, frame: pd.DataFrame | None, columns: Sequence[str]
) -> pd.DataFrame:
    """Return rows of a table that are of these runs, with a run's number in place of its name."""
    if frame is None:
        return runs.head(0)[["number"]].reindex(columns=["number", "trained", *columns])
    merged = runs[["run", "number"]].merge(frame, on="run")
    return merged.assign(trained=merged["epoch"] + 1)[["number", "trained", *columns]]
