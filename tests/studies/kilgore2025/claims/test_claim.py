import pytest

from eccles.studies.claims import Claim, Finding, Verdict
from eccles.studies.claims.finding import Part, Untestable, found, weighed
from eccles.studies.claims.rows import by_ratio, done, table
from eccles.studies.kilgore2025 import CONTENTS
from eccles.studies.kilgore2025.claims import CLAIMS

SETS = ("grid.w1_std=[0.001]", "repeat=2")


def fine(settings):
    return {"runs": [{"peak_accuracy": 0.81, "initial_rate_hz": 1.0}]}


@pytest.fixture
def reproduced():
    """Return a claim that every run is fine."""

    def judged(article):
        done(article, "fashion-mnist")
        return found(lambda: [Part(True, "all is fine")], lambda: [Part(True, "so it is")])

    return Claim("0", "fine", "All is fine.", "fashion-mnist", "It is.", judged)


def test_every_claim_has_its_number_and_rule():
    assert [claim.id for claim in CLAIMS] == [str(k) for k in range(1, 12)]
    assert all(claim.rule.endswith(".") and claim.statement.endswith(".") for claim in CLAIMS)


def test_a_whole_study(stored, reproduced):
    finding = reproduced.find(stored("fashion-mnist", fine, *SETS))
    published = ("so it is", Verdict.REPRODUCED)
    assert finding == Finding(Verdict.REPRODUCED, "all is fine", *published, held=1, parts=1)


def test_part_of_a_study_is_its_whole_seeds(stored):
    """Of 4 seeds three are whole; the fourth lacks one cell, and its other runs don't count."""

    def tables(settings):
        if (settings["seed"], settings["ei"]) == (3, "95:5"):
            return None
        return {**fine(settings), "epochs": [{"epoch": 0, "accuracy": 0.8}]}

    seen = {}

    def judged(article):
        seen["runs"] = done(article, "fashion-mnist")
        seen["epochs"] = table(article, "fashion-mnist", "epochs", seen["runs"])
        return found(lambda: [Part(True, "all is fine")])

    article = stored("fashion-mnist", tables, SETS[0], "repeat=4")
    finding = Claim("0", "A", "A.", "fashion-mnist", "B.", judged).find(article)
    note = "3 of 4 seeds are whole"
    assert finding == Finding(Verdict.REPRODUCED, "all is fine", note=note, held=1, parts=1)
    assert sorted(seen["runs"]["seed"].unique()) == [0, 1, 2]
    assert len(article["fashion-mnist"].runs) == 15
    assert len(seen["runs"]) == 12
    assert set(seen["epochs"]["run"]) == set(seen["runs"]["run"])


@pytest.mark.parametrize(
    ("seeds", "said"), [({0}, "1 of 2 seeds is whole"), (set(), "0 of 2 seeds are whole")]
)
def test_fewer_than_two_whole_seeds_tell_nothing(stored, reproduced, seeds, said):
    def tables(settings):
        return fine(settings) if settings["ei"] != "95:5" or settings["seed"] in seeds else None

    article = stored("fashion-mnist", tables, *SETS)
    finding = reproduced.find(article)
    assert (finding.verdict, finding.ours) == (Verdict.NOT_TESTABLE, "")
    command = "eccles reproduce kilgore2025 --only fashion-mnist --scale full --out "
    assert finding.note.startswith("fewer than two seeds are whole")
    assert f"; {said}; {command}{article.folder} --repeat 2 " in finding.note


def test_failed_runs_are_no_results(stored):
    def tables(settings):
        return {"runs": [{**fine(settings)["runs"][0], "status": "failed"}]}

    article = stored("fashion-mnist", tables, *SETS)
    finding = CLAIMS[0].find(article)
    assert finding.verdict == Verdict.NOT_TESTABLE
    command = "eccles reproduce kilgore2025 --only fashion-mnist --scale full --out "
    assert "; 8 runs failed; " in finding.note
    assert f"; {command}{article.folder} --repeat 2 --retry-failed " in finding.note


def test_a_cell_that_failed_has_ended(stored, reproduced):
    def tables(settings):
        failed = (settings["seed"], settings["ei"]) == (1, "95:5")
        status = "failed" if failed else "done"
        return {"runs": [{**fine(settings)["runs"][0], "status": status}]}

    finding = reproduced.find(stored("fashion-mnist", tables, *SETS))
    assert finding.verdict == Verdict.REPRODUCED
    assert finding.note.startswith("1 run failed; eccles reproduce ")
    assert finding.note.endswith(" --retry-failed does it again")


def untestable():
    raise Untestable("it isn't so")


