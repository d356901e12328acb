"""Hostile values, and what time, disks and hurried hands do to good ones."""

from __future__ import annotations

import copy
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random
from typing import Any

WORDS = (
    "", " ", "x", "0", "1", "2", "-1", "1e3", "1e400", "-0.0", "nan", "inf", "true", "null", "~",
    "none", "80:20", "0:0", "100:0", "1/3", "10 ms", "5ms", "0 s", "1e-400 s", "-3 us", "µs",
    "auto", "adam", "sgd", "rprop", "lbfgs", "adamw", "event", "dense", "relative", "mlp8", "vgg8",
    "ei", "bn", "dann", "shallow", "fashion-mnist-sample", "own-recordings", "cifar10", "../x",
    "a/b", ".", "..", "x\0y", "x\ny", "x\ty", "\u2028", "\x85", "\x1b[31m", "\ud800", "é", "日本",
    "\uff19", "²", "'", '"', "--", "--help", "[", "{", "*a", "&a b", "!!int x", "!!python/none",
    "2001-99-99", "2001-12-14", "0x1F", "1_000", "0o17", "+5", "\u0663", "1,000", "5 %", "%s",
    "{0}", "${HOME}", "a" * 300, "9" * 5000, "[" * 3000, "a=b", "epochs=", "=3", "weights:2",
    "weights:0", "distances", "activity:1,activity:2", "1/2", "0/2", "3/2", "1/0",
)  # fmt: skip
NUMBERS: tuple[Any, ...] = (
    0, 1, 2, 3, -1, -2, 10, 255, 256, 65535, 65536, 2**31, 2**32, 2**63 - 1, 2**63, 2**64, 10**20,
    -(2**63), 10**400, 0.0, -0.0, 0.5, 1.0, 0.1, -0.5, 1.5, 1e-320, 5e-324, 1e38, 1e39, 1e308,
    float("inf"), float("-inf"), float("nan"), True, False,
)  # fmt: skip
_LETTERS = "0123456789.:-+eE ,;/\\'\"[]{}()<>=*&!%#@|~^_abcxyzäµ\n\t\0\u2028"


@contextmanager
def deep() -> Iterator[None]:
    """Let what is nested thousands of times be written."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(20_000)
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


def said(content: object) -> str:
    """Return what something is, in a text that isn't too long."""
    with deep():
        return repr(content)[:3000]


def dumped(content: Any, indent: int | None = None) -> str:
    """Return JSON, however deep it goes."""
    with deep():
        return json.dumps(content, indent=indent, default=str)


def word(rng: Random) -> str:
    """Return a text that somebody might give."""
    kind = rng.random()
    if kind < 0.7:
        return rng.choice(WORDS)
    if kind < 0.85:
        return str(rng.choice(NUMBERS))
    return "".join(rng.choice(_LETTERS) for _ in range(rng.randrange(12)))


def edited(rng: Random, text: str) -> str:
    """Return a text with some letters changed, left out or put in."""
    for _ in range(rng.choice((1, 1, 1, 2, 4))):
        at = rng.randrange(len(text) + 1)
        what = rng.random()
        if what < 0.3:
            text = text[:at] + rng.choice(_LETTERS) + text[at + 1 :]
        elif what < 0.55:
            text = text[:at] + rng.choice(_LETTERS) + text[at:]
        elif what < 0.75:
            text = text[:at] + text[at + rng.choice((1, 1, 2, 8)) :]
        elif what < 0.9:
            text = text[:at] + word(rng) + text[at:]
        else:
            text = text[:at] + text[at - rng.randrange(20) :]
    return text


def value(rng: Random, depth: int = 0) -> Any:
    """Return what JSON or YAML may hold."""
    kind = rng.random()
    if kind < 0.35:
        return rng.choice(NUMBERS)
    if kind < 0.7:
        return word(rng)
    if kind < 0.78 or depth > 3:
        return None
    if kind < 0.9:
        return [value(rng, depth + 1) for _ in range(rng.randrange(4))]
    if kind < 0.99:
        return {word(rng): value(rng, depth + 1) for _ in range(rng.randrange(3))}
    deep: Any = 0
    for _ in range(rng.choice((50, 2000))):
        deep = [deep]
    return deep


def bytes_(rng: Random, data: bytes) -> bytes:
    """Return a file's bytes as a bad disk, a cut copy or an editor leaves them."""
    result = bytearray(data)
    for _ in range(rng.choice((1, 1, 1, 2, 5))):
        at = rng.randrange(len(result) + 1)
        size = rng.choice((1, 2, 4, 16, 512))
        what = rng.random()
        if what < 0.35 and at < len(result):
            result[at] ^= 1 << rng.randrange(8)
        elif what < 0.55 and at < len(result):
            result[at] = rng.choice((0, 1, 0x7F, 0x80, 0xFF, rng.randrange(256)))
        elif what < 0.65:
            del result[at:]
        elif what < 0.73:
            del result[at : at + size]
        elif what < 0.81:
            result[at:at] = rng.randbytes(size)
        elif what < 0.87:
            result[at : at + size] = bytes(len(result[at : at + size]))
        elif what < 0.92:
            result[at:at] = result[at : at + size]
        elif what < 0.96:
            result += rng.choice((b"\0", b"\n", b"\n\n", b" ", rng.randbytes(size)))
        elif len(result) >= 8:
            # A length or an offset in a header.
            at = rng.randrange(min(len(result) - 7, 4096))
            number = rng.choice((0, 1, 2**31, 2**32 - 1, 2**63, 2**64 - 1))
            result[at : at + 8] = number.to_bytes(8, rng.choice(("little", "big")))
    return bytes(result)


def json_(rng: Random, content: Any) -> Any:
    """Return JSON with one value in it changed, left out or doubled."""
    content = copy.deepcopy(content)
    at = content
    while True:
        keys = list(at) if isinstance(at, dict) else list(range(len(at)))
        if not keys:
            return value(rng)
        key = rng.choice(keys)
        if isinstance(at[key], dict | list) and at[key] and rng.random() < 0.8:
            at = at[key]
            continue
        what = rng.random()
        if what < 0.25:
            del at[key]
        elif what < 0.35 and isinstance(at, list):
            at.insert(key, copy.deepcopy(at[key]))
        elif what < 0.35:
            at[word(rng)] = at.pop(key)
        elif what < 0.7 and isinstance(at[key], int | float) and not isinstance(at[key], bool):
            at[key] += rng.choice((1, -1, at[key], 0.5, 1e-3))
        elif what < 0.8 and isinstance(at[key], str):
            at[key] = edited(rng, at[key])
        else:
            at[key] = value(rng)
        return content


def json_text(rng: Random, text: str) -> str:
    """Return a file of JSON, or of lines of JSON, with one change in it."""
    lines = text.splitlines() if _is_lines(text) else [text]
    at = rng.randrange(len(lines))
    what = rng.random()
    if len(lines) > 1 and what < 0.1:
        del lines[at]
    elif len(lines) > 1 and what < 0.2:
        lines.insert(at, lines[rng.randrange(len(lines))])
    else:
        content = json.loads(lines[at])
        if isinstance(content, dict | list):
            changed = json_(rng, content) if what < 0.93 else value(rng)
            lines[at] = dumped(changed, 2 if len(lines) == 1 else None)
    return "\n".join(lines) + "\n" * text.endswith("\n")


def _is_lines(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return True
    return False
