"""Claims 3 to 6: each part of the recipe is needed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from eccles.studies.article import Article
from eccles.studies.claims import Claim, Finding
from eccles.studies.claims.finding import found
from eccles.studies.liu2026.changes import PARTS, RECIPE
from eccles.studies.liu2026.claims.paired import budget, ended, models, worse

_STUDY = "ablations"
_RULE = (
    "Without it each network's accuracy after the last epoch is lower: the 95 % interval of the "
    "mean of paired differences is below 0, or all its runs end in numbers that aren't finite. "
    "Where the interval holds 0, that can't be told."
)


def _needed(*parts: tuple[str, object]) -> Callable[[Article], Finding]:
    """Return what judges whether all networks do worse with each of these changes."""
    changes: Sequence[str] = [PARTS[part] for part in parts]

    def judge(article: Article) -> Finding:
        tables = article[_STUDY]
        runs = ended(article, _STUDY)
        weighed = [
            worse(runs, model, change, RECIPE) for model in models(tables) for change in changes
        ]
        return found(lambda: weighed, note=budget(tables))

    return judge


CLAIMS = (
    Claim(
        "3",
        "E-I Init is needed",
        "Without E-I Init, which measures the scales of a layer's input, training fails or is "
        "worse.",
        _STUDY,
        f"{_RULE} Both DANN's constants and an assumed rate stand for a start without it.",
        _needed(("init", "dann"), ("init", "prior")),
        at_any_scale=True,
        figure="ablations",
    ),
    Claim(
        "4",
        "an adaptive divisor is needed",
        "The divisor must be stabilised by its smallest value that isn't 0.",
        _STUDY,
        f"{_RULE} Both a divisor as it is and one with a constant of 1e-8 stand for that.",
        _needed(("stabiliser", "none"), ("stabiliser", "epsilon")),
        at_any_scale=True,
        figure="ablations",
    ),
    Claim(
        "5",
        "the straight-through gradient is needed",
        "Gradients must pass straight through the stabilised divisor.",
        _STUDY,
        _RULE,
        _needed(("straight_through", False)),
        at_any_scale=True,
        figure="ablations",
    ),
    Claim(
        "6",
        "W_EI's gradient needs scaling by 1/d",
        "The gradient of the inhibitory weights must be scaled by 1 / d, d the fan-in.",
        _STUDY,
        f"{_RULE} The unscaled gradient stands for that; 1 / sqrt(d) is told beside it.",
        _needed(("gradient_exponent", 0.0)),
        at_any_scale=True,
        figure="ablations",
    ),
)
