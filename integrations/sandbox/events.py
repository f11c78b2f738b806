"""The v1 events intake: one event a request, nothing recognised as a repetition.

https://docs.datadoghq.com/api/latest/events/#post-an-event-v1
"""

from __future__ import annotations

import secrets
from typing import Annotated, Any, Literal

import orjson
from aiohttp import web
from msgspec import Meta, Struct, to_builtins

from integrations.sandbox import limits, names
from integrations.sandbox.answers import RefusedError, json_answer, refuse_v1_intake
from integrations.sandbox.bodies import read_body
from integrations.sandbox.encoding import BAD_REQUEST
from integrations.sandbox.gate import Access, open_intake
from integrations.sandbox.store import KeptDocument
from integrations.sandbox.world import Call

ACCEPTED = 202
BUCKET = "event_submission"
_TOO_OLD = '{"errors":["Event too far in the past"]}'
# Ids have 19 digits, and the numeric one comes rounded to what a double can hold.
_SMALLEST_ID, _ROUNDED_TO = 10**18, 1_000


class EventV1(Struct, forbid_unknown_fields=True):
    """Unknown fields are refused, as Vector's sink for this intake says of Datadog."""

    title: Annotated[str, Meta(min_length=1)]
    text: Annotated[str, Meta(max_length=limits.EVENT_TEXT_CHARACTERS)]
    date_happened: int | None = None
    alert_type: (
        Literal["error", "warning", "info", "success", "user_update", "recommendation", "snapshot"]
        | None
    ) = None
    priority: Literal["normal", "low"] | None = None
    aggregation_key: Annotated[str, Meta(max_length=limits.EVENT_KEY_CHARACTERS)] | None = None
    host: str | None = None
    device_name: str | None = None
    source_type_name: str | None = None
    related_event_id: int | None = None
    handle: str | None = None
    tags: list[str] | None = None


def submit_v1(call: Call) -> web.Response:
    access = open_intake(call, bucket=BUCKET, refuse_with=refuse_v1_intake)
    event = read_body(call, EventV1, limits=limits.EVENT, refuse_with=refuse_v1_intake)
    at = int(call.now) if event.date_happened is None else event.date_happened
    if at < call.now - limits.EVENT_MAX_AGE:
        # Recorded: JSON that calls itself plain text.
        raise RefusedError(BAD_REQUEST, _TOO_OLD, content_type="text/plain", headers=access.headers)
    number = secrets.randbelow(8 * _SMALLEST_ID) + _SMALLEST_ID
    tags = names.tags(event.tags or ())
    item = {**to_builtins(event), "id": str(number), "date_happened": at, "tags": tags}
    keep_event(call, access, {"version": "v1", **item})
    answer = {"status": "ok", "event": _shown(call, event, number=number, at=at)}
    return json_answer(answer, status=ACCEPTED, headers=access.headers)


def keep_event(call: Call, access: Access, item: dict[str, Any]) -> None:
    kept = KeptDocument(access.organisation, call.now, orjson.dumps(item))
    call.world.store.add_document("events", kept, limit=call.world.settings.items_kept)


def event_url(call: Call, query: str) -> str:
    """Where people open it: on the site's app host."""
    return f"https://{call.address.site.app_host}/event/event?{query}"


def _shown(call: Call, event: EventV1, *, number: int, at: int) -> dict[str, Any]:
    return {
        "id": number // _ROUNDED_TO * _ROUNDED_TO,
        "id_str": str(number),
        "title": event.title,
        "text": event.text,
        "date_happened": at,
        "handle": event.handle,
        "priority": event.priority,
        "related_event_id": event.related_event_id,
        "tags": event.tags or [],
        "url": event_url(call, f"id={number}"),
    }
