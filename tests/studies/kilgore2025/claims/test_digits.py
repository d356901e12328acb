import pytest

from eccles.studies.claims import Verdict
from eccles.studies.kilgore2025.claims import CLAIMS

pytestmark = pytest.mark.slow

RATES = {5e-5: 0.2, 2e-4: 4.0, 1e-3: 60.0}
SETS = (f"grid.w1_std=[{', '.join(map(str, RATES))}]", "repeat=2")
PEAKS = {"50:50": 0.42, "80:20": 0.46, "95:5": 0.44, "100:0": 0.36}


def made(peaks=PEAKS, high=0.2, after=1.7, late=None, kind="real"):
    """Return tables of runs whose peak at 4 Hz is `peaks` of the ratio, `high` at 60 Hz."""

    def tables(settings):
        rate = RATES[settings["w1_std"]]
        peak = {0.2: 0.1, 4.0: peaks[settings["ei"]], 60.0: high}[rate]
        pairs = ["E-E"] if settings["ei"] == "100:0" else ["E-E", "E-I", "I-I"]
        last = peak if late is None else late
        epochs = settings["epochs"]
        return {
            "runs": [{"peak_accuracy": peak, "initial_rate_hz": rate, "data_kind": kind}],
            # The peak is reached early; success is judged by the last 25 epochs.
            "epochs": [
                {"epoch": e, "rate_hz": 2 * rate, "accuracy": last if e > 20 else 0.05}
                for e in range(-1, epochs)
            ],
            "distances": [
                {"epoch": e, "pair": pair, "tau": 0.001, "samples": samples, "discrete": value}
                for e, value in ((-1, 0.9), (epochs - 1, after if peak > 0.3 else 2.0))
                for pair in pairs
                for samples in ("all", "one_per_batch")
            ],
        }

    return tables


def fashion(settings):
    learnt = settings["w1_std"] == 0.002
    pairs = ["E-E"] if settings["ei"] == "100:0" else ["E-E", "E-I", "I-I"]
    return {
        "runs": [{"peak_accuracy": 0.8 if learnt else 0.1, "initial_rate_hz": 9.0}],
        "distances": [
            {"epoch": e, "pair": pair, "tau": 0.001, "samples": samples}
            | {"discrete": 1.2 if learnt else 1.9}
            for e in (-1, 29)
            for pair in pairs
            for samples in ("all", "one_per_batch")
        ],
    }


def test_low_activity(stored, claim):
    finding = claim("5").find(stored("shd", made(), *SETS))
    assert finding.verdict == Verdict.REPRODUCED
    for said in ("80:20 46.0 % at 4.0 Hz (n = 2)", "36.0 % in the band (n = 2)", "10.0 points"):
        assert said in finding.ours
    # After the first epoch it is twice as many spikes; the article divides by twice the time.
    assert finding.as_published == finding.ours


def test_a_best_cell_above_the_band_is_no_low_activity(stored, claim):
    finding = claim("5").find(stored("shd", made(high=0.5), *SETS))
    assert finding.verdict == Verdict.NOT_REPRODUCED
    assert "best of all above it 100:0 50.0 % at 60.0 Hz" in finding.ours
    assert "; holds: " in f"; {finding.ours}"


def test_100_0_that_is_as_good(stored, claim):
    finding = claim("5").find(stored("shd", made({**PEAKS, "100:0": 0.43}), *SETS))
    assert finding.verdict == Verdict.NOT_REPRODUCED
    assert "does not hold: 100:0 at best 43.0 % in the band (n = 2), 3.0 points" in finding.ours


def test_distances_rise(stored, claim):
    stored("fashion-mnist", fashion, "grid.w1_std=[0.0005, 0.002]", "repeat=2")
    finding = claim("11").find(stored("shd", made(), *SETS))
    assert finding.verdict == Verdict.REPRODUCED
    assert "80:20 E-E 0.90 to 1.70, E-I 0.90 to 1.70, I-I 0.90 to 1.70 (n = 2)" in finding.ours
    assert "100:0 E-E 0.90 to 1.70 (n = 2)" in finding.ours
    assert "on Fashion-MNIST at most 1.20 (100:0, E-E; n = 8)" in finding.ours


