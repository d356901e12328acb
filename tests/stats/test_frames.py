import subprocess
import sys

import pandas as pd
import pytest

from eccles.errors import InputError
from eccles.stats.frames import known_rows

ROWS = pd.DataFrame({"seed": [0, 1, 2], "ei": "80:20", "accuracy": [0.5, None, 0.7]})


def test_rows_without_a_value_are_left_out():
    assert known_rows(ROWS, ["ei", "seed"], "accuracy")["seed"].tolist() == [0, 2]


def test_a_run_counts_once():
    twice = pd.concat([ROWS, ROWS])
    with pytest.raises(InputError, match=r"2 more rows .* ei, seed .* \(ei 80:20, seed 0\)"):
        known_rows(twice, ["ei", "seed"], "accuracy")


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("accurcy", 0.5, "column 'accurcy' .did you mean 'accuracy'.*got seed, ei, accuracy"),
        ("ei", "80:20", "ei must be a column of numbers"),
        ("accuracy", float("inf"), "accuracy must be finite"),
    ],
)
def test_no_numbers(column, value, message):
    rows = ROWS.assign(**{"ei" if column == "ei" else "accuracy": value})
    with pytest.raises(InputError, match=message):
        known_rows(rows, ["seed"], column)


def test_no_row_is_lost_for_an_empty_key():
    with pytest.raises(InputError, match="ei must be known in every row with a value"):
        known_rows(ROWS.assign(ei=["80:20", "80:20", None]), ["ei", "seed"], "accuracy")
    rows = ROWS.assign(ei=["80:20", None, "80:20"])
    assert len(known_rows(rows, ["ei", "seed"], "accuracy")) == 2


def test_importing_needs_no_pandas_and_its_absence_is_one_sentence():
    code = (
        "import sys\n"
        "for name in ('pandas', 'statsmodels'): sys.modules[name] = None\n"
        "import eccles\n"
        "assert eccles.stats.p_text(0.0091) == 'p = 0.0091'\n"
        "assert 'scipy' not in sys.modules and 'torch' not in sys.modules\n"
        "assert eccles.stats.bootstrap_interval([1, 2]) == (1, 2)\n"
        "for call in (lambda: eccles.stats.compare_to_reference(None, value='accuracy'),\n"
        "             lambda: eccles.stats.compare_categories(None),\n"
        "             lambda: eccles.stats.category_table(None),\n"
        "             lambda: eccles.stats.seeds_needed(0.01)):\n"
        "    try:\n"
        "        call()\n"
        "    except eccles.InputError as error:\n"
        "        print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    missing = ["pandas", "pandas", "pandas", "statsmodels"]
    assert [line.split()[1] for line in lines] == missing
    assert all("pip install 'eccles[report]'" in line for line in lines)
