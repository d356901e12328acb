"""Text is UTF-8, whatever the machine's locale says: every place that opens some names it."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "src" / "eccles"
TEXT = {"read_text", "write_text", "TextIOWrapper", "fdopen", "FileHandler"}
CHILDREN = {"run", "Popen", "check_output", "check_call", "call"}


def _mode(call: ast.Call, place: int, default: str = "r") -> str | None:
    """Return the mode that a call names, or its default; None for what's no mode."""
    named = [word.value for word in call.keywords if word.arg == "mode"]
    given = (call.args[place : place + 1] or named or [ast.Constant(default)])[0]
    value = given.value if isinstance(given, ast.Constant) else None
    return value if isinstance(value, str) and set(value) <= set("rwxabt+") else None


def _opens_text(call: ast.Call) -> bool:
    words = {word.arg: word.value for word in call.keywords}
    if isinstance(call.func, ast.Name):
        mode = _mode(call, 1)
        return call.func.id == "open" and mode is not None and "b" not in mode
    if not isinstance(call.func, ast.Attribute):
        return False
    name, owner = call.func.attr, ast.unparse(call.func.value)
    if name in {"NamedTemporaryFile", "TemporaryFile"}:
        return "b" not in (_mode(call, 0, "w+b") or "")
    if name == "open":
        # Of a path the mode comes first, of a module that opens files second.
        mode = _mode(call, 1 if owner in {"gzip", "lzma", "bz2", "io", "tarfile"} else 0)
        if owner in {"gzip", "lzma", "bz2", "tarfile"}:
            return mode is not None and "t" in mode
        return owner != "os" and mode is not None and "b" not in mode
    if name in CHILDREN and owner == "subprocess":
        return "text" in words or "universal_newlines" in words
    return name in TEXT


def unnamed(source: str) -> list[int]:
    """Return the lines of a source that open text without saying how it is encoded."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call)
        and _opens_text(node)
        and "encoding" not in {word.arg for word in node.keywords}
    ]


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("path.read_text()", True),
        ("path.read_text(encoding='utf-8')", False),
        ("path.write_text(text)", True),
        ("write_text(path, text)", False),
        ("open(path)", True),
        ("open(path, 'rb')", False),
        ("path.open('a+')", True),
        ("path.open()", True),
        ("path.open('rb')", False),
        ("tempfile.TemporaryFile(dir=folder)", False),
        ("tempfile.NamedTemporaryFile('w')", True),
        ("gzip.open(path)", False),
        ("gzip.open(path, 'rt')", True),
        ("folder.open(config, resume=True)", False),
        ("subprocess.run(words, text=True)", True),
        ("subprocess.run(words, capture_output=True)", False),
    ],
)
def test_what_opens_text_is_told_from_what_does_not(source, found):
    assert bool(unnamed(source)) == found


def test_every_open_names_its_encoding():
    sources = sorted(PACKAGE.rglob("*.py"))
    assert len(sources) > 150
    places = [
        f"{path.relative_to(PACKAGE)}:{line}"
        for path in sources
        for line in unnamed(path.read_text(encoding="utf-8"))
    ]
    assert places == []
