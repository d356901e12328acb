"""Claims 1, 7 and 8: E-I circuits beside networks with other circuits, or with batch norm."""

from __future__ import annotations

from eccles.studies.article import Article
from eccles.studies.claims import Claim, Finding
from eccles.studies.claims.finding import Part, found
from eccles.studies.claims.wording import percent
from eccles.studies.liu2026.changes import CIRCUITS
from eccles.studies.liu2026.claims.paired import (
    CHANCE,
    budget,
    difference,
    ended,
    models,
    of_model,
    worse,
)

_STUDY = "circuits"
_EI, _BN, _PLAIN, _DANN = (CIRCUITS[name] for name in ("ei", "bn", "plain", "dann"))
_CLOSE = -1.0
"""Points behind batch norm that count as no disadvantage."""


def _trains(article: Article) -> Finding:
    tables, runs = article[_STUDY], ended(article, _STUDY)
    parts = []
    for model in models(tables):
        own = runs[runs["model"] == model]
        ours, plain = of_model(own, _EI), of_model(own, _PLAIN)
        text = (
            f"{model} {percent(ours.min())} or more with E-I circuits, at most "
            f"{percent(plain.max())} with neither inhibition nor normalisation, n = {len(ours)}"
        )
        holds = bool((ours > CHANCE).all() and not (plain > CHANCE).any())
        parts.append(Part(holds, text, f"{model}: {percent(ours.min())} or more"))
    return found(lambda: parts, note=budget(tables))


def _beats_dann(article: Article) -> Finding:
    tables, runs = article[_STUDY], ended(article, _STUDY)
    parts = [worse(runs, model, _DANN, _EI) for model in models(tables)]
    return found(lambda: parts, note=budget(tables))


def _as_batch_norm(article: Article) -> Finding:
    tables, runs = article[_STUDY], ended(article, _STUDY)
    parts = []
    for model in models(tables):
        apart = difference(runs[runs["model"] == model], _EI, _BN)
        if apart is None:
            parts.append(Part(False, f"{model}: not all runs are finite"))
        else:
            text = f"{model}, E-I minus batch norm: {apart}"
            parts.append(Part(apart.above(_CLOSE), text, f"{model}: {apart.mean:+.1f} points"))
    return found(lambda: parts, note=f"At equal epochs. {budget(tables)}")


CLAIMS = (
    Claim(
        "1",
        "they train without normalisation",
        "Deep spiking networks of E-I circuits train without any normalisation.",
        _STUDY,
        "Every run with E-I circuits ends above 20 %, and none without inhibition and "
        "normalisation does, for each network.",
        _trains,
        at_any_scale=True,
        figure="circuits",
    ),
    Claim(
        "7",
        "better than DANN",
        "E-I circuits do better than DANN, whose constants and divisor are fixed (by 3.08 points "
        "in VGG-19 on CIFAR-10).",
        _STUDY,
        "DANN's accuracy after the last epoch is lower for each network: the 95 % interval of the "
        "mean of paired differences is below 0. Where it holds 0, that can't be told.",
        _beats_dann,
        at_any_scale=True,
        figure="circuits",
    ),
    Claim(
        "8",
        "as good as batch norm",
        "E-I circuits are competitive with batch norm.",
        _STUDY,
        "For each network the 95 % interval of E-I minus batch norm, over paired seeds, is above "
        "-1 point. Where it holds -1, that can't be told.",
        _as_batch_norm,
        at_any_scale=True,
        figure="circuits",
    ),
)
