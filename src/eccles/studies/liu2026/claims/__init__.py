"""The claims of the article, and what stored results say about each."""

from __future__ import annotations

from eccles.studies.claims import Claim
from eccles.studies.liu2026.claims import ablations, circuits, initialisation, published

CLAIMS: tuple[Claim, ...] = tuple(
    sorted(
        (*initialisation.CLAIMS, *ablations.CLAIMS, *circuits.CLAIMS, *published.CLAIMS),
        key=lambda claim: int(claim.id),
    )
)
"""All that the article claims of its results, in order."""