def test_parts_that_cant_be_told():
    parts = [Part(True, "a"), Part(False, "b"), Part(None, "c")]
    assert weighed(parts) == (
        Verdict.NOT_TESTABLE,
        "holds: a; does not hold: b; can't be told: c",
    )


def test_how_many_parts_hold():
    import numpy as np

    parts = [Part(np.bool_(True), "a"), Part(False, "b"), Part(None, "c"), Part(True, "d")]
    finding = found(lambda: parts, lambda: [Part(True, "a")])
    assert (finding.held, finding.parts) == (2, 4)


def test_one_way_that_cant_tell_takes_nothing_from_the_other():
    assert found(lambda: [Part(True, "a")], untestable) == Finding(
        Verdict.REPRODUCED, "a", "it isn't so", Verdict.NOT_TESTABLE, held=1, parts=1
    )
    assert found(untestable, lambda: [Part(True, "b")], "more") == Finding(
        Verdict.NOT_TESTABLE, "", "b", Verdict.REPRODUCED, "it isn't so; more"
    )
    with pytest.raises(Untestable, match="it isn't so"):
        found(untestable, untestable)


def test_other_studies_are_named_with_the_command(stored):
    article = stored("fashion-mnist", fine, *SETS)
    for claim, finding in CONTENTS.judge(article):
        if claim.study != "fashion-mnist":
            assert finding.verdict == Verdict.NOT_TESTABLE
    notes = {claim.id: finding.note for claim, finding in CONTENTS.judge(article)}
    study, folder = "fashion-mnist-noise-published", article.folder
    command = f"eccles reproduce kilgore2025 --only {study} --scale full --out {folder} "
    assert notes["6"].startswith(f"there are no runs of {study} in {folder}; {command}")
    assert notes["5"].startswith(f"there are no runs of shd in {article.folder}; ")


def test_no_run_has_ended(stored, reproduced):
    article = stored("fashion-mnist", lambda settings: None, *SETS)
    assert reproduced.find(article).note.startswith("there are no runs of fashion-mnist in ")


def test_the_small_sample_never_reproduces(stored, reproduced):
    finding = reproduced.find(stored("fashion-mnist", fine, *SETS, scale="smoke"))
    assert finding.verdict == finding.verdict_as_published == Verdict.NOT_TESTABLE
    assert finding.ours == "all is fine"
    assert "data is fashion-mnist-sample instead of fashion-mnist" in finding.note
    assert "epochs is 10 instead of 30; " in finding.note
    command = "eccles reproduce kilgore2025 --only fashion-mnist --scale laptop "
    assert f"; {command}" in finding.note


@pytest.mark.parametrize(
    "change",
    [
        *("lr=0.1", "tau_mem=5 ms", "momentum=0.9", "optimizer=adam"),
        *("w2_std=0.1", "w2_std=0.0666", "surrogate_scale=50", "zero_start=false"),
    ],
)
def test_other_settings_never_reproduce(stored, reproduced, change):
    finding = reproduced.find(stored("fashion-mnist", fine, *SETS, change))
    assert finding.verdict == Verdict.NOT_TESTABLE
    assert f"{change.partition('=')[0]} is" in finding.note


@pytest.mark.parametrize("study", ["fashion-mnist", "fashion-mnist-noise"])
def test_scales_that_the_network_chose_are_the_articles(stored, study):
    """A run's row holds the scale that it had; 5 ms and 10 ms make it another one."""
    from eccles.functional import LIFParameters
    from eccles.nn import EINetwork
    from eccles.populations import Populations
    from eccles.studies.claims.departures import departures

    def tables(settings):
        neuron = LIFParameters(tau_mem=settings["tau_mem"])
        network = EINetwork(2, Populations.parse("1:1", 100), 2, neuron=neuron)
        return {"runs": [{**fine(settings)["runs"][0], "w2_std": network.initial_std[1]}]}

    only = "grid.w1_std=[0.001]" if study == "fashion-mnist" else "grid.update_noise=[1e-5]"
    article = stored(study, tables, only, "repeat=2", "surrogate_scale=100")
    assert departures(article[study]) == []


def test_dropping_the_last_batch_is_as_published(stored, reproduced):
    finding = reproduced.find(stored("fashion-mnist", fine, *SETS, "drop_last=true"))
    assert finding.verdict == Verdict.REPRODUCED


@pytest.mark.parametrize(
    ("kind", "said"),
    [("synthetic", "the data are made up"), ("own", "the data aren't the published files")],
)
def test_data_that_are_not_the_articles_never_reproduce(stored, reproduced, kind, said):
    def tables(settings):
        return {"runs": [{**fine(settings)["runs"][0], "data_kind": kind}]}

    finding = reproduced.find(stored("fashion-mnist", tables, *SETS))
    assert finding.verdict == Verdict.NOT_TESTABLE
    assert said in finding.note


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
