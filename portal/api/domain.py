"""What the ingest API takes and how it refuses; plain Python.

The limits and the table of problems are the single source of the OpenAPI document, too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any

MAX_COMPRESSED_BYTES = 16 * 1024 * 1024
"""Of a gzip body. Records shrink four times at the least, so this meets the next limit."""
MAX_RAW_BYTES = 64 * 1024 * 1024
"""Of a body after decompression: seconds of work for one core, and a bomb's end."""
MAX_RECORDS = 100_000
"""Lines of one push, blank and bad ones included: some two seconds of a web process."""
NAMED_ERRORS = 100
"""Bad records that an answer names one by one; all others are counted."""
MAX_KEY_LENGTH = 255
"""Of an Idempotency-Key, as Stripe has it; a UUID has 36."""
KEYS_KEPT_HOURS = 48
"""Twice the promised day: nobody's clock or week-end decides about a doubled push."""
MAX_EXTERNAL_ID = 120
"""As long as an organisation's external id can be."""


class Scope(StrEnum):
    """What a token is good for."""

    RECORDS_WRITE = "records:write"
    PULLED_READ = "pulled:read"


class MediaType(StrEnum):
    """The forms in which records come."""

    NDJSON = "application/x-ndjson"
    JSON = "application/json"


@dataclass(frozen=True, slots=True)
class ProblemKind:
    """One way in which a request is refused (RFC 9457)."""

    code: str
    status: int
    title: str
    meaning: str


_KINDS = (
    ProblemKind(
        "malformed-request",
        400,
        "The request is malformed",
        "A header or the body as a whole cannot be read. Nothing was kept.",
    ),
    ProblemKind(
        "no-token",
        401,
        "A valid API token is needed",
        "Send `Authorization: Bearer` with a token that has not been revoked.",
    ),
    ProblemKind(
        "missing-scope",
        403,
        "The token may not do this",
        "The token lacks the scope that the answer names.",
    ),
    ProblemKind(
        "not-found",
        404,
        "There is no such thing",
        "No organisation has this external id, or no dataset on offer has this name.",
    ),
    ProblemKind(
        "method-not-allowed",
        405,
        "The method is not allowed here",
        "The header Allow names the methods of the address.",
    ),
    ProblemKind(
        "key-reused",
        409,
        "The Idempotency-Key was used for another push",
        "The key belongs to other records, or to another dataset. Take a new key for a new push.",
    ),
    ProblemKind(
        "length-required",
        411,
        "Content-Length is needed",
        "Send the body with its length and not in chunks.",
    ),
    ProblemKind(
        "too-large",
        413,
        "The push is too large",
        "Cut it into several pushes. Nothing was kept.",
    ),
    ProblemKind(
        "unsupported-media-type",
        415,
        "The form of the body is not supported",
        "Send NDJSON or a JSON array in UTF-8, as it is or compressed with gzip.",
    ),
    ProblemKind(
        "no-good-record",
        422,
        "No record could be kept",
        "Every record is refused, or there is none. `errors` says why.",
    ),
    ProblemKind(
        "too-many-requests",
        429,
        "Too many requests",
        "The token has used up its rate. Wait as long as Retry-After says.",
    ),
    ProblemKind(
        "unavailable",
        503,
        "The portal cannot keep records now",
        "Send the same push again, with the same Idempotency-Key.",
    ),
)
PROBLEMS: Mapping[str, ProblemKind] = MappingProxyType({kind.code: kind for kind in _KINDS})


class ProblemError(Exception):
    """A refusal: a code of PROBLEMS, a sentence, headers, and more members for the answer."""

    def __init__(
        self,
        code: str,
        detail: str,
        *,
        headers: Mapping[str, str] | None = None,
        members: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(detail)
        self.kind = PROBLEMS[code]
        self.detail = detail
        self.headers = dict(headers or {})
        self.members = dict(members or {})
