import math

import pandas as pd
import pytest

from eccles.errors import InputError
from eccles.stats.categories import compare_categories
from eccles.stats.tables import category_table, markdown


def distances() -> pd.DataFrame:
    rows = [
        {"ei": ei, "state": state, "run": f"{ei} {run}", "pair": pair, "discrete": x + run}
        for ei, states in (("80:20", ("initial", "successful")), ("100:0", ("initial",)))
        for state in states
        for run in range(4)
        for pair, x in (("E-E", 1.0), ("E-I", 1.5), ("I-I", 2.5))
        if ei == "80:20" or pair == "E-E"
    ]
    return pd.DataFrame(rows)


def test_a_row_a_group_and_state():
    frame = distances()
    table = category_table(frame)
    assert table[["ei", "state", "n"]].to_numpy().tolist() == [
        ["80:20", "initial", 4],
        ["80:20", "successful", 4],
        ["100:0", "initial", 4],
    ]
    # 1 + 0, 1, 2, 3 has the median 2.5.
    assert table["E-E"].tolist() == [2.5, 2.5, 2.5]
    assert table["I-I"].tolist()[:2] == [4.0, 4.0]
    assert math.isnan(table["I-I"][2])
    one = compare_categories(frame[(frame["ei"] == "80:20") & (frame["state"] == "initial")])
    for name in ("h", "p_kruskal", "chi2", "p_friedman", "kendall_w", "note"):
        assert table[name][0] == getattr(one, name)
    assert table["note"].tolist() == ["", "", "only E-E: nothing to compare"]


def test_a_network_may_be_in_several_states_but_once_in_each():
    with pytest.raises(InputError, match="must be counted once"):
        category_table(pd.concat([distances(), distances()]))


def test_no_rows():
    table = category_table(distances().iloc[:0])
    assert len(table) == 0
    assert list(table)[:6] == ["ei", "state", "n", "E-E", "E-I", "I-I"]


def test_markdown():
    table = pd.DataFrame(
        {
            "ei": ["80:20", "a|b"],
            "n": [8, 12_345],
            "median": [0.88951, 12345.0],
            "p_holm": [0.00912, math.nan],
            "seeds_needed": [math.nan, 34.0],
            "note": ["", None],
        }
    )
    assert markdown(table).splitlines() == [
        "| ei | n | median | p_holm | seeds_needed | note |",
        "| --- | --- | --- | --- | --- | --- |",
        "| 80:20 | 8 | 0.8895 | 0.0091 | - |  |",
        "| a\\|b | 12345 | 12345 | - | 34 | - |",
    ]


def test_n_is_in_what_is_printed():
    head = markdown(category_table(distances())).splitlines()[0]
    assert head.startswith("| ei | state | n | E-E | E-I | I-I |")


def test_real_runs(stored):
    columns = ["run", "ei", "peak_accuracy"]
    last = stored.table("classes", where="epoch = 29").merge(stored.runs[columns], on="run")
    last["state"] = (last["peak_accuracy"] > 0.5).map({True: "successful", False: "failed"})
    table = category_table(
        last, category="class_name", value="accuracy", order=("Trouser", "Pullover", "Shirt")
    )
    assert table["n"].sum() == 608
    assert table.groupby("ei")["n"].sum().tolist() == [152] * 4
    assert table["p_friedman"].between(0, 1).all()
