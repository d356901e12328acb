import json

import pytest

from eccles.report import cells, explorer
from eccles.report.rate import HZ, PER_STEP, rate_of


@pytest.fixture
def deep(small):
    """Return the small runs as those of deep networks."""
    runs, epochs = small
    renamed = {"initial_rate_hz": "initial_spikes_per_step", "ei": "circuit"}
    return (
        runs.rename(columns=renamed).assign(n_inhibitory=None, data_kind="real"),
        epochs.rename(columns={"rate_hz": "spikes_per_step"}).assign(inhibitory_spikes=None),
    )


def test_a_table_says_its_unit(small, deep):
    assert rate_of(small[0]) is HZ
    assert rate_of(deep[0]) is PER_STEP
    assert (PER_STEP.initial, HZ.before) == ("initial_spikes_per_step", "rate before training (Hz)")


def test_cells_of_deep_networks(deep):
    table = cells(deep[0], ("circuit", "seed"))
    assert list(table["rate before training (spikes a step)"]) == [15.0, 15.0]


@pytest.mark.slow
def test_charts_of_deep_networks_have_no_inhibitory_spikes(small, deep):
    runs, epochs = deep
    text = json.dumps(explorer(runs, epochs, settings=("circuit", "seed")).wide)
    assert "datum.initial_spikes_per_step >=" in text
    assert "rate_hz" not in text
    assert "datum.inhibitory_spikes" not in text
    assert "' spiking neurons'" in text
    assert "datum.inhibitory_spikes" in json.dumps(explorer(*small).wide)
