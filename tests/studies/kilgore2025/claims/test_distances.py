import math

import pytest

from eccles.studies.claims import Verdict

pytestmark = pytest.mark.slow

SETS = ("grid.w1_std=[0.001, 0.02]", "repeat=12", "measure={distances: 30}")
AS_CLAIMED = {
    "50:50": (0.95, 1.12, 1.326),
    "80:20": (0.89, 1.0, 1.2),
    "95:5": (0.9, 1.05, 1.25),
}


def made(successful=AS_CLAIMED, initial=(1.0, 1.0, 1.0), failed=1.532, samples=("all",)):
    """Return tables in which networks of scale 0.001 learn; values differ a little by seed."""

    def tables(settings):
        learnt = settings["w1_std"] == 0.001
        last = successful.get(settings["ei"], (0.9,) * 3) if learnt else (failed,) * 3
        chance = 1 + 0.001 * (settings["seed"] - 5.5)
        rows = [
            {"epoch": epoch, "pair": pair, "tau": tau, "samples": which}
            # Values of the longer tau are others, and must not be taken.
            | {"discrete": value * chance * (1 if tau == 0.001 else 100)}
            for epoch, values in ((-1, initial), (29, last))
            for pair, value in zip(("E-E", "E-I", "I-I"), values, strict=True)
            for tau in (0.001, 0.01)
            for which in samples
        ]
        if settings["ei"] == "100:0":
            for row in rows:
                row["discrete"] = row["discrete"] if row["pair"] == "E-E" else math.nan
        return {"runs": [{"peak_accuracy": 0.8 if learnt else 0.1}], "distances": rows}

    return tables


def test_as_claimed(stored, claim):
    finding = claim("10").find(stored("fashion-mnist", made(), *SETS))
    assert finding.verdict == Verdict.REPRODUCED
    said = "before training the medians are 50:50 0.0, 80:20 0.0, 95:5 0.0 % of E-E apart"
    assert said in finding.ours
    assert "; 50:50 0.950 / 1.120 / 1.326, 80:20 0.890 / 1.000 / 1.200, " in finding.ours
    assert "80:20 E-E 0.890 in successful networks (the article 0.890) and 1.532 in" in finding.ours
    assert "50:50 I-I 39.6 % above E-E" in finding.ours


def test_one_sample_a_batch_is_nothing_to_judge_by(stored, claim):
    finding = claim("10").find(stored("fashion-mnist", made(samples=("one_per_batch",)), *SETS))
    assert finding.verdict == Verdict.NOT_TESTABLE
    assert finding.note.startswith("the distances weren't measured over all test samples")


def test_as_published(stored, claim):
    finding = claim("10").find(stored("fashion-mnist", made(), *SETS))
    assert finding.verdict == finding.verdict_as_published == Verdict.REPRODUCED
    # Friedman: 12 networks, all in one order: chi2 = 24, p = exp(-12). Kruskal-Wallis the like.
    assert "Friedman's test of these three: 50:50 p < 0.0001, 80:20 p < 0.0001" in finding.ours
    assert "Kruskal-Wallis test of these three: 50:50 p < 0.0001" in finding.as_published


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (
            {"initial": (1.0, 1.0, 1.06)},
            "does not hold: before training the medians are 50:50 6.0",
        ),
        (
            {"successful": AS_CLAIMED | {"95:5": (1.0, 0.9, 1.2)}},
            "does not hold: 50:50 0.950 / 1.120 / 1.326, ",
        ),
        ({"failed": 1.2}, "and 1.200 in failed ones (1.532)"),
        ({"successful": AS_CLAIMED | {"50:50": (1, 1.1, 1.2)}}, "not hold: 50:50 I-I 20.0 % above"),
        ({"successful": AS_CLAIMED | {"50:50": (1, 0.9, 0.8)}}, "50:50 I-I 20.0 % below E-E"),
    ],
)
def test_otherwise(stored, claim, change, text):
    finding = claim("10").find(stored("fashion-mnist", made(**change), *SETS))
    assert finding.verdict == Verdict.NOT_REPRODUCED
    assert text in finding.ours


@pytest.mark.parametrize("initial", [(0.0, 0.0, 0.0), (0.0, 1.0, 1.0)])
def test_no_distance_before_training_agrees_with_nothing(stored, claim, initial):
    finding = claim("10").find(stored("fashion-mnist", made(initial=initial), *SETS))
    assert finding.verdict == Verdict.NOT_TESTABLE
    assert "can't be told: before training the medians are " in finding.ours
    assert "where that is 0 (50:50, 80:20, 95:5)" in finding.ours
    assert "for E-E / E-I / I-I (medians of 12, 12, 12 successful networks)" in finding.ours


def test_nothing_measured(stored, claim):
    def tables(settings):
        return {"runs": made()(settings)["runs"]}

    finding = claim("10").find(stored("fashion-mnist", tables, *SETS[:2]))
    assert finding.verdict == Verdict.NOT_TESTABLE
    assert finding.note.startswith("distances weren't measured")
    command = "eccles reproduce kilgore2025 --only fashion-mnist --scale full "
    assert f"; {command}" in finding.note
    assert "another --out" in finding.note


def test_nothing_measured_and_not_whole(stored, claim):
    """One command, not two of which each makes the other useless."""

    def tables(settings):
        whole = settings["seed"] < 11 or settings["ei"] != "95:5"
        return {"runs": made()(settings)["runs"]} if whole else None

    note = claim("10").find(stored("fashion-mnist", tables, *SETS[:2])).note
    assert note.count("eccles reproduce") == 1
    assert note.endswith("measures them; 11 of 12 seeds are whole")


def test_no_network_fails(stored, claim):
    sets = ("grid.w1_std=[0.001]", *SETS[1:])
    finding = claim("10").find(stored("fashion-mnist", made(), *sets))
    assert finding.verdict == Verdict.NOT_TESTABLE
    assert finding.note == "there must be failed networks of 80:20"
