"""Claim 9: the accuracies that were published, which need CIFAR-10 and a graphics card."""

from __future__ import annotations

from eccles.studies.article import Article
from eccles.studies.claims import Claim, Finding
from eccles.studies.claims.finding import Untestable

_COMMAND = (
    "eccles train --model resnet18 --data cifar10 --augment crop,flip,cutout --epochs 300 "
    "--device cuda --out cifar10"
)


def _needs_more(_article: Article) -> Finding:
    raise Untestable(
        "these are accuracies after 300 epochs on other data, which take days of a graphics card; "
        f"{_COMMAND} trains the first of them"
    )


CLAIMS = (
    Claim(
        "9",
        "92.05 % on CIFAR-10",
        "ResNet-18 reaches 92.05 % on CIFAR-10, and VGG-8 77.66 % on CIFAR10-DVS and 94.86 % on "
        "DVS-Gesture.",
        "circuits",
        "Each mean over at least 3 seeds is within 1 point of the published accuracy.",
        _needs_more,
        at_any_scale=True,
    ),
)
