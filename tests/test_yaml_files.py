import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from eccles.yaml_files import MOST_BYTES, MOST_DEPTH, MOST_VALUES, YAMLError, parse


def doubled(times: int, first: str, each: str) -> str:
    """Return anchors of which each holds the one before it twice."""
    lines = [f"a0: &a0 {first}"]
    lines += [f"a{k}: &a{k} {each.replace('@', f'*a{k - 1}')}" for k in range(1, times)]
    return "\n".join(lines)


def nested(depth: int, inside: str = "") -> str:
    return "[" * depth + inside + "]" * depth


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (doubled(9, "[x]", "[@, @, @, @, @, @, @, @, @]"), "more than 50,000 values, aliases"),
        # Copies of names that are merged are values too.
        (doubled(40, "{x: 1}", "{<<: [@, @]}"), "more than 50,000 values, aliases"),
        (nested(3000), "more than 50 lists within each other in line 1"),
        ("{a: " * 3000, "more than 50 lists within each other in line 1"),
        # Fifty at a time, by aliases.
        (doubled(3, nested(30), nested(30, "@")), "more than 50 lists .* in line 2"),
        ("a: 1\nb: &b [*b]", r"an alias of what it is in, \*b in line 2"),
        ("&a {x: *a}", r"an alias of what it is in, \*a in line 1"),
        ("a: 1\nb:\n  c: 1\n  d: 1\n  c: 2", "'c' a second time, after line 3, in line 5"),
        ("a: 1\n'a': 2", "'a' a second time, after line 1, in line 2"),
        ("{<<: {a: 1}, <<: {b: 1}}", "'<<' a second time"),
        ("x: 1\n2001-99-99: 1\n3: 4", "the name 3; names are text"),
        ("? [a, b]\n: 1", "a list as a name"),
        ("a: 1\nb: !!int x", "what is no int in line 2"),
        ("!!float x", "what is no float in line 1"),
        ("!!bool x", "what is no bool in line 1"),
        ("9" * 5000, "what is no int in line 1"),
        ("18446744073709551616", "a whole number of more than 64 bits in line 1"),
        ("!!timestamp x", "the tag !!timestamp, not taken, in line 1"),
        ("!!set {a, b}", "the tag !!set, not taken, in line 1"),
        ("!!python/object/apply:os.abort []", "the tag !!python/object/apply:os.abort, not"),
        ("!x!y 1", "the tag !x!, which nothing defines, in line 1"),
        ("a: *b", r"the alias \*b, which nothing defines, in line 1"),
        ("a: 1\n---\nb: 1", "a second document in line 2"),
        ("%YAML 9.9\n--- 1", "a version of YAML that isn't known in line 1"),
        ("a: 1\n\tb: 2", "a tab, where YAML has spaces in line 2"),
        ("a: b: c", "a second ': ' in one line, which needs quotes, in line 1"),
        ("a: [1\n", r"no \] to close a bracket in line 2"),
        ("a: {b: 1\n", "no } to close a bracket in line 2"),
        ("a: 'b", "no quote to close a text in line 1"),
        ("a: 1\nb: \0", r"the character U\+0000, which no YAML has, in line 2"),
        ("a: \udcff", r"the character U\+DCFF, which no YAML has, in line 1"),
        ("- a\nb: 1", "expected <block end>, but found .* in line 2"),
        ("#" * (MOST_BYTES + 1), "a text of 1,048,577 letters, over 1,048,576"),
        ("[" + "1," * MOST_VALUES + "]", "more than 50,000 values"),
    ],
)
def test_what_is_refused(text, problem):
    with pytest.raises(YAMLError, match=problem) as error:
        parse(text)
    assert len(str(error.value)) < 200
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: 2001-99-99\nb: 2001-01-01", {"a": "2001-99-99", "b": "2001-01-01"}),
        ("a: &a {x: 1, y: 1}\nb: {y: 2, <<: *a}", {"a": {"x": 1, "y": 1}, "b": {"x": 1, "y": 2}}),
        # The one is merged into the other before it has its own names.
        (
            "a: {<<: &b {x: 1, <<: {x: 3, z: 2}}}\nc: *b",
            {"a": {"x": 1, "z": 2}, "c": {"x": 1, "z": 2}},
        ),
        ("[&x [1, 2], *x, *x]", [[1, 2], [1, 2], [1, 2]]),
        (nested(MOST_DEPTH - 1, "7"), [7]),
        ("!!str 7", "7"),
        ("!!float 7", 7.0),
        ("[-9223372036854775808, 9223372036854775807]", [-(2**63), 2**63 - 1]),
    ],
)
def test_what_is_taken(text, value):
    found = parse(text)
    while text.startswith("[[") and isinstance(found[0], list):
        found = found[0]
    assert found == value


_PIECES = (
    "a: ", "&a ", "*a", "<<: ", "[", "]", "{", "}", ", ", "\n", "  ", "- ", "? ", "!!int ",
    "!!map ", "!!omap ", "!!binary ", "2001-99-99", "1e999",
    "0x1f", "1:2", "~", "|\n", "'", '"', "\\x", "\0",
    "---\n", "#", "%YAML 9.9\n", "é", "\ud800", "9" * 4301,
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(_PIECES), max_size=12).map("".join))
@example("!!map [a]")
@example("a: !!seq x")
@example("{<<: 3}")
def test_any_text_is_read_or_refused(text):
    refused = ""
    try:
        found = parse(text)
    except YAMLError as error:
        refused = str(error)
    assert refused or is_plain(found)
    assert len(refused) < 400


def is_plain(value: object) -> bool:
    """Whether a value is of the kinds that settings are made of."""
    if isinstance(value, dict):
        return all(isinstance(key, str) and is_plain(each) for key, each in value.items())
    if isinstance(value, list):
        return all(map(is_plain, value))
    return value is None or isinstance(value, str | int | float)
