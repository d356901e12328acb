"""The claims on the results that are kept in the project, and the page that accounts for them."""

from pathlib import Path

import pytest

from eccles.studies.article import Article
from eccles.studies.claims import Verdict
from eccles.studies.kilgore2025 import CONTENTS

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[4]


@pytest.fixture(scope="module")
def article():
    return Article("kilgore2025", ROOT / "results" / "kilgore2025")


@pytest.fixture(scope="module")
def findings(article):
    return {claim.id: finding for claim, finding in CONTENTS.judge(article)}


def test_what_is_known_has_a_verdict(findings):
    known = {number: findings[number].verdict for number in ("1", "2", "3", "4", "8", "9")}
    assert known == {
        "1": Verdict.REPRODUCED,
        "2": Verdict.REPRODUCED,
        "3": Verdict.REPRODUCED,
        "4": Verdict.REPRODUCED,
        "8": Verdict.NOT_REPRODUCED,
        "9": Verdict.NOT_REPRODUCED,
    }
    assert findings["5"].verdict == findings["11"].verdict == Verdict.NOT_TESTABLE


def ask(article, query):
    """Return what SQL says of the stored files, without any of the code that judges."""
    from eccles.sweeps.parquet import database

    folder = article["fashion-mnist"].folder
    views = "".join(
        f"CREATE VIEW {name} AS SELECT * FROM read_parquet('{folder}/{name}.parquet');"
        for name in ("runs", "epochs", "classes")
    )
    base = database()
    base.execute(views)
    return base.execute(query).fetchall()


def test_best_cells_are_those_of_sql(article, findings):
    query = (
        "SELECT ei, max(peak) FROM (SELECT ei, w1_std, 100 * avg(peak_accuracy) AS peak FROM runs "
        "GROUP BY ei, w1_std) WHERE ei IN ('80:20', '95:5') GROUP BY ei"
    )
    rows = ask(article, query)
    assert len(rows) == 2
    for ei, peak in rows:
        assert f"{ei} {peak:.1f} % at w1_std" in findings["1"].ours


def test_spikes_are_those_of_sql(article, findings):
    query = (
        "SELECT ei, median((excitatory_spikes + inhibitory_spikes) / hidden), count(*) FROM epochs "
        "JOIN runs USING (run) WHERE epoch = 29 AND peak_accuracy > 0.5 GROUP BY ei"
    )
    rows = ask(article, query)
    assert len(rows) == 4
    for ei, spikes, n in rows:
        assert f"{ei} {spikes:.2f}" in findings["9"].ours
        assert f" {n}, " in findings["9"].ours or f" {n} networks" in findings["9"].ours


def test_courses_are_those_of_sql(article, findings):
    share = "excitatory_spikes / (excitatory_spikes + inhibitory_spikes)"
    query = (
        f"WITH shares AS (SELECT run, epoch, 100 * {share} AS percent FROM epochs) "
        "SELECT ei, median(b.percent - a.percent), median(c.percent - b.percent) FROM runs "
        "JOIN shares a USING (run) JOIN shares b USING (run) JOIN shares c USING (run) "
        "WHERE a.epoch = -1 AND b.epoch = 0 AND c.epoch = 29 AND peak_accuracy > 0.5 "
        "AND n_inhibitory > 0 GROUP BY ei"
    )
    rows = ask(article, query)
    assert len(rows) == 3
    for ei, first, then in rows:
        assert f"{ei} {first:+.1f}" in findings["8"].ours
        assert f"{ei} {then:+.1f}" in findings["8"].ours
