"""Categories compared within subjects: three values a network, say."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from eccles.arguments import typed
from eccles.errors import must
from eccles.stats.correction import holm
from eccles.stats.frames import known_rows
from eccles.stats.intervals import confidence_interval
from eccles.stats.pairs import differences, signed_rank

if TYPE_CHECKING:
    import pandas as pd

Values = NDArray[np.float64]


@dataclass(frozen=True)
class CategoryComparison:
    """What `compare_categories` finds; NaN where there is no test, and `note` says why."""

    n: int
    """Subjects that have a value in every category that there is."""
    categories: pd.DataFrame
    """A row a category: category, n, lower_quartile, median, upper_quartile, and low, high: the
    bootstrap interval of the median, NaN of fewer than six subjects (at 95 %)."""
    h: float
    """Kruskal-Wallis H over the pooled lists, which takes no notice of subjects: as published."""
    p_kruskal: float
    chi2: float
    """Friedman's chi-squared over the n subjects."""
    p_friedman: float
    kendall_w: float
    """Kendall's W = chi2 / (n (categories - 1)): 1 where all subjects rank categories alike."""
    pairwise: pd.DataFrame
    """A row a pair of categories, `first` before `second` in the order given: n, difference (the
    median of second - first within subjects), percent (by how much the median of all of second is
    above that of first), p_wilcoxon, p_holm (over these rows), rank_biserial (above 0: second is
    higher)."""
    note: str


@typed("stats")
def compare_categories(
    values: pd.DataFrame,
    *,
    subject: str = "run",
    category: str = "pair",
    value: str = "discrete",
    order: Sequence[str] = ("E-E", "E-I", "I-I"),
    level: float = 0.95,
    seed: int = 0,
) -> CategoryComparison:
    """Compare the categories' values within subjects, such as three distances of each network.

    The values of one subject belong together, so the test is Friedman's, and Wilcoxon's exact
    signed-rank test with Holm's correction between two categories. Kruskal-Wallis stands beside
    them as published. Both chi-squared tests are approximate with few subjects.

    Args:
        values: a row a subject and category; rows with NaN count as not there.
        subject: column whose values belong together.
        category: column of categories.
        value: column that is compared.
        order: the categories that are compared, others are left out.
        level: of the intervals.
        seed: of the bootstrap.

    Raises InputError where a column is missing, no row is of a category in `order`, or a subject
    has two values in one.

    Source: Friedman 1937, doi 10.1080/01621459.1937.10503522; Kruskal and Wallis 1952, doi
    10.1080/01621459.1952.10483441.
    """
    rows = known_rows(values, [subject, category], value)
    import pandas as pd

    chosen = rows[rows[category].isin(list(order))]
    if len(rows) and not len(chosen):
        raise must("stats", category, " or ".join(order), str(rows[category].iloc[0]))
    wide = chosen.pivot(index=subject, columns=category, values=value)
    wide = wide[[name for name in order if name in wide.columns]]
    lists = {name: wide[name].dropna().to_numpy() for name in wide.columns}
    whole = wide.dropna().to_numpy() if len(wide.columns) else np.empty((0, 0))
    h, p_kruskal = _kruskal(list(lists.values()))
    chi2, p_friedman, w = _friedman(whole)
    return CategoryComparison(
        n=len(whole),
        categories=pd.DataFrame(
            [_summary(name, lists.get(name, np.empty(0)), level, seed) for name in order]
        ),
        h=h,
        p_kruskal=p_kruskal,
        chi2=chi2,
        p_friedman=p_friedman,
        kendall_w=w,
        pairwise=_pairwise(wide),
        note=_note(list(lists), whole),
    )


def _summary(name: str, values: Values, level: float, seed: int) -> dict[str, Any]:
    quartiles = np.quantile(values, [0.25, 0.5, 0.75]) if len(values) else [math.nan] * 3
    low, high = confidence_interval(values, "median", level=level, seed=seed)
    return {
        "category": name,
        "n": len(values),
        "lower_quartile": float(quartiles[0]),
        "median": float(quartiles[1]),
        "upper_quartile": float(quartiles[2]),
        "low": low,
        "high": high,
    }


def _kruskal(lists: list[Values]) -> tuple[float, float]:
    if len(lists) < 2 or min(map(len, lists)) < 2:
        return math.nan, math.nan
    pooled = np.concatenate(lists)
    if np.ptp(pooled) == 0:
        return 0.0, 1.0
    from scipy.stats import kruskal

    h, p = kruskal(*lists)
    return float(h), float(p)


def _friedman(whole: Values) -> tuple[float, float, float]:
    n, k = whole.shape
    if n < 2 or k < 3:
        return math.nan, math.nan, math.nan
    if not np.ptp(whole, axis=1).any():
        return 0.0, 1.0, 0.0
    from scipy.stats import friedmanchisquare

    chi2, p = friedmanchisquare(*whole.T)
    return float(chi2), float(p), float(chi2 / (n * (k - 1)))


def _pairwise(wide: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd

    found = []
    for first, second in combinations(wide.columns, 2):
        both = wide[[first, second]].dropna()
        d = differences(both[second], both[first])
        test = signed_rank(d) if len(d) > 1 else None
        base = wide[first].median()
        found.append(
            {
                "first": first,
                "second": second,
                "n": len(d),
                "difference": float(np.median(d)) if len(d) else math.nan,
                "percent": 100 * (wide[second].median() - base) / base if base else math.nan,
                "p_wilcoxon": test.p if test else math.nan,
                "rank_biserial": test.rank_biserial if test else math.nan,
            }
        )
    columns = ["first", "second", "n", "difference", "percent", "p_wilcoxon", "rank_biserial"]
    table = pd.DataFrame(found, columns=columns)
    table.insert(
        columns.index("rank_biserial"), "p_holm", holm(table["p_wilcoxon"].to_numpy(float))
    )
    return table


def _note(present: list[str], whole: Values) -> str:
    if not present:
        return "no values"
    if len(present) == 1:
        return f"only {present[0]}: nothing to compare"
    if len(whole) < 2:
        return f"{len(whole)} whole subjects: no test" if len(whole) != 1 else "1 subject: no test"
    if len(present) == 2:
        return "two categories: see the pair"
    return "all values are equal" if np.ptp(whole) == 0 else ""
