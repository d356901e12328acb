"""The claims on deep networks: verdicts on the stored results, and rules on tables by hand."""

from pathlib import Path

import pandas as pd
import pytest

from eccles.cli import main
from eccles.studies.article import Article
from eccles.studies.claims.finding import Part, Untestable
from eccles.studies.liu2026 import CONTENTS
from eccles.studies.liu2026.claims.paired import Difference, difference, worse

STORED = Path(__file__).parents[2] / "results" / "liu2026"


@pytest.fixture(scope="module")
def findings():
    return {claim.id: finding for claim, finding in CONTENTS.judge(Article("liu2026", STORED))}


def test_verdicts_on_what_is_stored(findings):
    assert {number: str(finding.verdict) for number, finding in findings.items()} == {
        "1": "reproduced",
        "2": "reproduced",
        "3": "not testable",
        "4": "reproduced",
        "5": "not reproduced",
        "6": "not testable",
        "7": "not testable",
        "8": "not reproduced",
        "9": "not testable",
    }


def test_findings_have_their_numbers_and_n(findings):
    assert "mlp8 85.8 % or more with E-I circuits, at most 10.0 %" in findings["1"].ours
    assert "vgg19: 16 of 16 layers fire (0.12 to 0.28 spikes a step)" in findings["2"].ours
    assert "mlp8, divisor: as it is: 3 of 3 runs not finite" in findings["4"].ours
    assert "the same accuracy with every seed, n = 3" in findings["5"].ours
    assert "mlp8, E-I minus batch norm: -2.4 points [-3.2, -1.6], n = 3" in findings["8"].ours
    assert "--data cifar10" in findings["9"].note
    for number in "134567":
        assert "n = " in findings[number].ours


def runs(**accuracies):
    rows = [
        {"model": "mlp8", "change": change, "seed": seed, "accuracy": accuracy}
        for change, values in accuracies.items()
        for seed, accuracy in enumerate(values)
    ]
    return pd.DataFrame(rows)


def test_a_difference_by_hand():
    """Differences -2, -1 and -3 points: mean -2, t of two degrees 4.303, error 1 / sqrt(3)."""
    apart = difference(runs(ours=[0.5, 0.6, 0.5], other=[0.52, 0.61, 0.53]), "ours", "other")
    assert apart == pytest.approx((-2.0, -2 - 2.4841, -2 + 2.4841, 3), abs=1e-3)
    assert str(Difference(-2, -4.48, 0.48, 3)) == "-2.0 points [-4.5, 0.5], n = 3"


@pytest.mark.parametrize(
    ("one", "holds"),
    [
        ([0.4, 0.41, 0.39], True),
        ([0.6, 0.61, 0.59], False),
        ([0.4, 0.6, 0.5], None),
        ([0.5, 0.51, 0.49], False),
        ([None, None, None], True),
        ([0.4, None, 0.4], False),
    ],
)
def test_what_counts_as_worse(one, holds):
    frame = runs(ours=one, other=[0.5, 0.51, 0.49]).astype({"accuracy": float})
    found = worse(frame, "mlp8", "ours", "other")
    assert isinstance(found, Part)
    assert found.holds is holds


def test_a_change_that_was_not_run_cannot_be_told():
    with pytest.raises(Untestable, match="no runs with ours"):
        difference(runs(other=[0.5, 0.5]), "ours", "other")


def test_the_same_verb_judges_it(capsys, tmp_path, monkeypatch):
    assert main(["reproduce", "liu2026", "--out", str(STORED), "--no-run"]) == 0
    shown = capsys.readouterr().out
    assert "alive through 19 layers" in shown
    assert "3 reproduced, 2 not reproduced, 4 not testable" in shown
