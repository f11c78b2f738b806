"""The logs intake: JSON, plain text or logplex lines; old logs and the ends of long ones vanish.

https://docs.datadoghq.com/api/latest/logs/#send-logs
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import orjson
from aiohttp import web

from integrations.sandbox import limits, names
from integrations.sandbox.answers import json_answer, refuse_objects
from integrations.sandbox.encoding import BAD_REQUEST, TOO_LARGE, decoded
from integrations.sandbox.gate import UNAUTHORIZED, api_key_of
from integrations.sandbox.store import KeptDocument
from integrations.sandbox.world import Call

ACCEPTED = 202
_TEXT_TYPES = ("text/plain", "application/logplex-1")
_METADATA = ("ddsource", "ddtags", "service", "hostname")
# Digits of an epoch in milliseconds, with room up to the year 33658.
_LONGEST_EPOCH = 16
Log = dict[str, Any]


def submit_v2(call: Call) -> web.Response:
    _accept(call)
    return json_answer({}, status=ACCEPTED)


def submit_v1(call: Call) -> web.Response:
    """The older ``/v1/input``: the same, answered with 200."""
    _accept(call)
    return json_answer({})


def _accept(call: Call) -> None:
    organisation = api_key_of(call, refuse_with=refuse_objects, without=UNAUTHORIZED).organisation
    logs = [_normalised(call, log) for log in _logs(call, _body(call))]
    store, limit = call.world.store, call.world.settings.items_kept
    for log in logs:
        if _occurred_at(log, now=call.now) < call.now - limits.LOG_MAX_AGE:
            store.counts(call.site, "logs").discarded += 1
            continue
        kept = KeptDocument(organisation, call.now, _cut(log))
        store.add_document("logs", kept, limit=limit)


def _body(call: Call) -> bytes:
    return decoded(
        call.body,
        encoding=call.header("Content-Encoding"),
        limits=limits.LOGS,
        refuse=refuse_objects,
    )


def _logs(call: Call, raw: bytes) -> list[Log]:
    if call.request.content_type in _TEXT_TYPES:
        lines = raw.decode(errors="replace").splitlines()
        logs = [{"message": line} for line in lines if line]
    else:
        logs = _parsed(raw)
    if len(logs) > limits.LOGS_PER_REQUEST:
        raise refuse_objects(TOO_LARGE, f"More than {limits.LOGS_PER_REQUEST} logs in one request")
    return logs


def _parsed(raw: bytes) -> list[Log]:
    try:
        payload = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise refuse_objects(BAD_REQUEST, f"Invalid JSON: {error}") from error
    logs: list[Log] = payload if isinstance(payload, list) else [payload]
    for number, log in enumerate(logs):
        if not isinstance(log, dict):
            raise refuse_objects(BAD_REQUEST, f"[{number}] must be an object")
        wrong = wrong_field(log)
        if wrong:
            raise refuse_objects(BAD_REQUEST, f"[{number}].{wrong}")
    return logs


def wrong_field(log: Log) -> str | None:
    """The first of the reserved fields that is not what it has to be, and how."""
    if not isinstance(log.get("message"), str):
        return "message is required and must be a string"
    wrong = (field for field in _METADATA if not isinstance(log.get(field, ""), str))
    return next((f"{field} must be a string" for field in wrong), None)


def _normalised(call: Call, log: Log) -> Log:
    """Metadata in the query fills what the log leaves out; tags take Datadog's form."""
    for field in _METADATA:
        if field not in log and call.query(field):
            log[field] = call.query(field)
    if "ddtags" in log:
        log["ddtags"] = ",".join(names.tags(log["ddtags"].split(",")))
    return log


def _occurred_at(log: Log, *, now: float) -> float:
    """Datadog reads ISO 8601 and epoch **milliseconds**; anything else counts as just now."""
    return read_time(log.get("timestamp"), default=now)


def read_time(value: object, *, default: float) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value / 1000
    if not isinstance(value, str):
        return default
    if value.isdecimal() and len(value) < _LONGEST_EPOCH:
        return int(value) / 1000
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return default
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _cut(log: Log) -> bytes:
    """A log above the limit loses the end of its message."""
    encoded = orjson.dumps(log)
    excess = len(encoded) - limits.LOG_BYTES
    if excess <= 0:
        return encoded
    message = log["message"].encode()
    kept = message[: max(len(message) - excess, 0)].decode(errors="ignore")
    return orjson.dumps({**log, "message": kept})
