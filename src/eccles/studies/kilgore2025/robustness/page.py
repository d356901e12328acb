"""What survives, as a person reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from eccles.studies.kilgore2025.robustness.survival import RULES, conclusions, survival
from eccles.studies.kilgore2025.robustness.variants import choices, w2_scales
from eccles.sweeps.study import Study
from eccles.sweeps.tables import StudyTables

if TYPE_CHECKING:
    import pandas as pd

_WORDS = {True: "holds", False: "does not hold", None: "can't be told"}


def spelt(found: pd.DataFrame) -> pd.DataFrame:
    """Return `survival` with `holds` in words, and without the rules, which repeat."""
    return found.assign(holds=found["holds"].map(_word)).drop(columns="rule")


def markdown(tables: StudyTables) -> str:
    """Return Markdown: a row a variant and a column a claim, what follows, rules, numbers."""
    from eccles.stats import markdown as table

    found = survival(tables)
    shown = spelt(found)
    wide = shown.pivot(index="variant", columns="claim", values="holds")
    changes = _changes(tables.study)
    wide = wide.loc[list(changes)]
    for rule in RULES:
        if rule.published in wide.index:
            wide.loc[rule.published, rule.claim] = f"**{wide.loc[rule.published, rule.claim]}**"
    wide = wide.reset_index()
    wide.insert(1, "settings", wide["variant"].map(changes))
    return "\n".join(
        [
            table(wide),
            "Bold: the settings in which the article makes the claim.",
            "",
            *(f"- {sentence}" for sentence in conclusions(found)),
            "",
            "A claim holds in a variant by these rules:",
            "",
            *(f"- {rule.claim}: {rule.text}" for rule in RULES),
            "",
            "In numbers:",
            "",
            *(
                f"- {each.variant}, claim {each.claim}, **{each.holds}**: {each.ours}"
                for each in shown.itertuples()
            ),
        ]
    )


def _word(holds: bool | None) -> str:
    return _WORDS[holds]


def _changes(study: Study) -> dict[str, str]:
    """Return what makes each variant, with the scale of the output weights where it moves too."""
    scales = w2_scales(study)
    usual = next(iter(scales.values()))
    changes = {}
    for name, settings in choices(study).items():
        changes[name] = _said(settings)
        if "w2_std" not in settings and scales[name] != usual:
            changes[name] += f", and with it w2_std auto: {scales[name]:.3g} for {usual:.3g}"
    return changes


def _said(settings: dict[str, Any]) -> str:
    spelt = {name: "auto" if value is None else value for name, value in settings.items()}
    return ", ".join(f"{name} {_lower(value)}" for name, value in spelt.items())


def _lower(value: Any) -> str:
    # As the study's file has it: true, not True.
    return str(value).lower() if isinstance(value, bool) else str(value)
