"""The figures of the article's studies, each from the stored tables of one of them."""

from __future__ import annotations

from collections.abc import Callable

from eccles import figures
from eccles.figures import Drawing
from eccles.studies.article import Article
from eccles.studies.done import done_runs
from eccles.studies.drawn import ArticleFigure
from eccles.studies.liu2026.changes import STARTS, changed, first_layers


def _changes(study: str) -> Callable[[Article], Drawing]:
    def draw(article: Article) -> Drawing:
        done_runs(article, study)
        return figures.accuracy_by_change(changed(article[study]))

    return draw


def _starts(article: Article) -> Drawing:
    done = done_runs(article, "initialisation", "layers")
    return figures.layers_by_start(first_layers(done.tables), starts=list(STARTS.values()))


FIGURES = {
    "initialisation": ArticleFigure(
        "Spread, rate and gradient by layer, before training", ("initialisation",), _starts
    ),
    "ablations": ArticleFigure(
        "Accuracy without a part of the recipe", ("ablations",), _changes("ablations")
    ),
    "circuits": ArticleFigure("Accuracy by circuit", ("circuits",), _changes("circuits")),
}
"""The figures by their names."""
