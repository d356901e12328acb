"""Claim 10: distances between the spike trains of excitatory and inhibitory neurons."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal

from eccles.studies.article import Article
from eccles.studies.claims.claim import Claim
from eccles.studies.claims.finding import Finding, Part, Untestable, found
from eccles.studies.claims.rows import by_ratio, done, table
from eccles.studies.claims.wording import each
from eccles.studies.kilgore2025.protocol import FASHION, MAIN, Task, distances_by_group

if TYPE_CHECKING:
    import pandas as pd

    from eccles.stats import CategoryComparison

TABLE = "distances"
_ORDER = ("E-E", "E-I", "I-I")
_AGREE = 5.0
_MEDIANS = {"successful": 0.890, "failed": 1.532}
_CLOSE = 0.1
_EXCESS, _EXCESS_CLOSE = 39.6, 10.0
_SIGNIFICANT = 0.05
_TESTS = {"p_friedman": "Friedman's test", "p_kruskal": "Kruskal-Wallis test"}


def _ordered(article: Article) -> Finding:
    note = (
        "Distances are van Rossum's, with the discrete sum and tau = 1 ms, over every test sample. "
        "Default: Friedman's test over the three values of a network. As published: Kruskal-Wallis "
        "over three pooled lists."
    )
    return found(
        lambda: _parts(distances_of(article, MAIN, FASHION), "p_friedman"),
        lambda: _parts(distances_of(article, MAIN, FASHION), "p_kruskal"),
        note,
    )


def _parts(distances: pd.DataFrame, test: Literal["p_friedman", "p_kruskal"]) -> list[Part]:
    from eccles.stats import p_text

    initial = _compared(distances, "initial")
    successful = _compared(distances, "successful")
    if "80:20" not in successful or "50:50" not in successful:
        raise Untestable("there must be successful networks of 50:50 and of 80:20")
    failed = distances[(distances["group"] == "failed") & (distances["pair"] == "E-E")]
    failed_median = failed.loc[failed["ei"] == "80:20", "distance"].median()
    if failed_median != failed_median:
        raise Untestable("there must be failed networks of 80:20")
    if not initial:
        raise Untestable("there must be distances before training")
    spread = {ei: _spread(_medians(result)) for ei, result in initial.items()}
    medians = {ei: _medians(result) for ei, result in successful.items()}
    p = {ei: float(getattr(result, test)) for ei, result in successful.items()}
    first, _, third = medians["50:50"]
    excess = 100 * (third / first - 1) if first else math.nan
    silent = [ei for ei, value in spread.items() if math.isnan(value)]
    apart = f"before training the medians are {each(spread, '.1f')} % of E-E apart"
    if silent:
        apart += f", and nothing can be told where that is 0 ({', '.join(silent)})"
    ns = ", ".join(str(result.n) for result in successful.values())
    return [
        Part(None if silent else max(spread.values()) < _AGREE, apart),
        Part(
            all(a < b < c for a, b, c in medians.values()),
            ", ".join(
                f"{ei} {' / '.join(f'{value:.3f}' for value in row)}" for ei, row in medians.items()
            )
            + f" for E-E / E-I / I-I (medians of {ns} successful networks)",
        ),
        Part(
            None if any(map(math.isnan, p.values())) else max(p.values()) < _SIGNIFICANT,
            f"{_TESTS[test]} of these three: "
            + ", ".join(f"{ei} {p_text(value)}" for ei, value in p.items()),
        ),
        Part(
            _near(medians["80:20"][0], _MEDIANS["successful"])
            and _near(failed_median, _MEDIANS["failed"]),
            f"80:20 E-E {medians['80:20'][0]:.3f} in successful networks (the article 0.890) and "
            f"{failed_median:.3f} in failed ones (1.532)",
        ),
        Part(
            None if math.isnan(excess) else abs(excess - _EXCESS) <= _EXCESS_CLOSE,
            f"50:50 I-I {abs(excess):.1f} % {'below' if excess < 0 else 'above'} E-E (the article "
            "39.6 % above)",
            f"I-I {abs(excess):.1f} % {'below' if excess < 0 else 'above'} E-E",
        ),
    ]


def _compared(distances: pd.DataFrame, group: str) -> dict[str, CategoryComparison]:
    """Return each ratio's comparison of the three categories, where a ratio has all three."""
    from eccles.stats import compare_categories

    rows = distances[distances["group"] == group].dropna(subset="distance")
    return {
        ei: compare_categories(own, value="distance", order=_ORDER)
        for ei, own in by_ratio(rows).items()
        if set(_ORDER) <= set(own["pair"])
    }


def distances_of(article: Article, study: str, task: Task) -> pd.DataFrame:
    """Return a row a run, group (initial; successful or failed) and pair, over all test samples.

    Raises `Untestable` where there are none.
    """
    runs = task.outcomes(done(article, study), article[study])
    rows = distances_by_group(runs, table(article, study, TABLE, runs))
    if not len(rows):
        raise Untestable("the distances weren't measured over all test samples")
    return rows


def _medians(result: CategoryComparison) -> tuple[float, float, float]:
    first, second, third = result.categories["median"]
    return float(first), float(second), float(third)


def _spread(medians: tuple[float, float, float]) -> float:
    """Return how far the medians are apart, in percent of the first; NaN where that is 0."""
    return 100 * (max(medians) - min(medians)) / medians[0] if medians[0] else math.nan


def _near(value: float, published: float) -> bool:
    return abs(value / published - 1) <= _CLOSE


CLAIMS = (
    Claim(
        "10",
        "distances E-E < E-I < I-I",
        "Before training the van Rossum distances of E-E, E-I and I-I agree; in successful "
        "networks E-E < E-I < I-I. At 80:20 the median of E-E is 0.890 in successful and 1.532 in "
        "failed networks; at 50:50 I-I exceeds E-E by 39.6 % (p 0.0091; 80:20 and 95:5 p < "
        "0.0001).",
        MAIN,
        "Before training the three medians of each ratio lie within 5 %; in successful networks "
        "they rise from E-E to I-I with p < 0.05; the two medians are within 10 % of the "
        "article's, and the excess within 10 points.",
        _ordered,
        figure="5a-c",
    ),
)
