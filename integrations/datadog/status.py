"""What an HTTP status of Datadog's means: a table from status to kind, and the error of each kind.

Knows no call in particular; ``surface`` tells the worlds apart: "intake" (API key, telemetry),
"resource" (bearer token, everything else) and "record" (bearer token, but the call carries a record
of the customer's, such as an incident).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Literal

from integrations.core.errors import (
    GrantRevokedError,
    IntegrationError,
    MissingScopeError,
    PayloadRefusedError,
    PayloadTooLargeError,
    RetryLaterError,
    StopError,
)
from integrations.core.secret import Secret
from integrations.datadog.words import errors_of, words_of
from integrations.http.client import Answer

Surface = Literal["intake", "resource", "record"]


class Kind(StrEnum):
    """What happens next after an answer."""

    DONE = "done"
    RETRY = "retry later"
    REVOKED = "grant or key no longer works"
    NO_SCOPE = "scope is missing"
    TOO_LARGE = "halve the batch"
    REFUSED = "a record is refused"
    WRONG_HOST = "wrong host"
    STOP = "stop and tell"


# Exact statuses; the ranges follow below. 400 and 422 on an intake mean a poison record, on a
# resource a call that will never work. 404 and 405 on an intake mean a wrong address.
_INTAKE: Mapping[int, Kind] = MappingProxyType(
    {
        400: Kind.REFUSED,
        401: Kind.REVOKED,
        403: Kind.REVOKED,
        404: Kind.WRONG_HOST,
        405: Kind.WRONG_HOST,
        408: Kind.RETRY,
        413: Kind.TOO_LARGE,
        422: Kind.REFUSED,
        425: Kind.RETRY,
        429: Kind.RETRY,
    }
)
# A 403 here is an expired token, a lost scope or a disabled app alike: callers refresh once first.
_RESOURCE: Mapping[int, Kind] = MappingProxyType(
    {
        401: Kind.REVOKED,
        403: Kind.NO_SCOPE,
        408: Kind.RETRY,
        425: Kind.RETRY,
        429: Kind.RETRY,
    }
)
_RECORD: Mapping[int, Kind] = MappingProxyType(
    {**_RESOURCE, 400: Kind.REFUSED, 413: Kind.TOO_LARGE, 422: Kind.REFUSED}
)
STATUS_KINDS: Mapping[Surface, Mapping[int, Kind]] = MappingProxyType(
    {"intake": _INTAKE, "resource": _RESOURCE, "record": _RECORD}
)
# By the first digit, for what the tables above do not name. Datadog redirects no API call, so a
# redirect means that something else answers on that host.
_RANGES: Mapping[int, Kind] = MappingProxyType(
    {2: Kind.DONE, 3: Kind.WRONG_HOST, 4: Kind.STOP, 5: Kind.RETRY}
)

# Statuses after which nothing can have been accepted; every other retry may repeat (data sheet of
# non-delivery: connect failure, 429, 503).
_NOT_ACCEPTED = frozenset({429, 503})
# Longest wait obeyed; a longer one is a wrong clock or a wrong unit.
_MAX_WAIT_S = 3600.0
# Above this a "seconds until reset" is a Unix time (seen by DataDog/dd-trace-py#17170).
_ABSOLUTE_FROM = 1e9


def kind_of(status: int, *, surface: Surface = "intake") -> Kind:
    """The kind of an HTTP status on that surface."""
    return STATUS_KINDS[surface].get(status) or _RANGES.get(status // 100, Kind.STOP)


def raise_for(answer: Answer, *known: Secret, surface: Surface = "intake") -> None:
    """Return when Datadog has taken it; else raise the error of the answer's kind.

    RetryLaterError, GrantRevokedError, MissingScopeError, StopError, PayloadTooLargeError or
    PayloadRefusedError. ``known`` are secrets masked in the words that the error carries.
    """
    kind = kind_of(answer.status, surface=surface)
    if kind is Kind.REVOKED and is_page(answer):
        kind = Kind.RETRY
    if kind is Kind.DONE:
        _check_success(answer, known, surface)
        return
    raise _with_status(_ERRORS[kind](answer, words_of(answer, *known)), answer)


def is_page(answer: Answer) -> bool:
    """Whether a web page came instead of an answer of Datadog's API.

    With a 403 it is a proxy's or the edge's, and says nothing about a credential: Datadog refuses a
    key in JSON, and in HTML only one that is no key by its form (zorkian/go-datadog-api#286).
    """
    return answer.headers.get("Content-Type", "").startswith("text/html") and bool(
        answer.body.strip()
    )


def retry_after(answer: Answer) -> float | None:
    """Seconds that Datadog asks to wait: the longer of Retry-After and X-RateLimit-Reset."""
    waits = [
        wait
        for name in ("Retry-After", "X-RateLimit-Reset")
        if (wait := _seconds(answer.headers.get(name), answer.received_at)) is not None
    ]
    return min(max(waits), _MAX_WAIT_S) if waits else None


def _seconds(value: str | None, now: float) -> float | None:
    try:
        seconds = float(value or "")
    except ValueError:
        return None
    if not math.isfinite(seconds):
        return None
    return max(0.0, seconds - now if seconds > _ABSOLUTE_FROM else seconds)


def _check_success(answer: Answer, known: tuple[Secret, ...], surface: Surface) -> None:
    """A 2xx with a web page in it is not Datadog's intake; a 202 may still list errors."""
    if is_page(answer):
        raise _with_status(_wrong_host(answer, words_of(answer, *known)), answer)
    if surface == "intake" and (said := errors_of(answer, *known)):
        raise _with_status(_refused(answer, said), answer)


def _with_status(error: IntegrationError, answer: Answer) -> IntegrationError:
    error.status = answer.status
    return error


def _sentence(start: str, answer: Answer, said: str) -> str:
    return f"{start} (status {answer.status}{f': {said}' if said else ''})."


def _retry(answer: Answer, said: str) -> IntegrationError:
    start = (
        "A page came instead of Datadog's answer"
        if is_page(answer) and answer.status in (401, 403)
        else "Datadog asks to try again later"
    )
    return RetryLaterError(
        _sentence(start, answer, said),
        retry_after=retry_after(answer),
        uncertain=answer.status not in _NOT_ACCEPTED,
    )


def _revoked(answer: Answer, said: str) -> IntegrationError:
    return GrantRevokedError(
        _sentence("Datadog refused the credentials", answer, said),
        fix="Check in Datadog that the API key is active, then link Datadog again.",
    )


def _no_scope(answer: Answer, said: str) -> IntegrationError:
    return MissingScopeError(
        _sentence("Datadog refused the call for lack of permission", answer, said),
        fix="Link Datadog again with a user who holds every permission that is asked for.",
    )


def _wrong_host(answer: Answer, said: str) -> IntegrationError:
    return StopError(
        _sentence("The answer did not come from Datadog's API: wrong host", answer, said),
        fix="Check the Datadog site of this connection and the network between here and it.",
    )


def _stop(answer: Answer, said: str) -> IntegrationError:
    return StopError(
        _sentence("Datadog does not accept this call", answer, said),
        fix="Ask the vendor's support; repeating the call will not help.",
    )


def _too_large(answer: Answer, said: str) -> IntegrationError:
    return PayloadTooLargeError(_sentence("The payload is too large", answer, said))


def _refused(answer: Answer, said: str) -> IntegrationError:
    return PayloadRefusedError(_sentence("Datadog refused the payload", answer, said), detail=said)


_ERRORS: Mapping[Kind, Callable[[Answer, str], IntegrationError]] = MappingProxyType(
    {
        Kind.RETRY: _retry,
        Kind.REVOKED: _revoked,
        Kind.NO_SCOPE: _no_scope,
        Kind.TOO_LARGE: _too_large,
        Kind.REFUSED: _refused,
        Kind.WRONG_HOST: _wrong_host,
        Kind.STOP: _stop,
    }
)
