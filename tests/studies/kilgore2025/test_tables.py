import shutil
from pathlib import Path

import pandas as pd
import pytest

from eccles.errors import InputError
from eccles.studies.article import Article
from eccles.studies.kilgore2025.tables import TABLES

STORED = Path(__file__).parents[3] / "results/kilgore2025"


def test_table_1_in_order(with_distances):
    rows = TABLES["T1"].rows(with_distances)
    shown = [(row.ei, row.group) for row in rows.itertuples()]
    states = ("initial", "successful", "failed")
    assert shown == [(ei, state) for ei in ("50:50", "80:20", "95:5") for state in states]
    assert (rows["I-I"] - rows["E-E"]).tolist() == pytest.approx([2.0] * 9)
    assert rows.loc[rows["group"] == "initial", "n"].tolist() == [152] * 3
    assert set(rows["samples"]) == {"all"}
    # All networks rank the kinds alike: Kendall's W is 1, and chi2 is 2 n.
    assert rows["kendall_w"].tolist() == pytest.approx([1.0] * 9)
    assert rows["chi2"].tolist() == pytest.approx((2 * rows["n"]).tolist())


def test_table_1_has_both_modes_where_both_were_measured():
    rows = TABLES["T1"].rows(Article("kilgore2025", STORED / "fashion-mnist"))
    assert rows["samples"].tolist() == ["all"] * 9 + ["one per batch"] * 9
    other = rows.set_index(["samples", "ei", "group"])
    of_50_50 = [other.loc[(mode, "50:50", "successful")] for mode in ("all", "one per batch")]
    # The article's test over all samples, and over the article's own.
    assert [row["p_kruskal"] for row in of_50_50] == pytest.approx([0.0832, 0.17], abs=0.005)
    assert of_50_50[0]["n"] == of_50_50[1]["n"] == 27


def test_it_is_saved_as_csv_and_markdown(with_distances, tmp_path):
    csv, text = TABLES["T1"].save(with_distances, tmp_path / "new", "T1")
    assert (csv.name, text.name) == ("T1.csv", "T1.md")
    stored, rows = pd.read_csv(csv, keep_default_na=False), TABLES["T1"].rows(with_distances)
    pd.testing.assert_frame_equal(stored, rows, rtol=1e-8, check_dtype=False)
    title, _, head, _, *lines = text.read_text().splitlines()
    assert title == f"T1. {TABLES['T1'].title}"
    assert head.startswith("| ei | group | samples | n | E-E |")
    assert sum(line.startswith("| ") for line in lines) == 9
    assert "| < 0.0001 |" in lines[0]


def test_distances_that_were_not_measured(tmp_path):
    study, out = tmp_path / "study", tmp_path / "out"
    study.mkdir()
    for name in ("study.json", "runs.parquet"):
        shutil.copy(STORED / "fashion-mnist" / name, study)
    said = r"must hold the measure distances, got runs; eccles sweep kilgore2025/fashion-mnist "
    with pytest.raises(InputError, match=said):
        TABLES["T1"].save(Article("kilgore2025", study), out, "T1")
    assert not out.exists()
