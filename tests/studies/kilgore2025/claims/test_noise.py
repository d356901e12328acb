import pytest

from eccles.studies.claims import Verdict

pytestmark = pytest.mark.slow

SETS = ("grid.update_noise=[1e-5, 2e-4, 3e-4, 4e-4, 6e-4]", "repeat=8")
PUBLISHED = "fashion-mnist-noise-published"
USUAL = {1e-5: 0.8, 2e-4: 0.7, 3e-4: 0.6, 4e-4: 0.5, 6e-4: 0.4}


def made(better):
    """Return tables in which `better(settings)` adds to what a level usually gives.

    Accuracy differs by seed, in another order at each ratio; the first 20 epochs don't count.
    """

    def tables(settings):
        chance = 0.002 * ((settings["seed"] * 3 + int(settings["ei"].split(":")[0])) % 8)
        level = USUAL[settings["update_noise"]] + better(settings) + chance
        first = [{"epoch": epoch, "accuracy": 0.99} for epoch in range(-1, 20)]
        last = [{"epoch": epoch, "accuracy": level} for epoch in range(20, 30)]
        return {"runs": [{"peak_accuracy": 0.99}], "epochs": first + last}

    return tables


def as_claimed(settings):
    level, ei = settings["update_noise"], settings["ei"]
    if level >= 3e-4 and ei in {"50:50", "70:30"}:
        return -0.2 if ei == "50:50" else -0.04
    good = {"75:25": [2e-4], "80:20": [4e-4, 6e-4], "90:10": [4e-4, 6e-4]}
    return 0.02 if level in good.get(ei, []) else 0.0


def test_accuracy_falls_and_50_50_breaks(stored, claim):
    finding = claim("6").find(stored(PUBLISHED, made(as_claimed), *SETS))
    assert finding.verdict == Verdict.REPRODUCED
    assert finding.ours.startswith("50:50 -60, 70:30 -44, ")
    assert "points of accuracy from 0.01 to 0.6 sigma_init (n = 8 a cell)" in finding.ours
    assert "50:50 40.7 % at 0.3, the lowest of the others 56.7 %" in finding.ours
    assert "50:50 40.7 %, 70:30 56.7 %, mean of the others 60.7 % at 0.3, in rising" in finding.ours
    assert "50:50 30.7 %, 70:30 46.7 %, mean of the others" in finding.ours
    said = "% at 0.3, all within 55 to 65 % (the article about 60 %)"
    assert said in finding.ours
    assert finding.verdict_as_published is None


@pytest.mark.parametrize(
    ("better", "text"),
    [
        (
            lambda settings: 0.0,
            "does not hold: 50:50 60.7 % at 0.3, the lowest of the others 60.7 %",
        ),
        (
            lambda s: as_claimed(s) + 0.06 * (s["ei"] == "70:30" and s["update_noise"] == 4e-4),
            "does not hold: 50:50 30.7 %, 70:30 52.7 %, mean of the others 51.",
        ),
        (
            lambda settings: as_claimed(settings) + 0.06 * (settings["update_noise"] == 2e-4),
            "at 0.2, outside 65 to 75 %: 70:30, ",
        ),
        (
            lambda s: as_claimed(s) + 0.5 * (s["update_noise"] == 6e-4 and s["ei"] == "95:5"),
            "does not hold: 50:50 -60",
        ),
    ],
)
def test_accuracy_does_something_else(stored, claim, better, text):
    finding = claim("6").find(stored(PUBLISHED, made(better), *SETS))
    assert finding.verdict == Verdict.NOT_REPRODUCED
    assert text in finding.ours


def test_70_30_may_break_at_0_3_as_in_the_article_s_figure(stored, claim):
    def as_drawn(settings):
        low = settings["ei"] == "70:30" and settings["update_noise"] == 3e-4
        return -0.09 if low else as_claimed(settings)

    finding = claim("6").find(stored(PUBLISHED, made(as_drawn), *SETS))
    assert finding.verdict == Verdict.REPRODUCED
    assert "70:30 51.7 %, mean of the others 60.7 % at 0.3, in rising" in finding.ours


@pytest.mark.parametrize(
    ("less", "verdict"),
    [
        (0.0, Verdict.REPRODUCED),
        (0.06, Verdict.NOT_TESTABLE),
        (0.20, Verdict.NOT_REPRODUCED),
        (-0.06, Verdict.NOT_REPRODUCED),
    ],
)
def test_partial_batches_may_cost_some_points(stored, claim, less, verdict):
    """Where they were kept, a level a little too low refutes nothing; one too high does."""

    def lower(settings):
        return as_claimed(settings) - less * (settings["update_noise"] == 2e-4)

    finding = claim("6").find(stored("fashion-mnist-noise", made(lower), *SETS))
    assert finding.verdict == verdict
    assert ("by no more than partial batches may cost" in finding.ours) == (less == 0.06)
    assert "runs that keep partial batches, which all of the article's dropped" in finding.note
    assert f"--only {PUBLISHED} " in finding.note


