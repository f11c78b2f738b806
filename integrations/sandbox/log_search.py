"""Searching logs: those accepted by the intake and those seeded.

https://docs.datadoghq.com/api/latest/logs/#search-logs-post . Understands words, ``key:value``,
``@attribute:value``, a leading minus and ``*``; no brackets, no OR.
"""

from __future__ import annotations

import re
import shlex
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from hashlib import sha256
from itertools import chain
from typing import Any

import orjson
from aiohttp import web

from integrations.sandbox import limits
from integrations.sandbox.answers import RefusedError, json_answer, refuse
from integrations.sandbox.gate import open_resource
from integrations.sandbox.logs import read_time
from integrations.sandbox.registry import Organisation
from integrations.sandbox.store import KeptDocument
from integrations.sandbox.world import Call

BAD_REQUEST = 400
_RELATIVE = re.compile(r"\Anow(?:-(\d+)([smhdw]))?\Z")
_UNIT_SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_RESERVED = {"ddsource", "ddtags", "hostname", "message", "service", "status", "timestamp"}
Found = dict[str, Any]


def search(call: Call) -> web.Response:
    access = open_resource(call, scope="logs_read_data", bucket="logs_public_search_api")
    asked = _asked(call)
    found = _found(call, access.organisation, asked.get("filter") or {})
    found.sort(
        key=lambda log: log["attributes"]["timestamp"], reverse=asked.get("sort") != "timestamp"
    )
    page = asked.get("page") or {}
    start, size = _cursor(page.get("cursor")), _size(page.get("limit"))
    return json_answer(_page(found[start : start + size], start), headers=access.headers)


def _page(logs: list[Found], start: int) -> dict[str, Any]:
    """A page with logs always names a next one, also the last; the end is a bare empty list."""
    if not logs:
        return {"data": []}
    after = urlsafe_b64encode(orjson.dumps({"after": start + len(logs)})).decode().rstrip("=")
    return {"data": logs, "meta": {"page": {"after": after}, "status": "done", "elapsed": 1}}


def _asked(call: Call) -> dict[str, Any]:
    try:
        asked = orjson.loads(call.body or b"{}")
    except orjson.JSONDecodeError as error:
        raise refuse(BAD_REQUEST, "Invalid JSON") from error
    if not isinstance(asked, dict):
        raise refuse(BAD_REQUEST, "The body must be an object")
    for part in ("filter", "page"):
        if not isinstance(asked.get(part), dict | None):
            raise _invalid(part, "must be an object")
    return asked


def _invalid(field: str, reason: str) -> RefusedError:
    """As recorded: a JSON string that holds the text of a Python object."""
    inner = f"input_validation_error(Field '{field}' is invalid: {reason})"
    return refuse(BAD_REQUEST, f"{{'errors': [u\"{inner}\"]}}")


def _cursor(value: object) -> int:
    if value is None:
        return 0
    try:
        text = str(value)
        after = orjson.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))["after"]
        return max(int(after), 0)
    except (ValueError, TypeError, KeyError) as error:
        raise _invalid("page", "invalid cursor") from error


def _size(value: object) -> int:
    if value is None:
        return limits.LOGS_PAGE_DEFAULT
    if not isinstance(value, int) or not 1 <= value <= limits.LOGS_PAGE_MAX:
        raise _invalid("page", f"limit must be between 1 and {limits.LOGS_PAGE_MAX}")
    return value


def _moment(value: object, *, now: float, default: float) -> float:
    match = _RELATIVE.match(value) if isinstance(value, str) else None
    if match:
        return now - (int(match[1]) * _UNIT_SECONDS[match[2]] if match[1] else 0)
    return read_time(value, default=default)


def _found(call: Call, organisation: Organisation, wanted: dict[str, Any]) -> list[Found]:
    start = _moment(wanted.get("from"), now=call.now, default=call.now - 15 * limits.MINUTE)
    end = _moment(wanted.get("to"), now=call.now, default=call.now)
    terms = _terms(wanted.get("query") or "*")
    found = []
    for kept in _kept(call, organisation):
        log = kept.document()
        at = read_time(log.get("timestamp"), default=kept.received_at)
        if start <= at <= end and all(_fits(log, term) for term in terms):
            found.append(_as_event(kept, log, at))
    return found


def _kept(call: Call, organisation: Organisation) -> Iterator[KeptDocument]:
    store = call.world.store
    for kept in chain(store.seeded_logs, store.rings["logs"].newest_first()):
        if isinstance(kept, KeptDocument) and kept.organisation is organisation:
            yield kept


def _terms(query: object) -> list[str]:
    try:
        return [term for term in shlex.split(str(query)) if term not in ("*", "AND")]
    except ValueError as error:
        raise _invalid("filter", "query cannot be parsed") from error


def _fits(log: Found, term: str) -> bool:
    if term.startswith("-"):
        return not _fits(log, term[1:])
    key, colon, value = term.partition(":")
    if not colon:
        return term.lower() in log["message"].lower()
    if key.startswith("@"):
        return fnmatchcase(str(_attribute(log, key[1:])), value)
    return any(fnmatchcase(tag, f"{key}:{value}") for tag in _facets(log))


def _attribute(log: Found, path: str) -> object:
    value: object = log
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _facets(log: Found) -> list[str]:
    fields = (
        ("service", "service"),
        ("status", "status"),
        ("hostname", "host"),
        ("ddsource", "source"),
    )
    facets = [f"{key}:{log[name]}" for name, key in fields if name in log]
    return [*facets, *log.get("ddtags", "").split(",")]


def _as_event(kept: KeptDocument, log: Found, at: float) -> Found:
    tags = [f"source:{log['ddsource']}"] if "ddsource" in log else []
    moment = datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")
    attributes = {
        "timestamp": moment.replace("+00:00", "Z"),
        "status": log.get("status", "info"),
        "message": log["message"],
        "tags": [*tags, *filter(None, log.get("ddtags", "").split(","))],
        "attributes": {name: log[name] for name in log if name not in _RESERVED},
    }
    for name, shown in (("service", "service"), ("hostname", "host")):
        if name in log:
            attributes[shown] = log[name]
    digest = sha256(kept.encoded + str(kept.received_at).encode()).hexdigest()[:32]
    return {"id": digest, "type": "log", "attributes": attributes}
