"""A condition on a table's rows: one SQL expression that looks at nothing but that table."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from eccles.errors import InputError, listed, nearest, plain, shown
from eccles.sweeps.complaint import complaint, written

if TYPE_CHECKING:
    import duckdb

_LETTERS = 100_000
_DEPTH = 50
_TREE = 400
"""Brackets of a parsed condition inside each other, two for each of its parts."""

_PIECES = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|--|/\*|(?i:\be')|.""", re.DOTALL)
"""What counts outside quotes: a text or a quoted name is passed over as a whole."""

_BRACKETS = re.compile(r'"(?:[^"\\]|\\.)*"|[][{}]')
_RATIO = re.compile(r"'(?:[^']|'')*'|(?<![\w.:])([\w.]+:[\w.]+)")

_KINDS = {
    *("COLUMN_REF", "CONSTANT", "COMPARISON", "CONJUNCTION", "OPERATOR", "BETWEEN", "CASE"),
    *("CAST", "TYPE", "FUNCTION"),
}
"""Parts of an expression that look at one row and nothing else."""

_OPERATORS = {
    *("+", "-", "*", "/", "//", "%", "**", "^", "&", "|", "<<", ">>", "~", "@"),
    *("~~", "!~~", "~~*", "!~~*", "~~~", "^@"),
    *("like_escape", "not_like_escape", "ilike_escape", "not_ilike_escape"),
}
_FUNCTIONS = {
    *(
        "abs",
        "ceil",
        "ceiling",
        "exp",
        "floor",
        "ln",
        "log",
        "log10",
        "log2",
        "mod",
        "pow",
        "power",
    ),
    *("round", "sign", "sqrt", "trunc", "greatest", "least", "isfinite", "isinf", "isnan"),
    *(
        "contains",
        "ends_with",
        "length",
        "lower",
        "regexp_full_match",
        "regexp_matches",
        "starts_with",
        "strlen",
    ),
    *("prefix", "suffix", "strpos", "instr", "substr", "substring", "trim", "ltrim", "rtrim"),
    *("upper", "coalesce", "ifnull", "nullif", "left", "right"),
}
"""Functions of a row whose result is no larger than what they are given."""

_TYPES = {
    *("bigint", "boolean", "bool", "double", "float", "real", "int", "integer", "hugeint"),
    *("smallint", "tinyint", "varchar", "text", "string", "float8", "float4", "int8", "int4"),
}


def checked(
    base: duckdb.DuckDBPyConnection,
    where: str,
    columns: Sequence[str],
    of: str,
    tables: Mapping[str, Collection[str]] | None = None,
) -> str:
    """Return a condition as SQL in parentheses, or raise InputError unless it is one.

    It is one expression of columns, constants, operators and a known set of functions. It can't
    hold a query, a second statement or a comment, read a file, or need memory that grows faster
    than its own text.

    Args:
        base: a database, whose parser reads the condition and which isn't touched.
        where: the condition.
        columns: the columns that it may name, those that a study varies first.
        of: what these are the columns of, for the error.
        tables: what has columns besides, for the error too.
    """
    if not isinstance(where, str):
        raise not_one(where, columns, of, "it is no text")
    if why := _broken(where):
        raise not_one(where, columns, of, why)
    # A line of its own, so that nothing at its end reaches the closing parenthesis.
    begin, text = "SELECT 1 WHERE ", f"(\n{where}\n)"
    tree = _parsed(base, begin + text)
    if _deepest(tree) > _TREE:
        raise not_one(where, columns, of, f"more than {_TREE // 2} parts inside each other")
    read = json.loads(tree)
    if read.get("error"):
        whole = int(read.get("position") or 0) < len((begin + text).encode()) - 1
        why = read.get("error_message", "it can't be read") if whole else "it ends too soon"
        raise not_one(where, columns, of, why)
    statements = read["statements"]
    node = statements[0]["node"]
    condition = node.pop("where_clause", None)
    if len(statements) != 1 or node["type"] != "SELECT_NODE" or condition is None:
        raise not_one(where, columns, of, "it is more than one expression")
    for part in (*_parts(node), *_parts(condition)):
        if why := _unfit(part, columns, tables or {}):
            raise not_one(where, columns, of, why)
    return text


