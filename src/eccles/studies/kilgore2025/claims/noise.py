"""Claims 6 and 7: which ratio stands noise on every weight, after every update."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

from eccles.errors import counted
from eccles.studies.article import Article
from eccles.studies.claims.claim import Claim
from eccles.studies.claims.finding import Finding, Part, Untestable, found
from eccles.studies.claims.rows import by_ratio, done, table
from eccles.studies.claims.wording import each, percent, span
from eccles.studies.done import source
from eccles.studies.kilgore2025.protocol import NOISE, NOISE_PUBLISHED, NOISY, late_accuracy

if TYPE_CHECKING:
    import pandas as pd

_ABOUT = 0.05
_PARTIAL = 0.06
"""What keeping the batches that aren't full may cost: at 0.2, 80:20 was seen to gain 4.5 to
5.1 points without them, with three seeds. So small a batch has as much noise as any."""
_LOW = ("50:50", "70:30")
"""Ratios that drop first: in the article's own figure 70:30 has 51 % at 0.3."""
_FAILED = 0.5
_KEPT = "runs that keep partial batches, which all of the article's dropped"
_REFERENCE = "100:0"
_BEST = ("80:20", "90:10")
_SIGNIFICANT = 0.05
_COUNTED_TWICE = 8
"""Runs of a cell that the article had, and counted twice."""


def _falls(article: Article) -> Finding:
    values = _values(article)
    means = {
        level: {ei: rows["accuracy"].mean() for ei, rows in by_ratio(chosen).items()}
        for level, chosen in values.groupby("noise")
    }
    low, high = min(means), max(means)
    at_2, at_3 = (_at(means, level) for level in (0.2, 0.3))
    ratios = [ei for ei in means[low] if ei in means[high]]
    if low == high or not ratios or "50:50" not in at_3 or len(at_3) < 2:
        raise Untestable("there must be runs at a low and a high level, and 50:50 at 0.3")
    drops = {ei: 100 * (means[high][ei] - means[low][ei]) for ei in ratios}
    broken, lowest = at_3.pop("50:50"), min(at_3.values())
    at_3.pop("70:30", None)
    at_2.pop("50:50", None)
    whole = source(NOISY, article) == NOISE
    if not at_3:
        raise Untestable(f"at 0.3 there must be runs of more than {' and '.join(_LOW)}")
    levels = [level for level in (0.3, 0.4) if "50:50" in means.get(level, ())]
    order = [_order(level, dict(means[level])) for level in levels]
    n = values.groupby(["noise", "ei"]).size()
    note = "Mean of the last 10 accuracies, as published."
    if not any("70:30" in own for own in means.values()):
        note += " 70:30 wasn't run, so 50:50 alone stands for the low ratios"
    return found(
        lambda: [
            Part(
                max(drops.values()) < 0,
                f"{each(drops, '+.0f')} points of accuracy from {low:g} to {high:g} sigma_init "
                f"(n = {span(n.min(), n.max())} a cell)",
            ),
            Part(
                broken < _FAILED and broken < lowest,
                f"50:50 {percent(broken)} at 0.3, the lowest of the others {percent(lowest)}",
                f"50:50 {percent(broken)} at 0.3",
            ),
            *order,
            _about(at_3, 0.3, 0.6, whole=whole),
            _about(at_2, 0.2, 0.7, whole=whole),
        ],
        note=note,
    )


def _order(level: float, means: dict[str, float]) -> Part:
    """Return whether the low ratios are the worst at a level: 50:50, then 70:30 where it ran."""
    low = [(ei, means.pop(ei)) for ei in _LOW if ei in means]
    rest = sum(means.values()) / len(means) if means else math.nan
    order = [*low, ("mean of the others", rest)]
    text = ", ".join(f"{name} {percent(mean)}" for name, mean in order)
    rises = all(a < b for (_, a), (_, b) in pairwise(order))
    return Part(rises, f"{text} at {level:g}, {'in' if rises else 'not in'} rising order")


def _best(article: Article) -> Finding:
    from eccles.stats import compare_to_reference, interval_method

    values = _values(article)
    values = values[values["noise"].isin([0.2, 0.4, 0.6])]
    for level, needed in ((0.2, ("75:25",)), (0.4, _BEST), (0.6, _BEST)):
        there = set(values.loc[values["noise"] == level, "ei"])
        if missing := {*needed, _REFERENCE} - there:
            raise Untestable(
                f"there are no runs of {', '.join(sorted(missing))} at {level:g} sigma_init"
            )
    compared = compare_to_reference(
        values, value="accuracy", reference=_REFERENCE, within=("noise",)
    ).set_index(["noise", "ei"])
    few = values[values["seed"].isin(sorted(values["seed"].unique())[:_COUNTED_TWICE])]
    # The second half is the first one under other seeds, for a run may be counted only once.
    twice = few.assign(seed=few["seed"] + few["seed"].max() + 1)
    doubled = compare_to_reference(
        _concatenated(few, twice), value="accuracy", reference=_REFERENCE, within=("noise",)
    ).set_index(["noise", "ei"])["p_t"]
    compared = compared.assign(p_twice=doubled, n_twice=len(few["seed"].unique()))
    methods = {interval_method(n) for n in compared["n_pairs"]}
    return found(
        lambda: _comparisons(compared, "p_holm"),
        lambda: _comparisons(compared, "p_t"),
        f"Default: seeds paired across ratios, exact Wilcoxon test, Holm over the "
        f"{compared['family'].max()} ratios at a level, {' or '.join(sorted(methods))} 95 % "
        "interval of the mean difference. As published: two-sample t-test without correction, here "
        "with each run counted once; the article counted each of 8 twice, and beside it stands "
        "what that does.",
    )


