"""A condition is one expression over a table's rows: it reads, writes and does nothing else."""

import os
import re
import signal
import threading
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import eccles
from eccles.errors import EcclesError, InputError, RunError

pytest.importorskip("duckdb")

import duckdb

from eccles.sweeps.condition import checked
from eccles.sweeps.parquet import database, lock, run_query

STORED = Path(__file__).parents[2] / "results/kilgore2025/fashion-mnist-noise"
COLUMNS = ["run", "ei", "seed", "lr", "class", "error"]


@pytest.fixture(scope="module")
def stored():
    return eccles.load(STORED)


def kept(stored, where, name="runs"):
    return len(stored.table(name, where=where))


@pytest.mark.parametrize(
    "where",
    [
        "seed < 4 AND ei = '80:20'",
        "seed in (0, 1, 2, 3) and ei like '80:%'",
        "(seed BETWEEN 0 AND 3) AND (ei IN ('80:20'))",
        "CASE WHEN seed < 4 THEN ei = '80:20' ELSE false END",
        "seed::VARCHAR IN ('0', '1', '2', '3') AND NOT (ei <> '80:20')",
        "TRY_CAST(seed AS DOUBLE) < 4 AND starts_with(ei, '80') AND ei ~ '80:.*'",
        "coalesce(seed, 9) + 1 <= 2 ** 2 AND upper(ei) = '80:20' AND error IS NULL",
        "seed < 4 AND ei ILIKE '80x:2%' ESCAPE 'x' AND ei NOT LIKE '50x:%' ESCAPE 'x'",
        "\n\"seed\" < 4\nAND ei = '80:20' AND ei <> ';--/*(' AND ei IS DISTINCT FROM 'it''s'\n",
    ],
)
def test_expressions_of_a_row_are_conditions(stored, where):
    runs = stored.runs
    expected = ((runs["seed"] < 4) & (runs["ei"] == "80:20")).sum()
    assert kept(stored, where) == expected > 0


HOSTILE = {
    "true; COPY (SELECT 1) TO '{file}'": "no ; in it",
    "true) UNION ALL SELECT * FROM own WHERE (true": "parentheses",
    "true) OR (true": "parentheses",
    "true, true": "no ',' in it",
    "1 < (SELECT length(content) FROM read_text('{file}'))": "no subquery",
    "run IN (SELECT content FROM read_text('{file}'))": "no subquery",
    "EXISTS (FROM '{file}')": "no subquery",
    "seed = ANY([1, 2])": "no subquery",
    "seed > count(*) OVER ()": "no window",
    "count(*) > 1": r"no 'count\(\*\)' in it",
    "sum(seed) > 1": "no 'sum' in it",
    "COLUMNS(*) = 1": "no star",
    "length(repeat('x', 1000000000000)) > 1": "no 'repeat' in it",
    "len(range(1000000000000)) > 1": "in it",
    "len(list_transform([1], x -> x)) > 1": "no 'len",
    "getenv('HOME') = 'x'": "no 'getenv' in it",
    "current_setting('threads') = 1": "no 'current_setting' in it",
    "length(ei || ei || ei) > 3": r"no '\|\|' in it",
    "system.main.abs(seed) = 1": "in it",
    "ei::INET = '1.1.1.1'": "casts to",
    "ei::STRUCT(a INTEGER) IS NULL": "casts to",
    "seed = $1": r"no \$ in it",
    "seed = ?": r"no \? in it",
    "$$a$$ = ei": r"no \$ in it",
    "true -- all": "no -- in it",
    "true /* all */": r"no /\* in it",
    "e'\\'' = ei": "in it|closed",
    "'": "isn't closed",
    "seed <": "it ends too soon; there",
    "(seed <)": r"it can't be read at '\)'; there",
    "seed IN [0, 1]": r"no '\[' in it; there",
    "ei.lower() = 'a'": r"ei.lower\(...\) is written lower\(ei\); there",
    "ei.contains('8')": r"is written contains\(ei, ...\); there",
    "ei ~ '8('": r"its pattern can't be read: missing \); there",
    "ei > 3": "text can't be compared with a whole number; there",
    "ei = 80": "'[0-9:]+' of ei isn't a whole number; there",
    "epoch = 3": "epoch is a column of epochs, classes.*: choose one as the table; there",
    "status = done": "no column 'done'; text stands in single quotes; there",
    "SELECT 1": "no subquery",
    "": "is empty",
    " \n": "is empty",
    "seed = 1\0": "null character",
    "ei = '\ud800'": "UTF-8",
    "(" * 4000: "parentheses",
    "(" * 4000 + ")" * 4000: "parentheses",
    "NOT " * 3000 + "true": "depth",
    "NOT " * 700 + "true": "more than 200 parts inside each other",
    "1+" * 900 + "1 = 1": "more than 200 parts inside each other",
    "ei = 80:20": "text stands in single quotes: '80:20'",
    'ei = "80:20"': "text stands in single quotes: '80:20'",
    "seed % 0 = 0": r"expression \(seed % 0\); there are",
    "abs(ei) = 1": r"abs takes something else than \(text\); there are",
    "seed = 1 OR " * 20_000 + "true": "letters",
    "sed < 3": r"no column 'sed' \(did you mean 'seed'\?\); there are",
    "runs.seed < 3": "no column 'runs.seed'",
    "seed = 'abc'": "abc",
}