def not_one(where: object, columns: Iterable[str], of: str, why: object) -> InputError:
    """Return the error for what is no condition over the columns of some tables.

    Args:
        where: what was given.
        columns: the columns that there are.
        of: what these are the columns of.
        why: our reason, or the database's.
    """
    reason = plain(complaint(str(why)), 120)
    bare = [found for found in _RATIO.findall(where) if found] if isinstance(where, str) else []
    if bare:
        reason += f"; text stands in single quotes: '{plain(bare[0], 20)}'"
    return InputError(
        f"study: the condition must be SQL over the columns of {of}, such as "
        f"\"ei = '80:20' AND seed < 4\", got {shown(where, 70)}: {reason}; "
        f"there are {listed(columns, 90)}"
    )


def _broken(where: str) -> str:
    """Return why a text can't be one expression, by its letters alone; nothing where it may be."""
    if len(where) > _LETTERS:
        return f"it has {len(where):,} letters, and {_LETTERS:,} are the most"
    if not where.strip():
        return "it is empty"
    if "\0" in where:
        return "it has a null character"
    if any("\ud800" <= letter <= "\udfff" for letter in where):
        return "it has a letter that UTF-8 doesn't know"
    depth = 0
    for piece in _PIECES.findall(where):
        depth += (piece in "([{") - (piece in ")]}")
        if depth < 0:
            break
        if depth > _DEPTH:
            return f"more than {_DEPTH} parentheses inside each other"
        if piece in (";", "--", "/*", "$", "?") or piece.lower() == "e'":
            return f"a condition has no {piece} in it"
        if piece in "'\"":
            return f"a {piece} isn't closed"
    return "its parentheses don't match" if depth else ""


def _parsed(base: duckdb.DuckDBPyConnection, query: str) -> str:
    row = base.execute("SELECT json_serialize_sql(?::VARCHAR)", [query]).fetchone()
    return str(row[0]) if row else "{}"


def _deepest(tree: str) -> int:
    """Return how many brackets of a text in JSON stand inside each other at most."""
    depth = most = 0
    for piece in _BRACKETS.findall(tree):
        depth += (piece in "{[") - (piece in "}]")
        most = max(most, depth)
    return most


def _parts(tree: Any) -> Iterator[dict[str, Any]]:
    """Yield the parts of a parsed expression, outer ones first."""
    if isinstance(tree, dict):
        if "class" in tree:
            yield tree
        for inner in tree.values():
            yield from _parts(inner)
    elif isinstance(tree, list):
        for inner in tree:
            yield from _parts(inner)


def _unfit(
    part: dict[str, Any], columns: Iterable[str], tables: Mapping[str, Collection[str]]
) -> str:
    """Return why a part of an expression can't be in a condition; nothing where it can."""
    kind = part["class"]
    if kind not in _KINDS:
        return f"a condition has no {written(kind.lower())} in it"
    if kind == "COLUMN_REF":
        *table, name = part["column_names"]
        if not table and name.lower() in {column.lower() for column in columns}:
            return ""
        said = ".".join((*table, name))
        if homes := [table for table, own in tables.items() if said.lower() in own]:
            return f"{said} is a column of {listed(homes, 40)}: choose one as the table"
        near = nearest(name, columns) or "; text stands in single quotes" * name.isalnum()
        return f"there is no column {shown(said, 40)}{near}"
    if kind == "FUNCTION":
        name = part["function_name"].lower()
        known = name in _OPERATORS or name in _FUNCTIONS
        if known and part.get("schema") and not part.get("catalog"):
            before, more = plain(part["schema"], 40), ", ..." * bool(part["arguments"])
            return f"{before}.{name}(...) is written {name}({before}{more})"
        if not known or part.get("catalog") or part.get("filter"):
            near = nearest(name, _FUNCTIONS - {name}) if written(name) == name else ""
            return f"a condition has no {shown(written(name), 40)} in it{near}"
    if kind == "CAST":
        # Kinds of values besides these may need an extension, which would be fetched.
        found = json.dumps(part.get("type_expr") or part.get("cast_type"))
        named = re.findall(r'"(?:type_name|id)": "(\w*)"', found)
        if not named or any(name.lower() not in _TYPES for name in named if name != "UNBOUND"):
            return f"a condition casts to {listed(sorted(_TYPES), 80)} alone"
    return ""
