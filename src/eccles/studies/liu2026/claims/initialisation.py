"""Claim 2: with E-I Init deep networks are alive before training."""

from __future__ import annotations

from eccles.studies.article import Article
from eccles.studies.claims import Claim, Finding
from eccles.studies.claims.finding import Part, Unmeasured, found
from eccles.studies.liu2026.changes import STARTS, first_layers

_STUDY = "initialisation"
_EI, _PLAIN = STARTS["ei", "measured"], STARTS["plain", None]
_LARGEST = 1000
"""Largest gradient norm of a layer over the smallest, up to which none explodes or vanishes."""


def _alive(article: Article) -> Finding:
    tables = article[_STUDY]
    if "layers" not in tables.names:
        raise Unmeasured("layers weren't measured in these runs")
    layers = first_layers(tables)
    parts = []
    for model, own in layers.groupby("model", sort=False):
        ours = own[own["start"] == _EI]
        rates, norms = ours["spikes_per_step"], ours["gradient_norm"]
        apart = norms.max() / norms.min() if norms.min() > 0 else float("inf")
        plain = own[own["start"] == _PLAIN]["spikes_per_step"]
        text = (
            f"{model}: {int((rates > 0).sum())} of {len(ours)} layers fire ({rates.min():.2g} to "
            f"{rates.max():.2g} spikes a step), gradients a factor of {apart:.0f} apart; without "
            f"inhibition {int((plain > 0).sum())} of {len(plain)} fire"
        )
        number = f"{model}: {int((rates > 0).sum())} of {len(ours)} layers fire"
        parts.append(Part(bool((rates > 0).all() and apart < _LARGEST), text, number))
    runs = tables.planned(tables.runs)
    seeds = runs["seed"].nunique()
    width = runs["width"].iloc[0]
    note = (
        f"n = {seeds} seed{'s' if seeds > 1 else ''} a network, {width:g} of its width, "
        f"{runs['data'].iloc[0]}, 64 images; nothing is trained"
    )
    return found(lambda: parts, note=note)


CLAIMS = (
    Claim(
        "2",
        "alive through 19 layers",
        "With E-I Init activity and gradients reach every layer of deep networks, up to VGG-19.",
        _STUDY,
        "With E-I Init every layer of every network fires on the first 64 training images, and "
        "gradient norms of layers are less than 1,000 times apart.",
        _alive,
        at_any_scale=True,
        figure="initialisation",
    ),
)
