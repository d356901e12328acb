"""The page as a text: closed elements, escaped words, nothing from elsewhere, small enough."""

import json
import math
import re
from html.parser import HTMLParser

import pandas as pd
import pytest

from eccles.errors import InputError
from eccles.report import Claim, Picture, Table, explorer, page

VOID = {"meta", "br", "hr", "img", "input", "link"}
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="10pt" height="5pt"><g id="a"/></svg>'
EVIL = '<b>&"</script><script>alert(1)</script>'


class Elements(HTMLParser):
    """Checks that every element is closed by its own tag, and remembers all of them."""

    def __init__(self, text):
        super().__init__()
        self.open, self.seen, self.words = [], [], []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open[-1:] not in (["script"], ["style"]):
            self.words.append(data)

    def all(self, tag):
        return [attributes for name, attributes in self.seen if name == tag]


@pytest.fixture
def whole(small):
    charts = explorer(*small)
    return page(
        "A study",
        "It asks.",
        [("runs", "4")],
        claims=[Claim("1", "It learns.", "90 %", "reproduced", "a rule\na note")],
        pictures=[Picture("1c", "Accuracy", SVG, "Points are runs.")],
        tables=[Table("T1", pd.DataFrame({"ei": ["50:50"], "n": [3], "p": [0.25]}), True)],
        explorer=charts,
        notes=["One study is missing."],
    )


def test_every_element_is_closed(whole):
    parsed = Elements(whole)
    assert [attributes["id"] for attributes in parsed.all("section")] == [
        "claims", "figures", "tables", "explorer",
    ]  # fmt: skip
    assert len(parsed.all("h1")) == 1
    assert {cell.get("scope") for cell in parsed.all("th")} == {"col"}
    assert parsed.all("svg")[0]["aria-label"] == "Figure 1c. Accuracy"
    assert {"a rule", "a note", "0.25", "One study is missing."} <= set(parsed.words)
    ids = [attributes["id"] for _, attributes in parsed.seen if "id" in attributes]
    assert len(ids) == len(set(ids))


def test_verdicts_are_counted_in_order():
    verdicts = ["not testable", "not reproduced", "reproduced", "not testable"]
    claims = [Claim(str(n), "It learns.", "", verdict) for n, verdict in enumerate(verdicts)]
    counted = "Of 4 claims: 1 reproduced, 1 not reproduced, 2 not testable."
    assert counted in page("A study", "", [], claims=claims)


def test_numbers_in_cells():
    rows = pd.DataFrame(
        {
            "p_holm": [0.00912, 3e-9, 1.0, math.nan],
            "weights": [1234567.0, 0.00075, -2.0, math.inf],
            "seed": [1, 2, 3, 4],
        }
    )
    text = page("A study", "", [], tables=[Table("T1", rows)])
    cells = re.findall(r"<td class=number>(.*?)</td>", text)
    assert cells == [
        "0.0091", "1,234,567", "1",
        "&lt; 0.0001", "0.00075", "2",
        "1.00", "-2", "3",
        "-", "inf", "4",
    ]  # fmt: skip


def test_nothing_is_loaded_from_elsewhere(whole):
    parsed = Elements(whole)
    assert parsed.all("link") == parsed.all("img") == []
    assert ["src" in attributes for attributes in parsed.all("script")] == 4 * [False]
    for _, attributes in parsed.seen:
        for name in ("href", "xlink:href", "src"):
            assert attributes.get(name, "#").startswith("#")
    style = whole[whole.index("<style>") : whole.index("</style>")]
    assert "url(" not in style
    assert "@import" not in style
    # The browser itself holds the page to it.
    (policy,) = [a["content"] for a in parsed.all("meta") if "http-equiv" in a]
    assert policy.startswith("default-src 'none'")


def test_words_are_escaped(small):
    runs, epochs = small
    runs["study"] = EVIL
    text = page(
        EVIL,
        EVIL,
        [(EVIL, EVIL)],
        claims=[Claim(EVIL, EVIL, EVIL, EVIL, EVIL)],
        pictures=[Picture(EVIL, EVIL, SVG, EVIL)],
        tables=[Table(EVIL, pd.DataFrame({EVIL: [EVIL]}))],
        explorer=explorer(runs, epochs),
        notes=[EVIL],
    )
    parsed = Elements(text)
    assert "alert(1)" not in re.sub(r"<script[^>]*>.*?</script>", "", text).replace(
        "&lt;script&gt;alert(1)", ""
    )
    assert parsed.all("b") == []
    assert len(parsed.all("script")) == 4
    # The explorer gets the name as it is.
    (data,) = re.findall(r'id="explorer-data">(.*?)</script>', text, re.DOTALL)
    assert '<b>&""</script>' in json.loads(data)["datasets"]["runs"]


def test_only_what_there_is(small):
    text = page("A study", "", [])
    parsed = Elements(text)
    assert parsed.all("section") == parsed.all("script") == []


def test_data_are_in_the_page_once(whole):
    assert whole.count("50:50-0,mine") == 1


@pytest.mark.slow
def test_the_reference_study_is_small(reference):
    charts = explorer(reference.runs, reference.epochs, reference.table("weights"))
    text = page("A study", "", [], explorer=charts)
    assert len(text.encode()) < 3e6
    assert charts.notes == ()
    epochs = charts.datasets["epochs"].splitlines()
    assert len(epochs) == 1 + 608 * 31


@pytest.mark.slow
def test_the_same_tables_give_the_same_bytes(small):
    one, other = (page("A study", "", [], explorer=explorer(*small)) for _ in range(2))
    assert one == other


def test_a_missing_package_is_named(small, monkeypatch):
    from eccles.report import extra

    monkeypatch.setattr(extra, "find_spec", lambda name: None if name == "altair" else name)
    with pytest.raises(
        InputError, match=r"altair must be installed.*pip install 'eccles\[report\]"
    ):
        explorer(*small)
