"""Reads an HTTP source's answer: is it what was set up, and where in it are the records."""

from __future__ import annotations

from typing import Any

import orjson

from integrations.core.errors import IntegrationError, RetryLaterError
from integrations.http.client import Answer
from integrations.http.retry_after import parse_retry_after
from integrations.sources.errors import (
    SourceAnswerError,
    SourceSignInError,
    UnreadableAnswerError,
)
from integrations.sources.traps import TrapError, check_unique_keys

_LATER = frozenset({408, 425, 429})
# Statuses below 500 that say "not now" (RFC 9110, 8470, 6585).
_NO_CONTENT = 204


def check_status(answer: Answer) -> None:
    """Raise what a status other than success means."""
    if not 200 <= answer.status < 300:
        error = _error_of(answer)
        error.status = answer.status
        raise error


def json_of(answer: Answer) -> Any:
    """The answer's JSON."""
    if answer.status == _NO_CONTENT:
        return []
    if answer.truncated:
        raise SourceAnswerError(
            "An answer of the source is larger than a page may be.",
            reason="too_large",
            fix="Ask for fewer records a page.",
        )
    start = answer.body.lstrip()[:1]
    if not start or start == b"<":
        reason = "html" if start else "empty"
        found = "a page for people" if start else "nothing"
        raise UnreadableAnswerError(f"The source answered with {found}, not JSON.", reason=reason)
    try:
        data = orjson.loads(answer.body)
        check_unique_keys(answer.body, data)
    except orjson.JSONDecodeError as exc:
        raise UnreadableAnswerError(
            f"The source's answer is not whole JSON: {exc.msg}.", reason="not_json"
        ) from exc
    except TrapError as exc:
        raise SourceAnswerError(exc.message, reason="duplicate_key") from exc
    return data


def records_in(data: Any, path: str) -> list[Any]:
    """The list of records at a path; "" is the answer itself."""
    found = found_at(path, data)
    if found is None:
        shown = ", ".join(map(str, data))[:200] if isinstance(data, dict) else type(data).__name__
        raise SourceAnswerError(
            f'The source\'s answer has nothing at "{path}".',
            reason="missing_path",
            fix=f"What it has at its top: {shown}.",
        )
    if not isinstance(found, list):
        raise SourceAnswerError(
            f'The source\'s answer has no list at "{path}".',
            reason="not_a_list",
            fix="Name the place of the list of records.",
        )
    return found


def found_at(path: str, data: Any) -> Any:
    """What stands at a dotted path, or None; a key that is literally the path wins."""
    if not path:
        return data
    if isinstance(data, dict) and path in data:
        return data[path]
    for step in path.split("."):
        if not isinstance(data, dict):
            return None
        data = data.get(step)
    return data


def _error_of(answer: Answer) -> IntegrationError:
    status = answer.status
    if status in _LATER or status >= 500:
        wait = parse_retry_after(answer.headers.get("Retry-After"), now=answer.received_at)
        return RetryLaterError(f"The source answered {status}.", retry_after=wait)
    if status in (401, 403):
        return SourceSignInError(
            f"The source refuses the credentials ({status}).", fix="Renew them in its settings."
        )
    if 300 <= status < 400:
        return SourceAnswerError(
            f"The source redirects to another address ({status}); redirects are not followed.",
            reason="redirected",
            fix="Set the address that it leads to.",
        )
    return SourceAnswerError(
        f"The source refuses the request ({status}).",
        reason="refused",
        fix="Check its address and parameters.",
    )
