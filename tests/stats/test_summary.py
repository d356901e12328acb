import math

import pandas as pd
import pytest

from eccles import InputError
from eccles.stats import summary

ROWS = pd.DataFrame(
    [("a", 1, 0.1), ("a", 1, 0.3), ("a", 2, 0.5), ("b", 1, None)], columns=["ei", "tau", "accuracy"]
)


def test_cells_by_hand():
    found = summary(ROWS, ["ei", "tau"], "accuracy")
    first, second = found.to_dict("records")
    assert (first["ei"], first["tau"], first["n"]) == ("a", 1, 2)
    # Of two values Student's t with one degree of freedom is 12.706 times sd / sqrt(2) = 0.1.
    assert first["mean"] == pytest.approx(0.2)
    assert first["sd"] == pytest.approx(0.2 / math.sqrt(2))
    assert (first["low"], first["high"]) == (pytest.approx(-1.0706, abs=1e-4),
                                             pytest.approx(1.4706, abs=1e-4))  # fmt: skip
    assert (second["tau"], second["n"], second["mean"]) == (2, 1, 0.5)
    assert all(math.isnan(second[name]) for name in ("sd", "low", "high"))


def test_all_rows_are_one_cell_without_settings():
    (row,) = summary(ROWS, [], "accuracy").to_dict("records")
    assert (row["n"], row["mean"]) == (3, pytest.approx(0.3))


def test_what_is_no_column_of_numbers_is_said():
    with pytest.raises(InputError, match=r"no column 'acuracy' \(did you mean 'accuracy'\?\)"):
        summary(ROWS, ["ei"], "acuracy")
    with pytest.raises(InputError, match="value must be a column of numbers, got 'ei'"):
        summary(ROWS, ["tau"], "ei")
    for by, rows in (
        (["tau", "tau"], ROWS),
        (["mean"], ROWS.assign(mean=1)),
        (["tau"], pd.concat([ROWS, ROWS[["tau"]]], axis=1)),
        (["lists"], ROWS.assign(lists=[[1]] * 4)),
    ):
        with pytest.raises(InputError, match="by must be columns of"):
            summary(rows, by, "accuracy")
    with pytest.raises(InputError, match="a column of numbers"):
        summary(ROWS.assign(complex=1j), ["tau"], "complex")
