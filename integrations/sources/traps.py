"""What a JSON parser lets pass and a record must not have: duplicate keys, NUL, deep nesting.

Parsers keep the last of two equal keys without a word, PostgreSQL refuses NUL in text, and nesting
without end exhausts whoever walks it. Knows no dataset.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

MAX_DEPTH = 32
# Datadog reads attributes to a depth of 10; nothing real comes near this.


class TrapError(ValueError):
    """A record has one of the traps. ``field`` is its key where there is one."""

    def __init__(self, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.field = field


def surely_harmless(lines: Sequence[bytes], contents: Sequence[dict[str, Any]]) -> bool:
    """Quickly: is it certain that none of the lines, parsed to ``contents``, has a trap?

    Counts instead of parsing again. Every key is followed by a colon, so as many key-like colons
    as keys means that no key was lost.
    """
    text = b"\n".join(lines)
    if b"\\u0000" in text:
        return False
    if text.count(b"{") == len(lines) and b"[" not in text:
        return _colons_after_keys(text) == sum(map(len, contents))
    try:
        keys = sum(map(_checked_keys, lines, contents))
    except TrapError:
        return False
    return _colons_after_keys(text) == keys


def check_traps(line: bytes, content: dict[str, Any]) -> None:
    """Raise TrapError when the parsed ``content`` of ``line`` has one of the traps."""
    if b"\\u0000" in line:
        _check_nul(content, key="")
    if _colons_after_keys(line) != _checked_keys(line, content):
        json.loads(line, object_pairs_hook=_unique)


def check_unique_keys(text: bytes, value: object) -> None:
    """Raise TrapError when an object in ``text``, parsed to ``value``, has a key twice."""
    if _colons_after_keys(text) != _keys_within(value):
        json.loads(text, object_pairs_hook=_unique)


def _keys_within(value: object) -> int:
    """How many keys there are at all depths; without recursion, since no depth is checked yet."""
    keys, waiting = 0, [value]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            keys += len(part)
            waiting += part.values()
        elif isinstance(part, list):
            waiting += part
    return keys


def _colons_after_keys(text: bytes) -> int:
    """At least the number of keys in the text; colons inside of strings may add to it."""
    spaced = text.count(b" :") + text.count(b"\t:") + text.count(b"\r:")
    return text.count(b'":') + spaced


def _checked_keys(line: bytes, content: dict[str, Any]) -> int:
    """How many keys the record has at all depths; refuses nesting beyond the limit."""
    if b"[" not in line and line.find(b"{", 1) < 0:
        return len(content)
    return _nested_keys(content, 1)


def _nested_keys(value: dict[str, Any] | list[Any], depth: int) -> int:
    if depth > MAX_DEPTH:
        raise TrapError(f"The record is nested deeper than {MAX_DEPTH} levels.")
    keys, parts = (len(value), value.values()) if isinstance(value, dict) else (0, value)
    for part in parts:
        if type(part) is dict or type(part) is list:
            keys += _nested_keys(part, depth + 1)
    return keys


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content: dict[str, Any] = {}
    for key, value in pairs:
        if key in content:
            raise TrapError(f'The key "{key[:100]}" stands twice in one object.', field=key[:100])
        content[key] = value
    return content


def _check_nul(value: object, *, key: str) -> None:
    if isinstance(value, str) and "\0" in value:
        raise TrapError("A text contains the NUL character.", field=key)
    if isinstance(value, list):
        for part in value:
            _check_nul(part, key=key)
    if isinstance(value, dict):
        for name, part in value.items():
            _check_nul(name, key=key or name.replace("\0", ""))
            _check_nul(part, key=key or name)
