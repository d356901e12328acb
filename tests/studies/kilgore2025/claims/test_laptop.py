"""The laptop scale, as it ships, can tell: made-up outcomes of its own grid leave no claim open."""

import pytest

from eccles.studies.claims import Verdict
from eccles.studies.kilgore2025.claims import CLAIMS

RATES = {0.0005: 0.0, 0.001: 1.2, 0.003: 16.7, 0.005: 29.0, 0.015: 70.0, 0.03: 100.0, 0.06: 133.0}
"""About what these scales start at, in Hz."""

LEARNT_UP_TO = {"50:50": 5.0, "80:20": 20.0, "95:5": 20.0, "100:0": 80.0}
DISTANCES = {"E-E": 0.9, "E-I": 1.0, "I-I": 1.2}


def by_rate(settings):
    """Return tables of a run that learns where it starts slowly enough, and is silent at 0 Hz.

    One seed of 50:50 never learns: where all of a few do, claim 3 can't be told.
    """
    rate = RATES[settings["w1_std"]]
    unlucky = settings["ei"] == "50:50" and settings["seed"] == 0
    learnt = 0 < rate <= LEARNT_UP_TO[settings["ei"]] and not unlucky
    share = float(settings["ei"].split(":")[0]) / 100
    epochs = dict(zip((-1, 0, 29), (0.0, 0.02, -0.05) if learnt else (0, 0, 0), strict=True))

    def spikes(epoch, total):
        excitatory = total * (share + epochs[epoch] if share < 1 else 1.0)
        return {"excitatory_spikes": excitatory, "inhibitory_spikes": total - excitatory}

    total = 0.0 if not rate else 100.0
    pairs = list(DISTANCES) if share < 1 else ["E-E"]
    chance = 1 + 0.001 * settings["seed"]
    return {
        "runs": [{"peak_accuracy": 0.8 * chance if learnt else 0.1, "initial_rate_hz": rate}],
        "epochs": [{"epoch": e, "rate_hz": rate, **spikes(e, total)} for e in epochs],
        "classes": [
            {"epoch": e, "class": k, "class_name": str(k), "samples": 1000, **spikes(e, total)}
            for e in epochs
            for k in (2, 5)
        ],
        "distances": [
            {"epoch": e, "pair": pair, "tau": 0.001, "samples": samples}
            | {"discrete": chance * (1.0 if e < 0 else DISTANCES[pair] if learnt else 1.5)}
            for e in (-1, 29)
            for pair in pairs
            for samples in ("all", "one_per_batch")
        ],
    }


def by_noise(settings):
    """Return tables of a run whose accuracy falls with noise, and differs a little by seed."""
    ratio = int(settings["ei"].split(":")[0])
    chance = 0.002 * ((settings["seed"] * 3 + ratio) % 8)
    accuracy = 0.8 - 300 * settings["update_noise"] + chance
    return {
        "runs": [{"peak_accuracy": accuracy}],
        "epochs": [{"epoch": epoch, "accuracy": accuracy} for epoch in range(-1, 30)],
    }


@pytest.mark.slow
@pytest.mark.parametrize(
    ("study", "outcome", "numbers"),
    [
        ("fashion-mnist", by_rate, ["1", "2", "3", "4", "8", "9", "10"]),
        ("fashion-mnist-noise-published", by_noise, ["6", "7"]),
    ],
)
def test_every_claim_can_be_told(stored, study, outcome, numbers):
    article = stored(study, outcome, scale="laptop")
    found = {claim.id: claim.find(article) for claim in CLAIMS if claim.study == study}
    assert list(found) == numbers
    for finding in found.values():
        assert finding.verdict != Verdict.NOT_TESTABLE, finding
        assert finding.verdict_as_published != Verdict.NOT_TESTABLE, finding


def test_noise_levels_and_ratios_of_the_claims_are_there(stored):
    article = stored("fashion-mnist-noise", by_noise, scale="laptop")
    assert article["fashion-mnist-noise"].progress == (240, 240)