def test_the_published_runs_go_before_the_others(stored, claim):
    stored("fashion-mnist-noise", made(lambda settings: -0.3), *SETS)
    article = stored(PUBLISHED, made(as_claimed), *SETS)
    for number in ("6", "7"):
        finding = claim(number).find(article)
        assert finding.verdict == Verdict.REPRODUCED
        assert "partial batches" not in finding.note


def test_keeping_partial_batches_departs_from_what_was_published(stored, claim):
    asked = (*SETS, "base.drop_last=false")
    finding = claim("6").find(stored(PUBLISHED, made(as_claimed), *asked))
    assert finding.verdict == Verdict.NOT_TESTABLE
    assert "drop_last is False instead of True" in finding.note


def test_some_ratios_are_better(stored, claim):
    finding = claim("7").find(stored(PUBLISHED, made(as_claimed), *SETS))
    assert finding.verdict == finding.verdict_as_published == Verdict.REPRODUCED
    # 8 seeds that all agree: p = 2 / 2^8, and Holm's factor is the number of ratios at a level.
    assert "75:25 - 100:0 at 0.2: +2.0 points" in finding.ours
    assert "Holm p = 0.0469 (n = 8 pairs; seeds needed to see one point: " in finding.ours
    assert "best at 0.4 are 80:20 52." in finding.ours
    assert "(n = 8 and 8); with 8 seeds counted twice < 0.0001" in finding.as_published


def test_no_ratio_is_better(stored, claim):
    finding = claim("7").find(stored(PUBLISHED, made(lambda settings: 0.0), *SETS))
    assert finding.verdict == finding.verdict_as_published == Verdict.NOT_REPRODUCED


def test_counting_runs_twice_makes_p_smaller(stored, claim):
    def better(settings):
        return 0.0025 if settings["ei"] == "75:25" and settings["seed"] % 2 else 0.0

    published = claim("7").find(stored(PUBLISHED, made(better), *SETS)).as_published
    text = published.split("75:25 - 100:0 at 0.2")[1].split("80:20 - ")[0]
    once, twice = text.split("p = ")[1].split(" ")[0], text.split("twice ")[1].split(";")[0]
    assert 0 < float(twice) < float(once)


def test_too_few_seeds_for_any_p(stored, claim):
    sets = (SETS[0], "repeat=4")
    finding = claim("7").find(stored(PUBLISHED, made(as_claimed), *sets))
    assert finding.verdict == Verdict.NOT_TESTABLE
    assert finding.ours.startswith("holds: best at 0.4 are 80:20 52.")
    told, untold = finding.ours.split("; can't be told: ")
    assert "Holm" not in told
    assert "75:25 - 100:0 at 0.2: +" in untold
    assert "(n = 4 pairs" in untold
    # 2 / 2^4, and Holm's factor is the number of ratios at a level.
    assert untold.count("4 unequal pairs: p_holm can't be below 0.75") == 5
    # A t-test has no such bound, so the article's way has its verdict.
    assert finding.verdict_as_published == Verdict.REPRODUCED


def test_equal_pairs_cant_tell(stored, claim):
    """Of 8 pairs two are equal in all ratios: no p is below 6 x 2 / 2^6 = 0.19."""

    def tables(settings):
        found = made(as_claimed)(settings)
        if settings["seed"] < 2:
            for row in found["epochs"]:
                row["accuracy"] = 0.5
        return found

    finding = claim("7").find(stored(PUBLISHED, tables, *SETS))
    assert finding.verdict == Verdict.NOT_TESTABLE
    assert "6 unequal pairs: p_holm can't be below 0.19" in finding.ours


def test_a_level_is_missing(stored, claim):
    sets = ("grid.update_noise=[1e-5, 2e-4]", "repeat=2")
    article = stored(PUBLISHED, made(as_claimed), *sets)
    finding = claim("6").find(article)
    assert finding.verdict == Verdict.NOT_TESTABLE
    assert finding.note == "there are no runs at 0.3 sigma_init"
    note = claim("7").find(article).note
    assert note == "there are no runs of 100:0, 80:20, 90:10 at 0.4 sigma_init"


def test_one_seed(stored, claim):
    def tables(settings):
        return made(as_claimed)(settings) if settings["seed"] == 0 else None

    article = stored(PUBLISHED, tables, *SETS)
    for number in ("6", "7"):
        finding = claim(number).find(article)
        assert finding.verdict == Verdict.NOT_TESTABLE
        assert finding.note.startswith("fewer than two seeds are whole, so there is no telling")
        assert "; 1 of 8 seeds is whole; eccles reproduce kilgore2025 --only" in finding.note
        assert finding.note.endswith("--repeat 8 does what is missing")
