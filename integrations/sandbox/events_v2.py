"""The v2 events intake: changes and alerts, refused with JSON:API errors that name the field.

https://docs.datadoghq.com/api/latest/events/#post-an-event
"""

from __future__ import annotations

import re
import secrets
from typing import Any, TypeVar

import msgspec
import orjson
from aiohttp import web

from integrations.sandbox import limits, names
from integrations.sandbox.answers import RefusedError, json_answer, refuse_objects
from integrations.sandbox.bodies import raw_body
from integrations.sandbox.encoding import BAD_REQUEST
from integrations.sandbox.event_forms import ALLOWED, FORMS, AlertForm, EventForm, EventPayload
from integrations.sandbox.events import ACCEPTED, BUCKET, event_url, keep_event
from integrations.sandbox.gate import open_intake
from integrations.sandbox.logs import read_time
from integrations.sandbox.world import Call

# How msgspec says where in a document the trouble is.
_MESSAGE = re.compile(r"\A(?P<reason>.*?)(?: - at `(?:key in )?(?P<path>\$[^`]*)`)?\Z", re.DOTALL)
_IN_CATEGORY = "$.data.attributes.attributes"
Form = TypeVar("Form")


def submit(call: Call) -> web.Response:
    access = open_intake(call, bucket=BUCKET, refuse_with=refuse_objects)
    raw = raw_body(call, limits=limits.EVENT, refuse_with=refuse_objects)
    event = _checked(raw, EventPayload, within="$").data.attributes
    details = _checked(event.attributes, FORMS[event.category], within=_IN_CATEGORY)
    if isinstance(details, AlertForm):
        _check_custom(details.custom or {}, depth=1)
    at = _happened_at(call, event)
    number, uid = str(secrets.randbelow(8 * 10**18) + 10**18), secrets.token_urlsafe(15)
    item = {**_known(event), "attributes": _known(details), "timestamp": at}
    keep_event(call, access, {"version": "v2", **item, "id": number, "uid": uid})
    attributes = {"attributes": {"evt": {"id": number, "uid": uid}}}
    answer = {
        "data": {"attributes": attributes, "id": "_", "type": "event"},
        "links": {"self": event_url(call, f"uid={uid}")},
    }
    return json_answer(answer, status=ACCEPTED, headers=access.headers)


def _failed(path: str, reason: str) -> RefusedError:
    return refuse_objects(BAD_REQUEST, f"JSON validation failed at {path}: {reason}.")


def _checked(raw: bytes | msgspec.Raw, kind: type[Form], *, within: str) -> Form:
    try:
        return msgspec.json.decode(raw, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        told = _MESSAGE.match(str(error))
        reason, path = (told["reason"], told["path"]) if told else (str(error), None)
        where = within + (path or "$")[1:]
        raise _failed(where, _in_datadogs_words(where, reason)) from error


def _in_datadogs_words(path: str, reason: str) -> str:
    """Recorded for an unknown category; the other reasons keep the decoder's words."""
    allowed = ALLOWED.get(path.removeprefix("$.data."))
    if not reason.startswith("Invalid enum value") or allowed is None:
        return reason[:1].lower() + reason[1:]
    listed = ", ".join(f'"{value}"' for value in allowed)
    return f"value must be one of: [{listed}]"


def _check_custom(value: object, *, depth: int) -> None:
    where = f"{_IN_CATEGORY}.custom"
    if depth > limits.EVENT_V2_CUSTOM_DEPTH:
        raise _failed(where, f"deeper than {limits.EVENT_V2_CUSTOM_DEPTH} levels")
    if isinstance(value, dict) and len(value) > limits.EVENT_V2_CUSTOM_PROPERTIES:
        raise _failed(where, f"more than {limits.EVENT_V2_CUSTOM_PROPERTIES} properties")
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for one in inner:
        if isinstance(one, dict | list):
            _check_custom(one, depth=depth + 1)


def _happened_at(call: Call, event: EventForm) -> float:
    if event.timestamp is msgspec.UNSET:
        return call.now
    at = read_time(event.timestamp, default=-1)
    if at < 0:
        raise _failed("$.data.attributes.timestamp", "value must be an ISO 8601 date and time")
    if at < call.now - limits.EVENT_MAX_AGE:
        raise refuse_objects(BAD_REQUEST, "Event too far in the past")
    return at


def _known(form: msgspec.Struct) -> dict[str, Any]:
    """What was sent, without the fields left out; tags in Datadog's form."""
    fields: dict[str, Any] = orjson.loads(msgspec.json.encode(form))
    if "tags" in fields:
        fields["tags"] = names.tags(fields["tags"])
    return fields
