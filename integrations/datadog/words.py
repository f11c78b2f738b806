"""Datadog's own words out of an error answer, whatever shape it has, without secrets.

Shapes: a list of strings, a list of JSON:API objects, RFC 6749, one error object, HTML, nothing
(recorded answers of DataDog/datadog-api-client-python, tests/v1 and v2 cassettes).
"""

from __future__ import annotations

import html
import json
import re
from typing import Any

from integrations.core.secret import Secret
from integrations.datadog.redact import redact
from integrations.http.client import Answer

# Enough for a sentence or two on a page; a validation error that names every series is longer.
MAX_WORDS = 500
# Words beyond this are not even parsed: error texts stand at the beginning.
_READ_BYTES = 16_000

# The deepest shape on record is an object in a list in an object.
_DEPTH = 6

_DROPPED = re.compile(r"(?is)<(script|style|head)\b.*?</\1\s*>")
_TAG = re.compile(r"<[^>]{0,500}>")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f\u2028\u2029\s]+")


def words_of(answer: Answer, *known: Secret) -> str:
    """Return at most 500 characters of one line: what Datadog said, secrets masked, or ""."""
    text = answer.body[:_READ_BYTES].decode("utf-8", errors="replace").strip()
    parsed = json_of(answer)
    said = _TAG.sub(" ", _DROPPED.sub(" ", text)) if parsed is None else "; ".join(_said(parsed))
    if parsed is None:
        said = html.unescape(said)
    line = _UNPRINTABLE.sub(" ", redact(said, *known)).strip()
    return line if len(line) <= MAX_WORDS else f"{line[: MAX_WORDS - 1]}…"


def errors_of(answer: Answer, *known: Secret) -> str:
    """The words of a non-empty ``errors`` list in a JSON answer, or ""; for 2xx answers."""
    parsed = json_of(answer)
    if isinstance(parsed, dict) and parsed.get("errors"):
        return words_of(answer, *known) or "errors without words"
    return ""


def json_of(answer: Answer) -> Any:
    """The JSON of the body whatever its content type, or None when it is none."""
    try:
        return json.loads(answer.body)
    except (ValueError, RecursionError):
        return None


def _said(parsed: Any, *, depth: int = _DEPTH) -> list[str]:
    if depth == 0:
        return []
    if isinstance(parsed, dict):
        return _said_by_object(parsed, depth=depth - 1)
    if isinstance(parsed, list):
        return [words for entry in parsed for words in _said(entry, depth=depth - 1)]
    return [parsed] if isinstance(parsed, str) else []


def _said_by_object(parsed: dict[str, Any], *, depth: int) -> list[str]:
    for inner in ("errors", "error"):
        if isinstance(parsed.get(inner), list | dict):
            return _said(parsed[inner], depth=depth)
    names = ("title", "error", "code", "error_description", "detail", "message", "errors")
    return [parsed[name] for name in names if isinstance(parsed.get(name), str) and parsed[name]]
