"""Groups compared with a reference group, level by level."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from eccles.arguments import typed
from eccles.errors import InputError, counted, nearest
from eccles.stats.correction import holm
from eccles.stats.frames import known_rows
from eccles.stats.intervals import confidence_interval
from eccles.stats.pairs import differences, signed_rank, smallest_p
from eccles.stats.power import seeds_needed
from eccles.stats.wording import p_cell

if TYPE_CHECKING:
    import pandas as pd

Values = NDArray[np.float64]


@typed("stats")
def compare_to_reference(
    values: pd.DataFrame,
    *,
    value: str,
    by: str = "ei",
    reference: str = "100:0",
    within: Sequence[str] = ("update_noise",),
    pair: str = "seed",
    level: float = 0.95,
    seed: int = 0,
) -> pd.DataFrame:
    """Compare each group with the reference group at each level.

    Args:
        values: a row a run; rows whose value is NaN are left out, which n shows.
        value: column that is compared, such as "peak_accuracy".
        by: column of groups.
        reference: the group that the others are compared with.
        within: columns that make a level; none for one level.
        pair: column that pairs a group's rows with the reference's, such as the seed.
        level: of the intervals.
        seed: of the bootstrap.

    Returns a row a level and group, levels sorted, groups as they come in `values`:

    - the columns of `within`, and `by`;
    - n, reference_n, n_pairs: values of the group, of the reference, and pairs of both;
    - mean, reference_mean: over all values of each;
    - difference, low, high: mean of paired differences, group - reference, and its
      `confidence_interval`: Student's t for fewer than six pairs at 95 %, else bootstrap;
    - cohen_dz: mean / sd of the paired differences; hedges_g: difference of means / pooled sd,
      corrected for small n, which takes no notice of pairs;
    - t, p_t: two-sided two-sample t-test, equal variances, no correction: as published;
    - p_wilcoxon: exact signed-rank test of the pairs;
    - p_holm: p_wilcoxon after Holm, over the groups that were tested at the same level; `family`
      says how many those are, and `least_p_holm` what it is where all unequal pairs at that
      level differ in one direction: no data of so many pairs give less;
    - seeds_needed: pairs that a paired t-test needs to see a difference of 0.01 (one percentage
      point of accuracy) at alpha 0.05 with 80 % power, given the sd of the pairs;
    - note: what can't be said, and why; NaN stands beside it.

    Raises InputError where a column or the reference is missing, and where a run occurs twice.

    Source: Hedges 1981, doi 10.3102/10769986006002107.
    """
    within = list(within)
    rows = known_rows(values, [*within, by, pair], value)
    import pandas as pd

    groups = list(dict.fromkeys(rows[by]))
    if reference not in groups:
        raise InputError(
            f"stats: {by} must have the reference {reference!r}"
            f"{nearest(str(reference), map(str, groups))}, got {', '.join(map(str, groups))}"
        )
    groups.remove(reference)
    levels = rows.groupby(within) if within else [((), rows)]
    tables: list[list[dict[str, Any]]] = []
    for at, chosen in levels:
        series = {
            name: of_group.set_index(pair)[value].sort_index()
            for name, of_group in chosen.groupby(by)
        }
        other = series.pop(reference, rows[value].iloc[:0])
        found = [
            dict(zip(within, at, strict=True))
            | {by: name}
            | _compare(series[name], other, level, seed)
            for name in groups
            if name in series
        ]
        raw = np.array([row["p_wilcoxon"] for row in found])
        family = int(np.count_nonzero(~np.isnan(raw)))
        # No data could give a smaller p than all differences of one sign.
        pairs = [row.pop("unequal") for row in found]
        least = holm(np.where(np.isnan(raw), math.nan, [smallest_p(n) for n in pairs]))
        for row, p, bound, n in zip(found, holm(raw), least, pairs, strict=True):
            row |= {"p_holm": float(p), "least_p_holm": float(bound), "family": family}
            if n and bound > 0.05:
                said = counted(n, "unequal pair")
                row["note"].append(f"{said}: p_holm can't be below {p_cell(bound)}")
            row["note"] = "; ".join(row["note"])
        tables.append(found)
    columns = [*within, by, *_COLUMNS]
    return pd.DataFrame([row for found in tables for row in found], columns=columns)


_COLUMNS = (
    *("n", "reference_n", "n_pairs", "mean", "reference_mean", "difference", "low", "high"),
    *("cohen_dz", "hedges_g", "t", "p_t", "p_wilcoxon", "p_holm", "least_p_holm", "family"),
    *("seeds_needed", "note"),
)


def _compare(group: pd.Series, other: pd.Series, level: float, seed: int) -> dict[str, Any]:
    pairs = group.index.intersection(other.index)
    d = differences(group[pairs], other[pairs])
    low, high = confidence_interval(d, level=level, seed=seed)
    row: dict[str, Any] = {
        "n": len(group),
        "reference_n": len(other),
        "n_pairs": len(pairs),
        "mean": group.mean(),
        "reference_mean": other.mean() if len(other) else math.nan,
        "difference": d.mean() if len(d) else math.nan,
        "low": low,
        "high": high,
    }
    note: list[str] = []
    if not len(other):
        note.append("no reference here")
    elif len(pairs) < 2:
        note.append(f"{len(pairs) or 'no common'} {group.index.name}: no test")
    elif len(pairs) < max(len(group), len(other)):
        note.append(f"{counted(len(pairs), 'pair')} of {len(group)} and {len(other)}")
    row |= _unpaired(group.to_numpy(), other.to_numpy(), note)
    return row | _paired(d, note) | {"note": note}


def _unpaired(group: Values, other: Values, note: list[str]) -> dict[str, float]:
    """Return the two-sample t-test and Hedges' g."""
    nothing = {"t": math.nan, "p_t": math.nan, "hedges_g": math.nan}
    if min(len(group), len(other)) < 2:
        return nothing
    if not any(differences(each, np.full_like(each, each[0])).any() for each in (group, other)):
        note.append("no variance: no t-test")
        return nothing
    from scipy.special import gammaln
    from scipy.stats import ttest_ind_from_stats

    a, b = ((x.mean(), x.std(ddof=1), len(x)) for x in (group, other))
    t, p = ttest_ind_from_stats(*a, *b)
    free = len(group) + len(other) - 2
    small = math.exp(gammaln(free / 2) - gammaln((free - 1) / 2)) / math.sqrt(free / 2)
    g = t * math.sqrt(1 / len(group) + 1 / len(other)) * small
    return {"t": float(t), "p_t": float(p), "hedges_g": float(g)}


def _paired(d: Values, note: list[str]) -> dict[str, Any]:
    """Return Wilcoxon's test, Cohen's d_z and the seeds needed, of paired differences."""
    nothing = dict.fromkeys(("p_wilcoxon", "cohen_dz", "seeds_needed"), math.nan) | {"unequal": 0}
    if len(d) < 2:
        return nothing
    test = signed_rank(d)
    found = nothing | {"p_wilcoxon": test.p, "unequal": test.n_unequal}
    if not np.ptp(d):
        note.append("all pairs differ by the same" if d.any() else "all pairs are equal")
        return found
    sd = float(d.std(ddof=1))
    return found | {"cohen_dz": float(d.mean()) / sd, "seeds_needed": seeds_needed(sd)}
