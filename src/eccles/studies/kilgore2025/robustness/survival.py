"""Whether claims 2, 3, 4 and 7 hold in each variant of the robustness study.

A variant has a small grid of ratios and scales, so these rules ask for less than the claims' own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from eccles.studies.claims.departures import departures
from eccles.studies.claims.finding import Part, Untestable, weighed
from eccles.studies.claims.wording import percent
from eccles.studies.kilgore2025.claims.accuracy import (
    HIGH_RATE,
    best_in_band,
    cells_of,
    high_rates,
    lowest_only,
    own_cells,
)
from eccles.studies.kilgore2025.protocol import BAND, FASHION, LATE, late_accuracy
from eccles.studies.kilgore2025.robustness.variants import FAST_MEMBRANE, UNCHANGED, variants
from eccles.sweeps.tables import StudyTables

if TYPE_CHECKING:
    import pandas as pd

_BEFORE = "before training"
_PAIR = ("80:20", "100:0")
_SEEDS = 3
"""Seeds that a difference needs: Student's t of two is 12.7 standard errors to either side."""

Judged = tuple[bool | None, str]


class Rule(NamedTuple):
    """When a claim of the article counts as holding in a variant."""

    claim: str
    published: str
    """The variant in which the article claims it. Claims 2 to 4 are of its study without noise,
    and so of the unchanged variant. Claim 7 is of its study with noise, where tau_mem is 5 ms."""
    text: str
    judge: Callable[[pd.DataFrame], Judged]
    """Takes those rows of `results` that are of one variant; returns whether the claim holds there,
    or None where it can't be told, and a text with the numbers."""


def survival(tables: StudyTables) -> pd.DataFrame:
    """Return a row a variant and claim: variant, claim, holds, ours, rule.

    `holds` is True, False, or None where these runs can't tell; `ours` has our numbers with n.
    """
    import pandas as pd

    runs = results(tables)
    differ = ", ".join(departures(tables))
    rows = []
    for variant, planned in Counter(variants(tables.study).values()).items():
        own = runs[runs["variant"] == variant]
        for rule in RULES:
            try:
                holds, ours = rule.judge(own)
            except Untestable as reason:
                holds, ours = None, str(reason)
            if len(own) < planned:
                ours += f"; {len(own)} of {planned} runs"
            if differ:
                # What these runs can't show isn't shown by numbers that happen to look right.
                holds, ours = None, f"{ours}; not testable at this scale: {differ}"
            rows.append((variant, rule.claim, holds, ours, rule.text))
    return pd.DataFrame(rows, columns=["variant", "claim", "holds", "ours", "rule"], dtype=object)


def results(tables: StudyTables) -> pd.DataFrame:
    """Return a row for each run that is done: variant, rate_hz before training, noisy, accuracy.

    `noisy` is whether it has update noise. The accuracy of a run with noise is the mean over its
    last 10 epochs, of one without it the peak.
    """
    runs = tables.planned(tables.runs)
    runs = runs[runs["status"] == "done"]
    late = late_accuracy(runs, tables.epochs).set_index("run")["accuracy"]
    noisy = runs["update_noise"] > 0
    return FASHION.outcomes(runs, tables).assign(
        variant=runs["run"].map(variants(tables.study)),
        rate_hz=runs["initial_rate_hz"],
        noisy=noisy,
        accuracy=runs["peak_accuracy"].where(~noisy, runs["run"].map(late)),
    )


def conclusions(found: pd.DataFrame) -> list[str]:
    """Return a sentence a claim: in which variants it holds, in which not, which can't tell.

    Where it isn't shown in its published variant, it says that nothing follows on what it
    depends on.
    """
    published = {rule.claim: rule.published for rule in RULES}
    return [
        _conclusion(f"Claim {claim} (published: {published[claim]})", rows, published[claim])
        for claim, rows in found.groupby("claim", sort=False)
    ]


def _conclusion(claim: str, rows: pd.DataFrame, published: str) -> str:
    told: dict[bool | None, list[str]] = {True: [], False: [], None: []}
    for variant, holds in zip(rows["variant"], rows["holds"], strict=True):
        told[holds].append(variant)
    n = len(rows)
    if len(told[True]) == n:
        return f"{claim} holds in all {n} variants."
    if len(told[False]) == n:
        return f"{claim} holds in none of {n} variants."
    if len(told[None]) == n:
        return f"{claim} can't be told in any of {n} variants."
    said = [
        f"{how} in {len(told[holds])} of {n} ({', '.join(told[holds])})"
        for holds, how in ((True, "holds"), (False, "does not hold"), (None, "can't be told"))
        if told[holds]
    ]
    text = f"{claim} {', '.join(said)}"
    if published not in told[True]:
        text += "; what it depends on can't be told, since it isn't shown here as published"
    return f"{text}."


