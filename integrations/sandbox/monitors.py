"""Monitors: create, check, read, change, delete, and the list's three ways of paging.

https://docs.datadoghq.com/api/latest/monitors/
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable

from aiohttp import web

from integrations.sandbox.answers import json_answer, moment, refuse
from integrations.sandbox.bodies import read_open_body
from integrations.sandbox.gate import Access, open_resource
from integrations.sandbox.limits import MONITORS_PAGE_DEFAULT, MONITORS_PAGE_MAX
from integrations.sandbox.monitor_forms import MonitorChange, MonitorForm, check_query, is_grouped
from integrations.sandbox.paging import number, optional_number
from integrations.sandbox.registry import Organisation
from integrations.sandbox.shelves import Document, Resource
from integrations.sandbox.world import Call

NOT_FOUND = 404
LIST_BUCKET, BUCKET = "get_all_monitors", "monitors_write"
READ, _WRITE = "monitors_read", "monitors_write"
# Recorded: what stands in the options of a monitor that was created without them.
_OPTIONS = {
    "notify_no_data": False,
    "notify_audit": False,
    "new_host_delay": 300,
    "include_tags": True,
    "silenced": {},
}
# What a change cannot touch.
_ITS_OWN = ("id", "org_id", "created", "created_at", "creator", "overall_state", "deleted")
# Nine digits, as recorded, for ids and for the organisation's number.
_SMALLEST_ID = 10**8


def create(call: Call) -> web.Response:
    access = open_resource(call, scope=_WRITE, bucket=BUCKET)
    sent = _sent(call)
    monitor_id = secrets.randbelow(9 * _SMALLEST_ID) + _SMALLEST_ID
    document = _document(sent, access.organisation, monitor_id=monitor_id, now=call.now)
    kept = Resource(access.organisation, call.now, document)
    limit = call.world.settings.items_kept
    call.world.store.add_resource("monitors", str(monitor_id), kept, limit=limit)
    return json_answer(document, headers=access.headers)


def validate(call: Call) -> web.Response:
    access = open_resource(call, scope=READ, bucket=BUCKET)
    _sent(call)
    return json_answer({}, headers=access.headers)


def _sent(call: Call) -> Document:
    form, sent = read_open_body(call, MonitorForm)
    check_query(form.type, form.query, form.options)
    return sent


def _document(
    sent: Document, organisation: Organisation, *, monitor_id: int, now: float
) -> Document:
    handle = f"person@{organisation.address.host}"
    return {
        "name": f"Monitor {monitor_id}",
        "message": "",
        "tags": [],
        "priority": None,
        "restricted_roles": None,
        "restriction_policy": None,
        "draft_status": "published",
        "assets": [],
        **sent,
        "id": monitor_id,
        "org_id": int(organisation.id[:8], 16),
        "type": _kept_type(sent["type"]),
        "options": _kept_options(sent.get("options", {})),
        "multi": is_grouped(sent["query"]),
        "created_at": int(now) * 1000,
        "created": moment(now),
        "modified": moment(now),
        "deleted": None,
        "overall_state_modified": None,
        "overall_state": "No Data",
        "creator": {"name": None, "handle": handle, "email": handle, "id": 1},
    }


def _kept_type(kind: str) -> str:
    """Recorded: a "metric alert" comes back as the "query alert" that it is."""
    return "query alert" if kind == "metric alert" else kind


def _kept_options(sent: Document) -> Document:
    thresholds = sent.get("thresholds")
    if not isinstance(thresholds, dict):
        return {**_OPTIONS, **sent}
    numbers = {
        name: float(value) if isinstance(value, int) else value
        for name, value in thresholds.items()
    }
    return {**_OPTIONS, **sent, "thresholds": numbers}


def _monitor(call: Call, access: Access) -> Resource:
    found = call.world.store.shelves["monitors"].get(access.organisation, call.parameters["id"])
    if found is None:
        raise refuse(NOT_FOUND, "Monitor not found")
    return found


def get(call: Call) -> web.Response:
    access = open_resource(call, scope=READ, bucket=LIST_BUCKET)
    return json_answer(_monitor(call, access).document, headers=access.headers)


def validate_existing(call: Call) -> web.Response:
    access = open_resource(call, scope=READ, bucket=BUCKET)
    _monitor(call, access)
    _sent(call)
    return json_answer({}, headers=access.headers)


def update(call: Call) -> web.Response:
    access = open_resource(call, scope=_WRITE, bucket=BUCKET)
    kept = _monitor(call, access)
    _, change = read_open_body(call, MonitorChange)
    own = {name: kept.document[name] for name in _ITS_OWN if name in kept.document}
    document = {**kept.document, **change, **own}
    check_query(document["type"], document["query"], document["options"])
    document["type"] = _kept_type(document["type"])
    document["options"] = _kept_options(document["options"])
    document.update(multi=is_grouped(document["query"]), modified=moment(call.now))
    kept.document = document
    call.world.store.note_change("monitors", access.organisation)
    return json_answer(document, headers=access.headers)


def delete(call: Call) -> web.Response:
    access = open_resource(call, scope=_WRITE, bucket=BUCKET)
    kept = _monitor(call, access)
    kept.deleted_at = call.now
    return json_answer({"deleted_monitor_id": kept.document["id"]}, headers=access.headers)


def list_monitors(call: Call) -> web.Response:
    """A bare array, by id; without paging parameters everything at once."""
    access = open_resource(call, scope=READ, bucket=LIST_BUCKET)
    name = call.query("name").lower()
    wanted = set(filter(None, call.query("monitor_tags").split(",")))
    chosen = [
        monitor
        for monitor in monitors_of(call, access)
        if name in str(monitor.get("name", "")).lower() and wanted <= _tags(monitor)
    ]
    return json_answer(_paged(call, chosen), headers=access.headers)


def _tags(monitor: Document) -> set[object]:
    tags: Iterable[object] = monitor.get("tags") or ()
    return set(tags)


def monitors_of(call: Call, access: Access) -> list[Document]:
    kept = call.world.store.shelves["monitors"].of(access.organisation)
    return sorted((one.document for one in kept), key=lambda monitor: int(monitor["id"]))


def _paged(call: Call, monitors: list[Document]) -> list[Document]:
    page, offset = optional_number(call, "page"), optional_number(call, "id_offset")
    size = min(number(call, "page_size", default=MONITORS_PAGE_DEFAULT, low=1), MONITORS_PAGE_MAX)
    if offset is not None:
        return [m for m in monitors if int(m["id"]) > offset][:size]
    if page is None:
        return monitors
    return monitors[page * size : (page + 1) * size]
