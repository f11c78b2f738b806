"""The service checks intake: an array of states; old ones vanish.

https://docs.datadoghq.com/api/latest/service-checks/#submit-a-service-check
"""

from __future__ import annotations

from typing import Annotated

import msgspec
import orjson
from aiohttp import web
from msgspec import Meta, Struct

from integrations.sandbox import limits, names
from integrations.sandbox.answers import json_answer, refuse_v1_intake
from integrations.sandbox.bodies import decode, raw_body
from integrations.sandbox.gate import api_key_of
from integrations.sandbox.store import KeptDocument
from integrations.sandbox.world import Call

ACCEPTED = 202
_OK = 0


class ServiceCheck(Struct):
    """Status: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN."""

    check: Annotated[str, Meta(min_length=1)]
    host_name: str
    status: Annotated[int, Meta(ge=0, le=3)]
    tags: list[str]
    message: str | None = None
    timestamp: int | None = None


def submit(call: Call) -> web.Response:
    organisation = api_key_of(call, refuse_with=refuse_v1_intake).organisation
    store, limit = call.world.store, call.world.settings.items_kept
    for check in _checks(call):
        if _at(check, now=call.now) < call.now - limits.CHECK_MAX_AGE:
            store.counts(call.site, "service_checks").discarded += 1
            continue
        kept = KeptDocument(organisation, call.now, _item(check, now=call.now))
        store.add_document("service_checks", kept, limit=limit)
    return json_answer({"status": "ok"}, status=ACCEPTED, content_type="text/json")


def _checks(call: Call) -> list[ServiceCheck]:
    """The array of the documentation, or one check as the ``datadog`` package sends it."""
    raw = raw_body(call, limits=limits.SERVICE_CHECKS, refuse_with=refuse_v1_intake)
    array = b"[%b]" % raw if raw.lstrip().startswith(b"{") else raw
    return decode(array, list[ServiceCheck], refuse_with=refuse_v1_intake)


def _at(check: ServiceCheck, *, now: float) -> float:
    return now if check.timestamp is None else check.timestamp


def _item(check: ServiceCheck, *, now: float) -> bytes:
    item = msgspec.to_builtins(check)
    item["tags"] = names.tags(check.tags)
    item["timestamp"] = int(_at(check, now=now))
    message = check.message if check.status != _OK else None
    item["message"] = message and message[: limits.CHECK_MESSAGE_CHARACTERS]
    return orjson.dumps(item)
