"""An SVG picture as a part of a page."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from eccles.errors import must

_SVG = "http://www.w3.org/2000/svg"
_XLINK = "http://www.w3.org/1999/xlink"
_LEFT_OUT = {f"{{{_SVG}}}metadata", f"{{{_SVG}}}script", f"{{{_SVG}}}foreignObject"}
_ENLARGED = 1.5
"""How much larger a picture is on a screen than in print."""

_LOCAL = re.compile(r"url\(#([^)]*)\)")


def inline(svg: str, name: str, title: str) -> str:
    """Return an SVG picture as one element of a page.

    Its ids get `name` before them, so that pictures on one page don't take each other's shapes;
    scripts, and what a page doesn't need, are left out; `title` is what a screen reader says. It
    is half again as large as in print, less where the page is narrower, but never smaller than in
    print: a phone scrolls it.

    Raises InputError where it isn't SVG.
    """
    try:
        root = ElementTree.fromstring(svg)
    except ElementTree.ParseError as error:
        raise must("report", f"figure {name}", "an SVG picture", str(error)) from None
    if root.tag != f"{{{_SVG}}}svg":
        raise must("report", f"figure {name}", "an SVG picture", root.tag)
    for parent in list(root.iter()):
        for child in [each for each in parent if each.tag in _LEFT_OUT]:
            parent.remove(child)
    for element in root.iter():
        for key, value in list(element.attrib.items()):
            plain = key.rpartition("}")[2]
            if plain.startswith("on"):
                del element.attrib[key]
            elif plain == "id":
                element.set(key, f"{name}-{value}")
            elif plain == "href":
                if value.startswith("#"):
                    element.set(key, f"#{name}-{value[1:]}")
                elif not value.startswith("data:image/"):
                    del element.attrib[key]
            else:
                element.set(key, _LOCAL.sub(rf"url(#{name}-\1)", value))
    if "viewBox" not in root.attrib:
        size = [re.sub(r"[a-z]+$", "", root.get(side, "0")) for side in ("width", "height")]
        root.set("viewBox", f"0 0 {size[0]} {size[1]}")
    wide = float(root.attrib["viewBox"].replace(",", " ").split()[2])
    root.set("style", f"width: {_ENLARGED * wide:g}pt; min-width: min({wide:g}pt, 680px)")
    root.set("role", "img")
    root.set("aria-label", title)
    ElementTree.register_namespace("", _SVG)
    ElementTree.register_namespace("xlink", _XLINK)
    return ElementTree.tostring(root, encoding="unicode", short_empty_elements=False)
