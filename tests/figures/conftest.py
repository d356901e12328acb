"""Three runs of two epochs and two classes, plain enough to work out by hand."""

import pandas as pd
import pytest

PEAKS = {"good": 0.8, "bad": 0.5, "silent": 0.1}


@pytest.fixture
def runs():
    return pd.DataFrame(
        {"run": list(PEAKS), "ei": ["80:20", "50:50", "50:50"], "peak_accuracy": PEAKS.values()}
    )


@pytest.fixture
def epochs():
    rows = [
        (run, epoch, peak * (epoch + 2) / 3) for run, peak in PEAKS.items() for epoch in (-1, 0, 1)
    ]
    return pd.DataFrame(rows, columns=["run", "epoch", "accuracy"])


@pytest.fixture
def classes():
    spikes = {"good": (8.0, 2.0), "bad": (1.0, 3.0), "silent": (0.0, 0.0)}
    rows = [
        (run, epoch, k, name, 0.1 * k, (k + 1) * excitatory, (k + 1) * inhibitory)
        for run, (excitatory, inhibitory) in spikes.items()
        for epoch in (-1, 0, 1)
        for k, name in enumerate(("Bag", "Boot"))
    ]
    columns = ["run", "epoch", "class", "class_name", "accuracy"]
    return pd.DataFrame(rows, columns=[*columns, "excitatory_spikes", "inhibitory_spikes"])
