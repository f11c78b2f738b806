"""The OpenAPI 3.1 document of the API, as data made of the same tables that the views use."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from django.conf import settings

from portal.api.domain import (
    KEYS_KEPT_HOURS,
    MAX_COMPRESSED_BYTES,
    MAX_EXTERNAL_ID,
    MAX_KEY_LENGTH,
    MAX_RAW_BYTES,
    MAX_RECORDS,
    NAMED_ERRORS,
    PROBLEMS,
    MediaType,
    Scope,
)

JsonObject = Mapping[str, Any]

_MIB = 1024 * 1024
_RECORDS = "/api/v1/organisations/{external_id}/datasets/{name}/records"
_PUSH = f"""\
Adds records to an organisation's feed of a dataset; its mappings are sent at once. The 202 is said
after the commit.

Each record is judged for itself: a bad one is named in `errors` and does not stop the others. With
no good record at all the answer is 422.

With an `Idempotency-Key` a push may be repeated until it is answered: the same key with the same
body gets the first answer again, for {KEYS_KEPT_HOURS // 2} hours at the least. Only a 202 is kept
under a key.

At most {MAX_RECORDS:,} records, {MAX_RAW_BYTES // _MIB} MiB of plain body and
{MAX_COMPRESSED_BYTES // _MIB} MiB of gzip a push; {_MIB:,} bytes a record."""

_PUSH_PROBLEMS = (
    "malformed-request",
    "no-token",
    "missing-scope",
    "not-found",
    "key-reused",
    "length-required",
    "too-large",
    "unsupported-media-type",
    "no-good-record",
    "too-many-requests",
    "unavailable",
)
_COUNT = {"type": "integer", "minimum": 0}
_COUNTS: JsonObject = {
    "accepted": {**_COUNT, "description": "Records that were kept."},
    "refused": {**_COUNT, "description": "Records that were not."},
    "errors": {
        "type": "array",
        "maxItems": NAMED_ERRORS,
        "description": f"The first {NAMED_ERRORS} refused records.",
        "items": {"$ref": "#/components/schemas/RecordError"},
    },
    "further_errors": {**_COUNT, "description": "Refused records beyond those."},
}


@cache
def openapi_document() -> JsonObject:
    """Return the document. It is the same for everybody and as long as the process lives."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"{settings.VENDOR_NAME} for Datadog: ingest API",
            "version": "1",
            "description": "Records of the vendor's customers, on their way to Datadog.",
        },
        "servers": [{"url": settings.PORTAL_BASE_URL}],
        "security": [{"token": []}],
        "paths": {_RECORDS: {"parameters": _parameters(), "post": _push()}},
        "components": {
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": f"An API token with the scope `{Scope.RECORDS_WRITE}`.",
                }
            },
            "schemas": _schemas(),
            "x-problems": {
                kind.code: {"status": kind.status, "title": kind.title, "meaning": kind.meaning}
                for kind in PROBLEMS.values()
            },
        },
    }


def _parameters() -> list[JsonObject]:
    return [
        {
            "name": "external_id",
            "in": "path",
            "required": True,
            "description": "The vendor's own id of the customer.",
            "schema": {"type": "string", "minLength": 1, "maxLength": MAX_EXTERNAL_ID},
        },
        {
            "name": "name",
            "in": "path",
            "required": True,
            "description": "The dataset's name.",
            "schema": {"type": "string", "pattern": "^[-a-zA-Z0-9_]+$", "maxLength": 60},
        },
    ]


def _push() -> JsonObject:
    return {
        "operationId": "pushRecords",
        "summary": "Push records",
        "description": _PUSH,
        "parameters": [
            {
                "name": "Idempotency-Key",
                "in": "header",
                "required": False,
                "schema": {"type": "string", "pattern": f"^[!-~]{{1,{MAX_KEY_LENGTH}}}$"},
            },
            {
                "name": "Content-Encoding",
                "in": "header",
                "required": False,
                "schema": {"enum": ["identity", "gzip"], "default": "identity"},
            },
        ],
        "requestBody": {"required": True, "content": _bodies()},
        "responses": {
            "202": _kept(),
            **{str(PROBLEMS[code].status): _refusal(code) for code in _PUSH_PROBLEMS},
        },
    }


def _bodies() -> JsonObject:
    example = {"id": "m-1", "at": "2026-11-23T10:00:00Z", "measure": "cpu", "value": 0.5}
    return {
        MediaType.NDJSON.value: {
            "schema": {"type": "string", "description": "One JSON object a line."},
            "example": '{"id": "m-1", "value": 0.5}\n{"id": "m-2", "value": 0.7}\n',
        },
        MediaType.JSON.value: {
            "schema": {
                "type": "array",
                "minItems": 1,
                "maxItems": MAX_RECORDS,
                "items": {
                    "description": "A JSON object with the dataset's fields. Whatever else stands "
                    "here is refused as one record, beside the others."
                },
                "examples": [[example]],
            }
        },
    }


def _kept() -> JsonObject:
    return {
        "description": "The good records are kept and on their way.",
        "headers": {
            "Idempotency-Replayed": {
                "description": "`true` on the stored answer of an earlier push with this key.",
                "schema": {"const": "true"},
            }
        },
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Pushed"}}},
    }


def _refusal(code: str) -> JsonObject:
    kind = PROBLEMS[code]
    schema = "NothingKept" if code == "no-good-record" else "Problem"
    answer: dict[str, Any] = {
        "description": f"{kind.title}. {kind.meaning}",
        "content": {
            "application/problem+json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}
        },
    }
    if kind.status in (429, 503):
        seconds = {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 1}}
        answer["headers"] = {"Retry-After": seconds}
    return answer


def _schemas() -> JsonObject:
    problem = {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string"},
    }
    return {
        "Pushed": _closed(_COUNTS),
        "Problem": _closed(problem),
        "NothingKept": _closed({**problem, **_COUNTS}),
        "RecordError": _closed(
            {
                "line": {
                    "type": "integer",
                    "minimum": 1,
                    "description": "Of NDJSON, blank ones counted; of an array, the place.",
                },
                "field": {"type": "string", "description": "Empty for the record as a whole."},
                "message": {"type": "string"},
            }
        ),
    }


def _closed(properties: JsonObject) -> JsonObject:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