@pytest.mark.parametrize("where", HOSTILE, ids=lambda where: where[:30])
def test_whatever_else_it_is_a_condition_is_refused_in_a_sentence(stored, where, tmp_path):
    file = tmp_path / "x"
    file.write_text("as it was")
    with pytest.raises(InputError, match="the condition must be SQL over the columns") as caught:
        stored.table("runs", where=where.replace("{file}", str(file)))
    assert HOSTILE[where] in str(caught.value) or caught.match(HOSTILE[where])
    assert caught.match(r"; there are ei, update_noise, seed, run, .* and \d+ more$")
    assert len(str(caught.value)) < 480
    assert str(caught.value).isprintable()
    assert not re.search(r"[A-Z]\w+ Error|VARCHAR|BIGINT|_LITERAL|INT32", str(caught.value))
    assert file.read_text() == "as it was"
    assert list(tmp_path.iterdir()) == [file]


_WORDS = """( ) [ ] { } ' " ; -- /* */ , . * = < SELECT FROM WHERE IN NOT AND OR true NULL seed ei
run 'a' 1 1e9 range( repeat( read_text( CAST( AS :: BLOB VARCHAR CASE WHEN THEN END -> || $1 ?
UNION COPY TO LIMIT OVER ATTACH INSTALL"""


@pytest.fixture(scope="module")
def locked():
    base = database()
    base.execute("CREATE TABLE own (run VARCHAR, ei VARCHAR, seed BIGINT)")
    lock(base)
    return base


@example(text="& true")
@given(
    text=st.lists(st.sampled_from(_WORDS.split()) | st.text(max_size=3), max_size=12).map(" ".join)
)
def test_any_words_are_a_condition_or_a_sentence(locked, text):
    refused = ""
    try:
        condition = checked(locked, text, ["run", "ei", "seed"], "runs")
    except EcclesError as error:
        refused = str(error)
    assert len(refused) < 500
    assert refused.isprintable()
    if not refused:
        # One value for a row, and nothing after it; types that don't fit are told when it is used.
        with suppress(duckdb.BinderException):
            locked.execute(f"EXPLAIN SELECT 1 FROM own WHERE {condition} IS NOT NULL")


def test_a_locked_database_reaches_nothing(tmp_path):
    import duckdb

    base = database()
    base.execute("CREATE TABLE own AS SELECT 1 AS run")
    lock(base)
    (tmp_path / "x").write_text("a")
    for query in (
        f"SELECT * FROM read_text('{tmp_path}/x')",
        f"COPY own TO '{tmp_path}/y'",
        f"ATTACH '{tmp_path}/z'",
        "SET enable_external_access = true",
        "INSTALL httpfs",
        "LOAD spatial",
    ):
        with pytest.raises(duckdb.Error):
            base.execute(query)
    assert [each.name for each in tmp_path.iterdir()] == ["x"]
    assert len(run_query(base, "SELECT * FROM own")) == 1


ENDLESS = (
    "SELECT count(*) FROM range(10000000) a, range(10000000) b WHERE a.range * b.range % 7 = 3"
)


def test_a_query_without_an_end_is_given_up():
    with pytest.raises(RunError, match=r"searched within 0\.01 s, and weren't"):
        run_query(database(), ENDLESS, 0.01)


def test_ctrl_c_within_a_query_is_ctrl_c():
    clock = threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGINT))
    clock.start()
    try:
        with pytest.raises(KeyboardInterrupt):
            run_query(database(), ENDLESS)
    finally:
        clock.cancel()
