"""The site of README.md and docs/: it is built without a warning, needs no network, and finds."""

import doctest
import importlib
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from types import ModuleType
from urllib.parse import unquote, urlsplit

import pytest

import eccles
from eccles.cli import _VERBS

ROOT = Path(__file__).parents[2]
SOURCES = {"a": "href", "link": "href", "script": "src", "img": "src", "source": "src"}

pytest.importorskip("sphinx", reason="needs the extra docs")


class Page(HTMLParser):
    """Where a page can be linked to, its links, and what it loads."""

    def __init__(self, path: Path):
        super().__init__()
        self.path, self.ids, self.links, self.loads = path, set(), [], []
        self.feed(path.read_text())

    def handle_starttag(self, tag, attrs):
        said = dict(attrs)
        self.ids |= {said.get("id"), said.get("name")} - {None}
        where = said.get(SOURCES.get(tag, ""))
        if where is not None:
            (self.links if tag == "a" else self.loads).append(where)

    def targets(self) -> Iterator[tuple[Path, str]]:
        """Yield the file and the place in it of each link within the site."""
        for link in self.links:
            parts = urlsplit(link)
            if not parts.scheme:
                file = (self.path.parent / unquote(parts.path)).resolve() if parts.path else None
                yield file or self.path, unquote(parts.fragment)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Build the site as docs/README.md says, where each warning is an error."""
    out = tmp_path_factory.mktemp("site").resolve()
    command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-c", "docs/site", "."]
    done = subprocess.run([*command, str(out)], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return out


@pytest.fixture(scope="module")
def pages(site):
    return {path: Page(path) for path in site.rglob("*.html")}


def test_every_link_leads_somewhere(pages):
    lost = [
        f"{path.name}: {file.name}#{place}"
        for path, page in pages.items()
        for file, place in page.targets()
        if not file.exists() or (place and file in pages and place not in pages[file].ids)
    ]
    assert lost == []


def test_it_loads_nothing_from_elsewhere(pages, site):
    loads = [where for page in pages.values() for where in page.loads]
    assert [where for where in loads if urlsplit(where).netloc] == []
    assert len(set(loads)) > 10
    styles = [path.read_text() for path in site.rglob("*.css")]
    assert [style for style in styles if "url(http" in style or "url(//" in style] == []


def test_every_page_is_in_the_side_bar(pages, site):
    listed = {file for file, _ in pages[site / "README.html"].targets()}
    shown = {path.relative_to(ROOT).with_suffix(".html") for path in (ROOT / "docs").rglob("*.md")}
    assert {str(path) for path in shown if site / path not in listed} == set()
    assert (site / "index.html").read_text() == (site / "README.html").read_text()


def test_every_public_name_is_explained(pages):
    ids = {place for page in pages.values() for place in page.ids}
    faces = {name: getattr(eccles, name) for name in eccles.__all__}
    rooms = {name: each.__all__ for name, each in faces.items() if hasattr(each, "__all__")}
    within = [f"eccles.{room}.{name}" for room, names in rooms.items() for name in names]
    assert len(within) > 200
    assert [name for name in within if name not in ids] == []
    last = {each.rpartition(".")[2] for each in ids if each.startswith("eccles.")}
    classes = [name for name, each in faces.items() if not isinstance(each, ModuleType)]
    assert [name for name in classes if name not in last] == []
    table = (ROOT / "docs" / "api.md").read_text()
    assert [room for room in rooms if f"| `eccles.{room}` |" not in table] == []


def test_every_verb_and_setting_has_its_flag(pages, site):
    assert {path.stem for path in pages if path.parent.name == "flags"} == set(_VERBS)
    ids = pages[site / "docs" / "flags" / "train.html"].ids
    settings = set(eccles.TrainConfig.model_fields) - {"network"}
    missing = [
        name
        for name in settings
        if not any(each.endswith(f"-{name.replace('_', '-')}") for each in ids)
    ]
    assert missing == []


def test_search_finds_offline(site, browser):
    driver = browser(site / "search.html")
    driver.get(f"{(site / 'search.html').as_uri()}?q=surrogate")
    wait = """
    const done = arguments[arguments.length - 1];
    const look = () => document.body.innerText.includes("Search finished")
      ? done([...document.querySelectorAll("#search-results li a")].map(each => each.href))
      : setTimeout(look, 20);
    look();
    """
    found = driver.execute_async_script(wait)
    assert any("/docs/equations.html" in each for each in found)
    assert any("/docs/api/eccles.functional.html" in each for each in found)


@pytest.mark.parametrize("width", [390, 1400])
def test_nothing_is_wider_than_the_window(site, browser, width):
    driver = browser(site / "README.html", width=width)
    for page in ("README", "docs/equations", "docs/flags/train", "docs/reproduction/claims"):
        driver.get((site / f"{page}.html").as_uri())
        assert driver.execute_script("return document.documentElement.scrollWidth") <= width, page


@pytest.mark.parametrize("name", ["docstrings", "flag_pages", "navigation", "setting_words"])
def test_doctests(name, monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "docs" / "site"))
    tried = doctest.testmod(importlib.import_module(name))
    assert tried.attempted > 0
    assert tried.failed == 0
