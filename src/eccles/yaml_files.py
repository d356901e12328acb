"""The YAML that Eccles reads: plain values, each name once, of a bounded size and depth."""

from __future__ import annotations

import re
from typing import Any

import yaml
from yaml import AliasEvent, Node, ScalarNode

from eccles.errors import plain

MOST_BYTES = 2**20
MOST_VALUES = 50_000
"""Values of a file, each counted as often as aliases repeat it."""
MOST_DEPTH = 50
"""Lists and mappings within each other."""
_LARGEST = 2**63
_CORE = "tag:yaml.org,2002:"
_MERGE = f"{_CORE}merge"
_TEXT = f"{_CORE}str"


class _RefusedError(yaml.MarkedYAMLError):
    """Valid YAML that Eccles doesn't accept; its `problem` tells the user why."""


class _Loader(yaml.SafeLoader):
    """YAML with the numbers of its version 1.2: 80:20 is a text, not 80 minutes and 20 seconds."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._values = self._depth = self._deepest = 0
        self._anchors: dict[str, tuple[int, int]] = {}
        """How many values each anchor holds, and how deep they lie in it."""

    def compose_node(self, parent: Any, index: Any) -> Node | None:
        event: Any = self.peek_event()  # type: ignore[no-untyped-call]
        anchor, mark = event.anchor, event.start_mark
        if isinstance(event, AliasEvent):
            node = super().compose_node(parent, index)
            if anchor not in self._anchors:
                raise _RefusedError(None, None, f"an alias of what it is in, *{anchor[:40]}", mark)
            values, depth = self._anchors[anchor]
            self._reach(values, self._depth + depth, event)
            return node
        before, outer = self._values, self._deepest
        self._depth += 1
        self._deepest = self._depth
        self._reach(1, self._depth, event)
        node = super().compose_node(parent, index)
        if anchor is not None:
            self._anchors[anchor] = self._values - before, self._deepest - self._depth + 1
        self._deepest = max(outer, self._deepest)
        self._depth -= 1
        return node

    def _reach(self, values: int, depth: int, event: Any) -> None:
        """Count the values met so far, and refuse too many or too deep ones before any is built."""
        self._values += values
        self._deepest = max(self._deepest, depth)
        if self._values > MOST_VALUES:
            problem = f"more than {MOST_VALUES:,} values, aliases counted as often as they stand"
            raise _RefusedError(None, None, problem, event.start_mark)
        if self._deepest > MOST_DEPTH:
            problem = f"more than {MOST_DEPTH} lists within each other"
            raise _RefusedError(None, None, problem, event.start_mark)

    def compose_mapping_node(self, anchor: Any) -> Any:
        node = super().compose_mapping_node(anchor)
        known: dict[str, int] = {}
        for key, _ in node.value:
            if not isinstance(key, ScalarNode) or key.tag not in (_TEXT, _MERGE):
                what = (
                    f"the name {key.value}" if isinstance(key, ScalarNode) else "a list as a name"
                )
                hint = "; names are text, in quotes where they look like something else"
                raise _RefusedError(None, None, what[:80] + hint, key.start_mark)
            if key.value in known:
                problem = f"{key.value[:80]!r} a second time, after line {known[key.value]},"
                raise _RefusedError(None, None, problem, key.start_mark)
            known[key.value] = key.start_mark.line + 1
        return node

    def construct_object(self, node: Any, deep: bool = False) -> Any:
        try:
            return super().construct_object(node, deep)
        except (ValueError, LookupError, TypeError, AttributeError):
            kind = node.tag.removeprefix(_CORE)
            raise _RefusedError(None, None, f"what is no {kind}", node.start_mark) from None


def _whole(loader: _Loader, node: Any) -> int:
    number = int(loader.construct_scalar(node))
    if not -_LARGEST <= number < _LARGEST:
        problem = "a whole number of more than 64 bits"
        raise _RefusedError(None, None, problem, node.start_mark)
    return number


def _number(loader: _Loader, node: Any) -> float:
    return float(loader.construct_scalar(node))


_Loader.yaml_implicit_resolvers = {
    first: [(tag, rule) for tag, rule in rules if tag.endswith((":bool", ":null", ":merge"))]
    for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.yaml_constructors = {
    f"{_CORE}{kind}": yaml.SafeLoader.yaml_constructors[f"{_CORE}{kind}"]
    for kind in ("null", "bool", "str", "seq", "map")
} | {None: yaml.SafeLoader.yaml_constructors[None]}
_Loader.add_constructor(f"{_CORE}int", _whole)
_Loader.add_constructor(f"{_CORE}float", _number)
_Loader.add_implicit_resolver(f"{_CORE}int", re.compile(r"^[-+]?[0-9]+$"), list("-+0123456789"))
_Loader.add_implicit_resolver(
    f"{_CORE}float",
    re.compile(r"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$"),
    list("-+.0123456789"),
)


class YAMLError(ValueError):
    """Why a text isn't YAML that we take, in a few words, with the line."""


_REASONS = {
    r"found character '\\t'": "a tab, where YAML has spaces",
    r"found undefined alias '?(?P<it>[^']*)": "the alias *{it}, which nothing defines,",
    r"constructor for the tag '(?:tag:yaml.org,2002:)?(?P<it>[^']*)": "the tag !!{it}, not taken,",
    r"found undefined tag handle '?(?P<it>[^']*)": "the tag {it}, which nothing defines,",
    r"found incompatible YAML document": "a version of YAML that isn't known",
    r"but found another document": "a second document",
    r"mapping values are not allowed": "a second ': ' in one line, which needs quotes,",
    r"expected ',' or '(?P<it>[]}])', but got '<stream end>'": "no {it} to close a bracket",
    r"unexpected end of stream": "no quote to close a text",
}
"""What the parser says, as a pattern, and our words for it."""


def _why(error: yaml.YAMLError | RecursionError, text: str) -> str:
    """Return what is wrong with a text in a few words, with the line where it is known."""
    if isinstance(error, yaml.reader.ReaderError):
        line = text.count("\n", 0, error.position) + 1
        code = error.character if isinstance(error.character, int) else ord(error.character)
        return f"the character U+{code:04X}, which no YAML has, in line {line}"
    if not isinstance(error, yaml.MarkedYAMLError):
        return "an error"
    problem = error.problem or "an error"
    for pattern, words in _REASONS.items():
        if found := re.search(pattern, problem):
            said = found.groupdict()
            problem = words.format(it=plain(said.get("it") or "", 40))
            break
    mark = error.problem_mark
    return f"{plain(problem, 140)} in line {mark.line + 1}" if mark else plain(problem, 140)


def parse(text: str) -> Any:
    """Return what a text in YAML holds, or raise YAMLError.

    >>> parse("ei: 80:20")
    {'ei': '80:20'}
    >>> parse("lr: 1, lr: 2")
    Traceback (most recent call last):
    eccles.yaml_files.YAMLError: a second ': ' in one line, which needs quotes, in line 1
    """
    if len(text) > MOST_BYTES:
        raise YAMLError(f"a text of {len(text):,} letters, over {MOST_BYTES:,}")
    loader = None
    try:
        # Its rules are those of a safe loader, and fewer.
        loader = _Loader(text)
        return loader.get_single_data()
    except (yaml.YAMLError, RecursionError) as error:
        raise YAMLError(_why(error, text)) from None
    finally:
        if loader is not None:
            loader.dispose()
