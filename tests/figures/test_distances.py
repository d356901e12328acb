import math

import pandas as pd
import pytest

from eccles.figures import distance_violins
from eccles.stats import p_text


def values(networks):
    rows = [
        (f"run {k}", "80:20", group, pair, 1 + 0.1 * k + 0.05 * place)
        for k in range(networks)
        for group in ("initial", "successful")
        for place, pair in enumerate(("E-E", "E-I", "I-I"))
    ]
    return pd.DataFrame(rows, columns=["run", "ei", "group", "pair", "distance"])


def test_violins_and_tests():
    table = values(8)
    table.loc[len(table)] = ["run 9", "80:20", "failed", "E-E", float("nan")]
    drawing = distance_violins(table)
    assert len(drawing.data) == 48
    said = [axes.texts[0].get_text() for axes in drawing.figure.axes]
    # Eight networks that all rank the pairs alike: chi2 = 16, p = exp(-8).
    assert said[0].startswith("n = 8, Friedman p = 0.0003\n(Kruskal-Wallis p = ")
    assert said[2] == "no networks"
    tests = drawing.more["tests"].set_index("group")
    assert list(tests.index) == ["initial", "successful"]
    assert tests["n"].tolist() == [8, 8]
    assert tests["chi2"].tolist() == pytest.approx([16, 16])
    assert tests["p_friedman"].tolist() == pytest.approx([math.exp(-8)] * 2)
    assert said[0].endswith(f"(Kruskal-Wallis {p_text(tests['p_kruskal']['initial'])})")
    pairs = drawing.more["pairs"].set_index(["group", "first", "second"])
    assert pairs.loc[("initial", "E-E", "I-I"), "difference"] == pytest.approx(0.1)
    # Holm over three pairs of which each has 2 / 2^8.
    assert pairs["p_holm"].tolist() == pytest.approx([3 * 2 / 256] * 6)
    quartiles = drawing.figure.axes[0].collections[1:4]
    heights = [float(line.get_segments()[0][0][1]) for line in quartiles]
    assert heights == pytest.approx([1.175, 1.35, 1.525])


def test_one_network_has_no_test():
    drawing = distance_violins(values(1))
    assert drawing.figure.axes[0].texts[0].get_text() == "n = 1, 1 subject: no test"


def test_networks_that_are_all_silent():
    silent = values(8).assign(distance=0.0)
    drawing = distance_violins(silent)
    assert "p = 1.00" in drawing.figure.axes[0].texts[0].get_text()
