"""The claims of the article, and what stored results say about each."""

from __future__ import annotations

from eccles.studies.article import Article
from eccles.studies.kilgore2025.claims import accuracy, activity, digits, distances, noise
from eccles.studies.kilgore2025.claims.claim import Claim as Claim
from eccles.studies.kilgore2025.claims.finding import Finding as Finding
from eccles.studies.kilgore2025.claims.finding import Verdict as Verdict
from eccles.studies.kilgore2025.claims.page import markdown as markdown
from eccles.studies.kilgore2025.claims.page import tally as tally

CLAIMS: tuple[Claim, ...] = tuple(
    sorted(
        (
            *accuracy.CLAIMS,
            *digits.CLAIMS,
            *noise.CLAIMS,
            *activity.CLAIMS,
            *distances.CLAIMS,
        ),
        key=lambda claim: int(claim.id),
    )
)
"""All that the article claims of its results, in order."""


def judge(article: Article) -> list[tuple[Claim, Finding]]:
    """Return every claim with what the article's stored studies say about it."""
    return [(claim, claim.find(article)) for claim in CLAIMS]
