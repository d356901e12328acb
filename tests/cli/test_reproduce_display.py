"""What is said of claims, on findings made by hand."""

import io
import json
from dataclasses import replace

import pytest
from rich.console import Console

from eccles.cli.reproduce_display import as_json, console_of, print_claims, print_verdicts
from eccles.studies.article_contents import contents
from eccles.studies.claims import Claim, Finding, Verdict
from eccles.studies.claims.page import markdown

CLAIMS = contents("kilgore2025").claims


def judged():
    def never(article):
        raise AssertionError

    claim = Claim(
        "3", "50:50 only at low activity", "Low rates [learn].", "fashion-mnist", "All do.", never
    )
    both = Finding(
        Verdict.REPRODUCED, "4 of 4", "3 of 4", Verdict.NOT_REPRODUCED, "see there", 3, 4
    )
    return [(claim, both), (claim, Finding(Verdict.NOT_TESTABLE, "", note="no runs", parts=4))]


def test_a_claim_with_its_verdict_rule_and_numbers():
    file = io.StringIO()
    print_claims(judged(), Console(file=file, width=100))
    rows = [line.split() for line in file.getvalue().splitlines() if line.strip()]
    said = [" ".join(row) for row in rows]
    assert said == [
        "Claim 3 Low rates [learn].",
        "reproduced",
        "rule All do.",
        "here 4 of 4",
        "as published not reproduced: 3 of 4",
        "note see there",
        "Claim 3 Low rates [learn].",
        "not testable",
        "rule All do.",
        "note no runs",
    ]


@pytest.mark.parametrize("width", [80, 100])
def test_a_line_a_claim(width):
    file = io.StringIO()
    print_verdicts(judged(), Console(file=file, width=width))
    said = [" ".join(line.split()) for line in file.getvalue().splitlines() if line.strip()]
    assert said[0] == "claim verdict parts as published"
    assert said[2:] == [
        "3 50:50 only at low activity reproduced 3 of 4 not reproduced",
        "3 50:50 only at low activity not testable",
        "1 reproduced, 0 not reproduced, 1 not testable",
    ]


def test_what_an_article_judges_otherwise_has_a_column_where_there_is_any():
    file = io.StringIO()
    alone = [judged()[1]]
    print_verdicts(alone, Console(file=file, width=80))
    assert "as published" not in file.getvalue()
    head = "| | the claim in short | verdict | in a number | parts that hold |"
    assert markdown(alone).splitlines()[:2] == [head, "| --- | --- | --- | --- | --- |"]
    assert markdown(judged()).splitlines()[:2] == [
        f"{head} as published |",
        "| --- | --- | --- | --- | --- | --- |",
    ]


def test_every_line_fits_a_narrow_terminal():
    finding = replace(judged()[0][1], verdict=Verdict.NOT_REPRODUCED)
    file = io.StringIO()
    print_verdicts([(claim, finding) for claim in CLAIMS], Console(file=file, width=80))
    lines = file.getvalue().splitlines()
    assert "…" not in file.getvalue()
    for claim in CLAIMS:
        assert sum(claim.short in line for line in lines) == 1
    assert len(lines) == len(CLAIMS) + 5


def test_every_claim_has_a_name_of_its_own():
    assert len({claim.short for claim in CLAIMS}) == len(CLAIMS)


def test_where_to_say_it(capsys, monkeypatch):
    monkeypatch.delenv("COLUMNS", raising=False)
    for aside in (False, True):
        console = console_of(aside=aside)
        console.print("x" * 110)
        out, err = capsys.readouterr()
        assert (err if aside else out) == "x" * 110 + "\n"
        assert (out if aside else err) == ""


def test_findings_as_json():
    class Nothing(dict):
        name, folder = "mine", "here"

    told = json.loads(
        as_json(Nothing(), judged(), contents("kilgore2025").extra, None, ["a.svg"], None)
    )
    assert (told["article"], told["figures"], told["report"]) == ("mine", ["a.svg"], None)
    assert [claim["verdict"] for claim in told["claims"]] == ["reproduced", "not testable"]
    assert [told["claims"][0][name] for name in ("held", "parts")] == [3, 4]
    assert told["claims"][0]["verdict_as_published"] == "not reproduced"
    assert told["robustness"] == []
