"""Claims 5 and 11: spoken digits (SHD), for which no study ships yet."""

from __future__ import annotations

from eccles.studies.article import Article
from eccles.studies.kilgore2025.claims.claim import Claim
from eccles.studies.kilgore2025.claims.finding import Finding, Untestable

STUDY = "shd"


def _no_rule(article: Article) -> Finding:  # noqa: ARG001 - a judge takes the article
    raise Untestable("SHD isn't here yet: what its runs would have to show isn't written down")


CLAIMS = (
    Claim(
        "5",
        "On SHD networks reach about 45 % (unbounded 48 %) at low activity, and 100:0 is clearly "
        "worse there.",
        STUDY,
        "None yet.",
        _no_rule,
    ),
    Claim(
        "11",
        "Distances between the spike trains of successful networks rise with training on SHD, "
        "above 1.5, and stay below 1.5 on Fashion-MNIST.",
        STUDY,
        "None yet.",
        _no_rule,
    ),
)