def _quiet(judge: Callable[[pd.DataFrame], list[Part]]) -> Callable[[pd.DataFrame], Judged]:
    """Return a rule's judge that looks at the runs without noise alone, grouped into cells."""

    def judged(runs: pd.DataFrame) -> Judged:
        parts = judge(cells_of(runs[~runs["noisy"]]))
        told = {part.holds for part in parts}
        # One part that fails decides; only then does one that can't be told.
        holds = False if False in told else None if None in told else True
        return holds, weighed(parts)[1]

    return judged


def _in_band(cells: pd.DataFrame) -> list[Part]:
    return best_in_band(cells, _BEFORE, _PAIR)


def _lowest(cells: pd.DataFrame) -> list[Part]:
    return lowest_only(own_cells(cells, "50:50"), _BEFORE)


def _fast(cells: pd.DataFrame) -> list[Part]:
    own = own_cells(cells, "100:0")
    (part,) = high_rates(cells, _BEFORE)
    first = own[own["rate_hz"] > HIGH_RATE].sort_values("rate_hz").iloc[0]
    best = own.loc[own["peak"].idxmax()]
    gap = 100 * (best["peak"] - first["peak"])
    text = f"{part.text}; {gap:.1f} points below its best ({percent(best['peak'])} at "
    return [part._replace(text=f"{text}{best['rate_hz']:.1f} Hz)")]


def _noise(runs: pd.DataFrame) -> Judged:
    """Judge 80:20 against 100:0: the same seed and start, a seed's starts in the band as one.

    A seed's starts share their draws, so they aren't independent: n is the number of seeds.
    """
    from eccles.stats import compare_to_reference, interval_method, p_text, smallest_p

    first, reference = _PAIR
    rows = runs[runs["noisy"] & runs["ei"].isin(_PAIR)]
    rates = rows.groupby("w1_std")["rate_hz"].mean()
    band = rates[(rates >= BAND[0]) & (rates <= BAND[1])].index
    own = rows[rows["w1_std"].isin(band)]
    counts = own.groupby("seed")["run"].transform("size")
    own = own[counts == len(_PAIR) * len(band) * rows["update_noise"].nunique()]
    seeds = own["seed"].nunique()
    if seeds < _SEEDS:
        raise Untestable(
            f"{first} and {reference} with noise need {_SEEDS} seeds or more that have all starts "
            f"in the band, got {seeds}"
        )
    means = own.groupby(["ei", "seed"], as_index=False)["accuracy"].mean()
    row = compare_to_reference(means, value="accuracy", reference=reference, within=()).iloc[0]
    each = rows.groupby(["w1_std", "ei", "seed"], as_index=False)["accuracy"].mean()
    starts = compare_to_reference(each, value="accuracy", reference=reference, within=["w1_std"])
    starts = starts.dropna(subset="difference")  # A start whose runs failed has no pairs.
    text = (
        f"{first} - {reference}: {100 * row['difference']:+.1f} points "
        f"[{100 * row['low']:.1f}, {100 * row['high']:.1f}] ({interval_method(seeds)}, n = {seeds} "
        f"seeds, mean over {len(band)} starts in the band"
    )
    if smallest_p(seeds) < 0.05:
        text += f", {p_text(row['p_wilcoxon'])}"
    listed = ", ".join(
        f"{rates[w1_std]:.3g} Hz {100 * difference:+.1f}"
        for w1_std, difference in starts[["w1_std", "difference"]].itertuples(index=False)
    )
    text += f"); by start: {listed}"
    if row["low"] <= 0 <= row["high"]:
        return None, f"{text}; the interval holds 0"
    return bool(row["low"] > 0), text


RULES = (
    Rule(
        "2",
        UNCHANGED,
        "Without noise, for 80:20 and 100:0: the cell with the highest mean peak starts at "
        f"{BAND[0]:g} to {BAND[1]:g} Hz, and the mean peak is higher in that band than above it.",
        _quiet(_in_band),
    ),
    Rule(
        "3",
        UNCHANGED,
        "Without noise: cells of 50:50 where more than half of the seeds succeed (peak over 50 %) "
        "start in the band and lower than all that fire and where fewer succeed; in no cell do all "
        "seeds succeed (all of three can't tell: where one seed in eight fails, they do in 67 % of "
        "cases).",
        _quiet(_lowest),
    ),
    Rule(
        "4",
        UNCHANGED,
        "Without noise: the cell of 100:0 that starts lowest above 50 Hz has a mean peak over "
        "80 %.",
        _quiet(_fast),
    ),
    Rule(
        "7",
        FAST_MEMBRANE,
        f"With noise, mean of the last {LATE} accuracies: 80:20 less 100:0 at the same seed and "
        "start, a seed's starts in the band taken together, has an interval of 95 % over the seeds "
        "that lies above 0 (fewer than six seeds: Student's t of the paired differences; else "
        "bootstrap). An interval that holds 0 can't tell, nor can fewer than three seeds.",
        _noise,
    ),
)
"""The rules, by the article's claims. Those on rates are the article's own claims' rules."""
