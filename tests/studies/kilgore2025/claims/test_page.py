from dataclasses import replace

import numpy as np

from eccles.studies.article_contents import contents
from eccles.studies.claims import Claim, Finding, Verdict, markdown, tally
from eccles.studies.claims.finding import Part, found

CLAIM = Claim("7", "A | B", "A | B.", "fashion-mnist", "It is so.", lambda article: UNKNOWN)
UNKNOWN = Finding(Verdict.NOT_TESTABLE, "", note="there are no runs")
SAME = Finding(Verdict.REPRODUCED, "a is 3", note="n is 8.", held=1, parts=2, number="3 of a")
OTHER = Finding(Verdict.REPRODUCED, "a is 3", "a is 4", Verdict.NOT_REPRODUCED)


def test_tally():
    judged = [(CLAIM, UNKNOWN), (CLAIM, SAME), (CLAIM, OTHER)]
    assert tally(judged) == "2 reproduced, 0 not reproduced, 1 not testable"


def test_markdown():
    lines = markdown([(CLAIM, UNKNOWN), (CLAIM, SAME), (CLAIM, OTHER)]).splitlines()
    assert lines[2:5] == [
        r"| 7 | [A \| B](#claim-7) | **not testable** |  |  |  |",
        r"| 7 | [A \| B](#claim-7) | **reproduced** | 3 of a | 1 of 2 |  |",
        r"| 7 | [A \| B](#claim-7) | **reproduced** |  |  | not reproduced |",
    ]
    assert lines[6] == "2 reproduced, 0 not reproduced, 1 not testable."
    assert lines[8:14] == [
        "## Claim 7",
        "",
        "A | B. **not testable**",
        "",
        "- Rule: It is so.",
        "- Note: there are no runs",
    ]
    assert lines[-3:] == [
        "- Here: a is 3",
        "- As published: *not reproduced*: a is 4",
        "- Rule: It is so.",
    ]


def test_a_picture_is_shown_once_and_named_where_it_shows_more():
    claims = [
        replace(CLAIM, id=id, figure=figure) for id, figure in (("1", "x"), ("2", "x"), ("3", "y"))
    ]
    judged = [(claim, SAME) for claim in claims]
    text = markdown(judged, {"x": "figures/x.svg"})
    assert text.count("(figures/x.svg)") == 1
    first, second, third = text.split("## Claim")[1:]
    assert "![A \\| B](figures/x.svg)" in first
    assert "- Figure: that of [claim 1](#claim-1)" in second
    assert "igure" not in third
    assert "igure" not in markdown(judged)


def test_claims_name_figures_that_there_are():
    for article in ("kilgore2025", "liu2026"):
        own = contents(article)
        named = {claim.figure for claim in own.claims} - {""}
        assert named <= set(own.drawn)
        assert len(named) >= 3


def test_the_number_is_of_a_part_that_decides():
    good, bad, mute = Part(np.True_, "a", "1 of a"), Part(np.False_, "b", "2 of b"), Part(True, "c")
    assert found(lambda: [mute, good]).number == "1 of a"
    assert found(lambda: [good, bad]).number == "2 of b"
    assert found(lambda: [good, Part(None, "d", "3 of d")]).number == "1 of a"
    assert found(lambda: [good, Part(False, "e")], lambda: [bad]).number == "1 of a"
    assert found(lambda: [mute]).number == ""


def test_no_cell_of_the_table_is_long():
    claims = [*contents("kilgore2025").claims, *contents("liu2026").claims]
    for line in markdown([(claim, UNKNOWN) for claim in claims]).splitlines():
        if line.startswith("|"):
            assert all(len(cell.split()) <= 12 for cell in line.split("|"))
