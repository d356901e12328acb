"""Which ratio suits a device: a study's cells ranked, compared with 100:0, and put in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from eccles.errors import InputError, counted
from eccles.stats import compare_to_reference, p_text, smallest_p, summary
from eccles.stats.dead import dead
from eccles.sweeps.tables import StudyTables

if TYPE_CHECKING:
    import pandas as pd

VALUE = "final_accuracy"
"""What is ranked: after the last epoch, for the best of all epochs is chosen by the test set."""

_FEWEST = next(n for n in range(1, 99) if smallest_p(n) < 0.05)
"""Pairs from which Wilcoxon's test can have a p below 0.05."""

_BY = ["ei", "initial_rate"]
_REFERENCE = "100:0"
_COMPARED = ["n_pairs", "difference", "difference_low", "difference_high", "p_holm", "seeds_needed"]


class Advice(NamedTuple):
    """What a study says of a device.

    Attributes:
        table: a row a ratio and rate, the most accurate first: n, mean, low and high of its
            accuracy, and how many of the n ended `dead`; the mean paired difference to 100:0 at the
            same rate with its interval, p after Holm over the ratios of a rate, and the seeds that
            would show 0.01.
        answer: which ratios that speaks for, in a sentence or two.
        basis: what the answer rests on.
    """

    table: pd.DataFrame
    answer: str
    basis: str


def advise(tables: StudyTables) -> Advice:
    """Return what the runs of a study of one device say; raise InputError where none is done."""
    runs = tables.planned(tables.runs)
    done = runs[(runs["status"] == "done") & runs[VALUE].notna()]
    if not (done["ei"] == _REFERENCE).any():
        raise InputError(
            f"recommend: runs of {_REFERENCE} must be done to compare ratios with, got none in "
            f"{tables.folder}; the same command with --retry-failed does them again"
        )
    ended = done.assign(dead=dead(done)).groupby(_BY, as_index=False)["dead"].sum()
    cells = summary(done, _BY, VALUE).merge(ended, on=_BY)
    compared = compare_to_reference(
        done, value=VALUE, by="ei", reference=_REFERENCE, within=["initial_rate"]
    ).rename(columns={"low": "difference_low", "high": "difference_high"})
    table = cells.merge(compared[[*_BY, *_COMPARED]], on=_BY, how="left")
    table = table.sort_values("mean", ascending=False, kind="stable").reset_index(drop=True)
    return Advice(table, _answer(table), _basis(done))


def _answer(table: pd.DataFrame) -> str:
    best = table.iloc[0]
    said = (
        f"Highest mean: {best['ei']} started at {best['initial_rate']}, {_percent(best['mean'])}; "
        "that alone doesn't show it to be better than the next."
    )
    above, below = (
        [
            f"{row['ei']} at {row['initial_rate']} ({_signed(row['difference'])}, "
            f"{p_text(row['p_holm'])})"
            for _, row in table.iterrows()
            if row["p_holm"] < 0.05 and (row["difference"] > 0) == better
        ]
        for better in (True, False)
    )
    parts = [
        f"{way} {_REFERENCE} at the same rate: {', '.join(found)}."
        for way, found in (("Above", above), ("Below", below))
        if found
    ]
    nothing = f"No ratio can be told from {_REFERENCE} at the same rate by these runs."
    if table["n"].max() < _FEWEST:
        nothing += f" Fewer than {_FEWEST} seeds can't tell any apart, however large a difference."
    return " ".join([said, *(parts or [nothing]), *_lost(table)])


def _lost(table: pd.DataFrame) -> list[str]:
    """Return a sentence about the runs that ended dead, if any did; their accuracy is counted."""
    found = [
        f"{row['ei']} at {row['initial_rate']} ({row['dead']} of {row['n']})"
        for _, row in table.iterrows()
        if row["dead"]
    ]
    return [f"Ended dead, silent or without a gradient: {', '.join(found)}."] if found else []


def _basis(done: pd.DataFrame) -> str:
    first, n = done.iloc[0], done.groupby(_BY)["seed"].nunique()
    seeds = counted(n.max(), "seed")
    seeds = seeds if n.min() == n.max() else f"{n.min()} to {seeds}"
    epochs = counted(first["epochs"], "epoch")
    return (
        f"This rests on {counted(len(done), 'run')}, {seeds} a row, {epochs} of "
        f"{first['train_samples']:,} {first['data_kind']} samples of {first['data']}, tested on "
        f"{first['test_samples']:,}; networks of {first['hidden']} hidden neurons. Accuracy is "
        "that after the last epoch. Intervals are of 95 %; differences are paired by seed, and p "
        "is Wilcoxon's, after Holm over the ratios of a rate. So many seeds as the last column "
        "says would show a difference of one point with a power of 80 %. Other data, sizes and "
        "longer training may want another ratio."
    )


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _signed(share: float) -> str:
    return f"{100 * share:+.1f} points"