def _comparisons(compared: pd.DataFrame, test: Literal["p_holm", "p_t"]) -> list[Part]:
    parts = [_better(compared.loc[(0.2, "75:25")], "75:25", "0.2", test)]
    for level in (0.4, 0.6):
        rows = compared.loc[level]
        means = {str(ei): float(mean) for ei, mean in rows["mean"].items()}
        means[_REFERENCE] = float(rows["reference_mean"].iloc[0])
        first = sorted(means, key=lambda ei: -means[ei])[: len(_BEST)]
        text = ", ".join(f"{ei} {percent(means[ei])}" for ei in first)
        parts.append(Part(set(first) == set(_BEST), f"best at {level:g} are {text}"))
        parts += [_better(rows.loc[ei], ei, f"{level:g}", test) for ei in _BEST]
    return parts


def _better(row: pd.Series[Any], ei: str, level: str, test: Literal["p_holm", "p_t"]) -> Part:
    """Return whether a ratio is better than 100:0, by one of the tests."""
    from eccles.stats import p_cell, p_text

    p, points = row[test], 100 * row["difference"]
    text = f"{ei} - {_REFERENCE} at {level}: {points:+.1f} points"
    if test == "p_holm":
        pairs = counted(row["n_pairs"], "pair")
        text += (
            f" [{100 * row['low']:.1f}, {100 * row['high']:.1f}], d_z {row['cohen_dz']:.2f}, "
            f"Holm {p_text(p)} (n = {pairs}"
        )
        if row["seeds_needed"] == row["seeds_needed"]:
            text += f"; seeds needed to see one point: {row['seeds_needed']:.0f}"
        text += ")"
    else:
        text += (
            f", g {row['hedges_g']:.2f}, {p_text(p)} (n = {row['n']} and {row['reference_n']}); "
            f"with {row['n_twice']} seeds counted twice {p_cell(row['p_twice'])}"
        )
    if p != p or (test == "p_holm" and row["least_p_holm"] > _SIGNIFICANT):
        return Part(None, f"{text}: {row['note'] or 'no test'}")
    number = f"{ei} at {level}: {points:+.1f} points"
    return Part(bool(points > 0 and p < _SIGNIFICANT), text, number)


def _values(article: Article) -> pd.DataFrame:
    """Return a row a run: ratio, seed, noise (in sigma_init), mean of the last 10 accuracies."""
    study = source(NOISY, article)
    runs = done(article, study)
    return late_accuracy(runs, table(article, study, "epochs", runs))


def _concatenated(*frames: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd

    return pd.concat(frames, ignore_index=True)


def _at(means: dict[float, dict[str, float]], level: float) -> dict[str, float]:
    if level not in means:
        raise Untestable(f"there are no runs at {level:g} sigma_init")
    return dict(means[level])


def _about(means: dict[str, float], level: float, published: float, *, whole: bool) -> Part:
    """Return whether all ratios are about as good at a level as the article says.

    Where the runs trained on the `whole` set, what falls short by no more than its partial batches
    may cost can't be told.
    """
    outside = [ei for ei, mean in means.items() if abs(mean - published) > _ABOUT]
    ours = each({ei: 100 * mean for ei, mean in means.items()}, ".1f")
    around = f"{100 * (published - _ABOUT):.0f} to {100 * (published + _ABOUT):.0f} %"
    where = f"outside {around}: {', '.join(outside)}" if outside else f"all within {around}"
    text = f"{ours} % at {level:g}, {where} (the article about {100 * published:.0f} %)"
    short = [published - _ABOUT - means[ei] for ei in outside]
    if whole and outside and all(0 < gap <= _PARTIAL for gap in short):
        return Part(None, f"{text}, by no more than partial batches may cost")
    return Part(bool(means) and not outside, text)


CLAIMS = (
    Claim(
        "6",
        "60 % at noise 0.3, 70 % at 0.2",
        "Accuracy falls with update noise, and low ratios drop first: 50:50 breaks at 0.3 "
        "sigma_init, where the others hold about 60 %; at 0.2 they hold about 70 %.",
        NOISE_PUBLISHED,
        "Every ratio's mean is lower at the highest noise than at the lowest; at 0.3 the mean of "
        "50:50 is below 50 % and lowest, and those of the ratios from 75:25 on are 55 to 65 % (the "
        "article's own figure has 70:30 at 51 %); at 0.3 and 0.4 50:50 is lower than 70:30 (where "
        "that was run), and this than the mean of the others; at 0.2 all but 50:50 are 65 to 75 %. "
        "Runs that keep partial batches can't tell where they fall short by 6 points or less.",
        _falls,
        NOISE,
        _KEPT,
        figure="2b",
    ),
    Claim(
        "7",
        "best ratio at noise 0.2 to 0.6",
        "At 0.2 sigma_init 75:25 beats 100:0; at 0.4 and 0.6 80:20 and 90:10 are best.",
        NOISE_PUBLISHED,
        "75:25 at 0.2, and 80:20 and 90:10 at 0.4 and 0.6, have a higher mean than 100:0 with p < "
        "0.05, and those two the highest means of all.",
        _best,
        NOISE,
        _KEPT,
        figure="2c-e",
    ),
)
