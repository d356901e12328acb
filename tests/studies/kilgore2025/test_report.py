"""The article's report, on the results that are kept in the project."""

import json
from pathlib import Path

import pandas as pd
import pytest

from eccles.studies.article import Article
from eccles.studies.kilgore2025 import report as article_report
from eccles.studies.report import write_report
from eccles.sweeps.folder import StudyFolder
from eccles.sweeps.plan import plan
from eccles.sweeps.tables import load, write_parquet

STORED = Path(__file__).parents[3] / "results/kilgore2025"


@pytest.fixture(scope="module")
def parts():
    return article_report.parts(Article("kilgore2025", STORED / "fashion-mnist"))


def test_every_claim_has_its_row(parts):
    assert [claim.id for claim in parts.claims] == [str(k) for k in range(1, 12)]
    assert {claim.verdict for claim in parts.claims} <= {
        "reproduced", "not reproduced", "not testable",
    }  # fmt: skip
    assert all(claim.note.startswith("Rule: ") for claim in parts.claims)


def test_figures_that_have_runs_and_the_names_of_the_others(parts):
    drawn = [picture.name for picture in parts.pictures]
    assert {"1c", "3"} <= set(drawn)
    assert "S4" not in drawn
    assert "2b" not in drawn
    assert " 2b, 2c-e" in parts.notes[0]


def test_table_1_of_distances_in_order(tmp_path):
    """Distances made by hand beside real runs: I-I is the largest in every state."""
    source, target = load(STORED / "fashion-mnist"), tmp_path / "fashion-mnist"
    target.mkdir()
    described = json.loads((source.folder / "study.json").read_text())
    described["study"]["measure"] = {"weights": 30, "distances": 30}
    (target / "study.json").write_text(json.dumps(described))
    # With another measure they are other runs, in the same order.
    planned = [run.identity for run in plan(StudyFolder(target).read()).runs]
    write_parquet(source.runs.assign(run=planned), target / "runs.parquet")
    rows = [
        {"run": run, "epoch": epoch, "pair": pair, "tau": 0.001, "samples": "all"}
        | {"discrete": size + k / 1000}
        for k, run in enumerate(planned)
        for epoch in (-1, 29)
        for pair, size in (("E-E", 1.0), ("E-I", 2.0), ("I-I", 3.0))
    ]
    write_parquet(pd.DataFrame(rows), target / "distances.parquet")
    (table,) = article_report._tables(Article("kilgore2025", tmp_path))
    assert table.title.startswith("T1. ")
    shown = [(row.ei, row.group) for row in table.rows.itertuples()]
    states = ("initial", "successful", "failed")
    assert shown == [(ei, state) for ei in ("50:50", "80:20", "95:5") for state in states]
    assert (table.rows["I-I"] - table.rows["E-E"]).tolist() == pytest.approx([2.0] * 9)
    assert table.rows.loc[table.rows["group"] == "initial", "n"].tolist() == [152] * 3


def test_the_page_of_608_runs_is_small(tmp_path):
    path = write_report(STORED / "fashion-mnist", tmp_path / "report.html")
    text = path.read_text()
    assert path.stat().st_size < 10e6
    assert "kilgore2025/fashion-mnist: 608 of 608 runs" in text
    assert "Of 11 claims: " in text
    for name in ("1c", "3", "4"):
        assert f'<figure id="figure-{name}">' in text
