from eccles.studies.claims import Claim, Finding, Verdict, markdown, tally

CLAIM = Claim("7", "A and B", "A | B.", "fashion-mnist", "It is so.", lambda article: UNKNOWN)
UNKNOWN = Finding(Verdict.NOT_TESTABLE, "", note="there are no runs")
SAME = Finding(Verdict.REPRODUCED, "a is 3", note="n is 8.")
OTHER = Finding(Verdict.REPRODUCED, "a is 3", "a is 4", Verdict.NOT_REPRODUCED)


def test_tally():
    judged = [(CLAIM, UNKNOWN), (CLAIM, SAME), (CLAIM, OTHER)]
    assert tally(judged) == "2 reproduced, 0 not reproduced, 1 not testable"


def test_markdown():
    lines = markdown([(CLAIM, UNKNOWN), (CLAIM, SAME), (CLAIM, OTHER)]).splitlines()
    assert lines[2:5] == [
        r"| 7 | A \| B. | **not testable** | there are no runs |  |",
        r"| 7 | A \| B. | **reproduced** | a is 3. n is 8 | the same |",
        r"| 7 | A \| B. | **reproduced** | a is 3 | *not reproduced*: a is 4 |",
    ]
    assert lines[-1] == "- 7: It is so."
