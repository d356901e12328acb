"""The claims of the article, and what stored results say about each."""

from __future__ import annotations

from eccles.studies.claims import Claim
from eccles.studies.kilgore2025.claims import accuracy, activity, digits, distances, noise

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
