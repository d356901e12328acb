"""Which of the article's conclusions survive choices that it didn't vary: a study of our own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eccles.studies.article_contents import Extra, Section
from eccles.studies.kilgore2025.protocol import ROBUSTNESS
from eccles.studies.kilgore2025.robustness import RULES, conclusions, markdown, spelt, survival
from eccles.sweeps.tables import StudyTables

if TYPE_CHECKING:
    import pandas as pd


def _conclusions(tables: StudyTables) -> list[str]:
    return conclusions(survival(tables))


def _sections(tables: StudyTables) -> list[Section]:
    found: pd.DataFrame = spelt(survival(tables))
    return [
        Section(
            f"Claim {rule.claim} in every variant", found[found["claim"] == rule.claim], rule.text
        )
        for rule in RULES
    ]


def _tables(tables: StudyTables) -> dict[str, pd.DataFrame]:
    found = survival(tables)
    rules = found[["claim", "rule"]].drop_duplicates("claim", ignore_index=True)
    rules = rules.assign(found=conclusions(found))
    return {
        "Which conclusions survive": rules,
        "What survives, in every variant": spelt(found),
    }


EXTRA = Extra(ROBUSTNESS, survival, _conclusions, _sections, markdown, _tables)
