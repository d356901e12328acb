from xml.etree import ElementTree

import pytest

from eccles.errors import InputError
from eccles.report.picture import inline

DRAWN = """<?xml version="1.0"?>
<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">
<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"
     width="20pt" height="10pt">
 <metadata>who</metadata>
 <script>alert(1)</script>
 <defs><path id="m" d="M0 0"/><clipPath id="c"><rect width="2" height="2"/></clipPath></defs>
 <g clip-path="url(#c)" onclick="alert(1)"><use xlink:href="#m" style="clip-path: url(#c)"/></g>
 <image href="http://example.org/a.png"/>
 <text>a &lt; b</text>
</svg>"""


def test_one_element_that_scales_and_says_what_it_is():
    root = ElementTree.fromstring(inline(DRAWN, "f1", 'a "title"'))
    assert root.get("viewBox") == "0 0 20 10"
    assert (root.get("role"), root.get("aria-label")) == ("img", 'a "title"')
    assert root.get("style") == "width: 30pt; min-width: min(20pt, 680px)"
    assert root.find(".//{*}text").text == "a < b"


def test_ids_and_what_refers_to_them_are_its_own():
    text = inline(DRAWN, "f1", "t")
    for part in ('id="f1-m"', 'id="f1-c"', 'xlink:href="#f1-m"', 'clip-path="url(#f1-c)"'):
        assert part in text
    assert "clip-path: url(#f1-c)" in text


def test_what_a_page_does_not_need_is_left_out():
    text = inline(DRAWN, "f1", "t")
    for part in ("<?xml", "DOCTYPE", "metadata", "alert", "onclick", "example.org"):
        assert part not in text


@pytest.mark.parametrize("text", ["<svg", "<html></html>", ""])
def test_anything_else_is_refused(text):
    with pytest.raises(InputError, match="figure f1 must be an SVG picture"):
        inline(text, "f1", "t")


def test_a_drawing_of_matplotlib():
    import io

    from matplotlib.figure import Figure

    figure = Figure()
    figure.subplots().plot([1, 2], label="x")
    figure.savefig(file := io.StringIO(), format="svg")
    root = ElementTree.fromstring(inline(file.getvalue(), "f", "t"))
    ids = {each.get("id") for each in root.iter() if each.get("id")}
    used = [each.get("{http://www.w3.org/1999/xlink}href") for each in root.findall(".//{*}use")]
    assert used
    assert all(name[1:] in ids for name in used)