def test_distances_that_stay_low(stored, claim):
    stored("fashion-mnist", fashion, "grid.w1_std=[0.0005, 0.002]", "repeat=2")
    finding = claim("11").find(stored("shd", made(after=1.4), *SETS))
    assert finding.verdict == Verdict.NOT_REPRODUCED
    assert finding.ours.startswith("holds: on Fashion-MNIST")


def test_distances_without_fashion_mnist(stored, claim):
    finding = claim("11").find(stored("shd", made(), *SETS))
    assert finding.verdict == Verdict.NOT_TESTABLE
    assert "can't be told: there are no runs of fashion-mnist" in finding.ours


def without(which):
    """Return tables of Fashion-MNIST that can't tell, in one of three ways."""

    def tables(settings):
        made = fashion(settings)
        if which == "success":
            made["runs"][0]["peak_accuracy"] = 0.1
        if which == "distances":
            del made["distances"]
        if which == "number":
            for row in made["distances"]:
                row["discrete"] = float("nan")
        return made

    return tables


@pytest.mark.parametrize(
    ("which", "seeds", "why"),
    [
        ("success", 2, "no network of fashion-mnist is successful"),
        ("distances", 2, "distances weren't measured in these runs"),
        ("number", 2, "no successful network of fashion-mnist has a distance after training"),
        ("nothing", 1, "one seed only"),
    ],
)
def test_what_fashion_mnist_cant_tell_takes_nothing_from_spoken_digits(
    stored, claim, which, seeds, why
):
    sets = ("grid.w1_std=[0.0005, 0.002]", f"repeat={seeds}")
    stored("fashion-mnist", without(which), *sets)
    finding = claim("11").find(stored("shd", made(), *SETS))
    assert finding.verdict == Verdict.NOT_TESTABLE
    assert f"can't be told: on Fashion-MNIST {why}" in finding.ours
    assert "80:20 E-E 0.90 to 1.70, E-I 0.90 to 1.70, I-I 0.90 to 1.70 (n = 2)" in finding.ours
    assert finding.verdict_as_published is finding.as_published is None


def test_success_is_judged_by_the_last_25_epochs(stored, claim):
    finding = claim("11").find(stored("shd", made(late=0.29), *SETS))
    assert finding.verdict == Verdict.NOT_TESTABLE
    assert "no network of shd is successful" in finding.note


@pytest.mark.parametrize("number", ["5", "11"])
def test_the_stand_in_shows_numbers_and_gets_no_verdict(stored, claim, number):
    finding = claim(number).find(stored("spoken-digits", made(kind="synthetic"), *SETS))
    published = {"5": Verdict.NOT_TESTABLE, "11": None}[number]
    assert (finding.verdict, finding.verdict_as_published) == (Verdict.NOT_TESTABLE, published)
    for text in filter(None, (finding.ours, finding.as_published)):
        assert text.startswith("on a stand-in, not the article's data: ")
        assert "80:20" in text
    assert "the data are made up" in finding.note


def test_the_real_data_go_before_the_stand_in(stored, claim):
    stored("spoken-digits", made({**PEAKS, "80:20": 0.3}, kind="synthetic"), *SETS)
    finding = claim("5").find(stored("shd", made(), *SETS))
    assert finding.verdict == Verdict.REPRODUCED
    assert "stand-in" not in finding.ours


def test_the_laptop_scale_can_tell(stored):
    rates = {1e-4: 0.9, 2e-4: 4.0, 4e-4: 15.0, 1e-3: 60.0}

    def tables(settings):
        return made()({**settings, "w1_std": 2e-4 if rates[settings["w1_std"]] == 4 else 1e-3})

    stored("fashion-mnist", fashion, "grid.w1_std=[0.0005, 0.002]", "repeat=2")
    article = stored("shd", tables, scale="laptop")
    found = [claim.find(article) for claim in CLAIMS if claim.study == "shd"]
    assert [finding.verdict for finding in found] == [Verdict.REPRODUCED] * 2
