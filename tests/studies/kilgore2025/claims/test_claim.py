import pytest

from eccles.studies.kilgore2025.claims import CLAIMS, Claim, Finding, Verdict, judge
from eccles.studies.kilgore2025.claims.claim import Part, by_ratio, done, found

SETS = ("grid.w1_std=[0.001]", "repeat=2")


def fine(settings):
    return {"runs": [{"peak_accuracy": 0.81, "initial_rate_hz": 1.0}]}


@pytest.fixture
def reproduced():
    """Return a claim that every run is fine."""

    def judged(article):
        done(article, "fashion-mnist")
        return found([Part(True, "all is fine")], lambda: [Part(True, "so it is")])

    return Claim("0", "All is fine.", "fashion-mnist", "It is.", judged)


def test_every_claim_has_its_number_and_rule():
    assert [claim.id for claim in CLAIMS] == [str(k) for k in range(1, 12)]
    assert all(claim.rule.endswith(".") and claim.statement.endswith(".") for claim in CLAIMS)


def test_a_whole_study(stored, reproduced):
    finding = reproduced.find(stored("fashion-mnist", fine, *SETS))
    published = ("so it is", Verdict.REPRODUCED)
    assert finding == Finding(Verdict.REPRODUCED, "all is fine", *published)


def test_part_of_a_study(stored, reproduced):
    article = stored("fashion-mnist", lambda s: None if s["ei"] == "95:5" else fine(s), *SETS)
    finding = reproduced.find(article)
    assert finding.verdict == Verdict.REPRODUCED
    assert finding.note == "6 of 8 runs"


def test_failed_runs_are_no_results(stored):
    def tables(settings):
        return {"runs": [{**fine(settings)["runs"][0], "status": "failed"}]}

    finding = CLAIMS[0].find(stored("fashion-mnist", tables, *SETS))
    assert finding.verdict == Verdict.NOT_TESTABLE
    assert finding.note.startswith(
        "no run is done; eccles reproduce kilgore2025 --scale full --out"
    )
    assert finding.note.endswith("; 0 of 8 runs")


def test_other_studies_are_named_with_the_command(stored):
    article = stored("fashion-mnist", fine, *SETS)
    for claim, finding in judge(article):
        if claim.study != "fashion-mnist":
            assert finding.verdict == Verdict.NOT_TESTABLE
    notes = {claim.id: finding.note for claim, finding in judge(article)}
    assert notes["6"] == (
        f"there are no runs of fashion-mnist-noise in {article.folder}; eccles reproduce "
        f"kilgore2025 --out {article.folder} makes them"
    )
    assert notes["5"] == "the study shd isn't here yet"


def test_no_run_has_ended(stored, reproduced):
    article = stored("fashion-mnist", lambda settings: None, *SETS)
    assert reproduced.find(article).note.startswith("there are no runs of fashion-mnist in ")


def test_the_small_sample_never_reproduces(stored, reproduced):
    finding = reproduced.find(stored("fashion-mnist", fine, *SETS, scale="smoke"))
    assert finding.verdict == finding.verdict_as_published == Verdict.NOT_TESTABLE
    assert finding.ours == "all is fine"
    assert finding.note == (
        "not testable at this scale: data is fashion-mnist-sample instead of fashion-mnist, epochs "
        "is 10 instead of 30; eccles reproduce kilgore2025 --scale laptop does what can tell"
    )


@pytest.mark.parametrize("change", ["lr=0.1", "tau_mem=5 ms", "momentum=0.9", "optimizer=adam"])
def test_other_settings_never_reproduce(stored, reproduced, change):
    finding = reproduced.find(stored("fashion-mnist", fine, *SETS, change))
    assert finding.verdict == Verdict.NOT_TESTABLE
    assert f"{change.partition('=')[0]} is" in finding.note


def test_dropping_the_last_batch_is_as_published(stored, reproduced):
    finding = reproduced.find(stored("fashion-mnist", fine, *SETS, "drop_last=true"))
    assert finding.verdict == Verdict.REPRODUCED


def test_made_up_data_never_reproduce(stored, reproduced):
    def tables(settings):
        return {"runs": [{**fine(settings)["runs"][0], "data_kind": "synthetic"}]}

    finding = reproduced.find(stored("fashion-mnist", tables, *SETS))
    assert finding.verdict == Verdict.NOT_TESTABLE
    assert "the data are made up" in finding.note


def test_one_seed_tells_nothing(stored):
    article = stored("fashion-mnist", fine, "grid.w1_std=[0.001]", "repeat=1")
    for claim in CLAIMS:
        finding = claim.find(article)
        assert finding.verdict == Verdict.NOT_TESTABLE
        if claim.study == "fashion-mnist" and claim.id != "10":
            assert finding.note.startswith("one seed only")


def test_ratios_come_in_order():
    import pandas as pd

    frame = pd.DataFrame({"ei": ["100:0", "5:95", "1:2", "80:20", "5:95"]})
    assert list(by_ratio(frame)) == ["5:95", "1:2", "80:20", "100:0"]
