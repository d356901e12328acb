"""A test set where there is none: a share of each class, drawn once and for all."""

from __future__ import annotations

import numpy as np

from eccles import seeds
from eccles.data.spikes.dataset import SpikeDataset, Splits
from eccles.errors import InputError


def held_out(data: SpikeDataset, share: float) -> Splits:
    """Return samples to train on, and a share of each class to test on.

    At least one sample of each class is on either side. The same samples of the same data are held
    out every time, whatever the seed of a run: so runs can be compared.

    Raises InputError for a class with fewer than two samples.
    """
    counts = np.bincount(data.labels, minlength=data.n_classes)
    if (counts < 2).any():
        rare = int((counts < 2).argmax())
        raise InputError(
            f"data: {data.name} must have two samples or more of each class to hold some out, got "
            f"{counts[rare]} of {data.classes[rare]!r}; give a test set, or leave that class out"
        )
    random = seeds.stream(0, "test share")
    tested = np.zeros(len(data), bool)
    for label, count in enumerate(counts):
        most = min(max(1, round(share * count)), count - 1)
        chosen = random.permutation(count)[:most]
        tested[np.flatnonzero(data.labels == label)[chosen]] = True
    return Splits(data.take(np.flatnonzero(~tested)), data.take(np.flatnonzero(tested)))
