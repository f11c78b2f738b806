"""Reading monitors, with the list's three ways of paging; without any, everything at once.

https://docs.datadoghq.com/api/latest/monitors/#get-all-monitors
"""

from __future__ import annotations

from aiohttp import web

from integrations.sandbox.answers import json_answer, refuse
from integrations.sandbox.gate import open_resource
from integrations.sandbox.limits import MONITORS_PAGE_DEFAULT, MONITORS_PAGE_MAX
from integrations.sandbox.world import Call

BAD_REQUEST = 400


def _number(call: Call, name: str) -> int | None:
    value = call.query(name)
    if not value:
        return None
    if not value.isdecimal():
        raise refuse(BAD_REQUEST, f"The value provided for parameter '{name}' is invalid")
    return int(value)


def list_monitors(call: Call) -> web.Response:
    """A bare array, by id."""
    access = open_resource(call, scope="monitors_read", bucket="get_all_monitors")
    monitors = [
        resource.document
        for resource in call.world.store.shelves["monitors"].of(access.organisation)
    ]
    monitors.sort(key=lambda monitor: int(monitor["id"]))
    name = call.query("name").lower()
    chosen = [m for m in monitors if name in str(m.get("name", "")).lower()]
    return json_answer(_paged(call, chosen), headers=access.headers)


def _paged(call: Call, monitors: list[dict[str, object]]) -> list[dict[str, object]]:
    page, offset = _number(call, "page"), _number(call, "id_offset")
    size = min(_number(call, "page_size") or MONITORS_PAGE_DEFAULT, MONITORS_PAGE_MAX)
    if offset is not None:
        return [m for m in monitors if int(str(m["id"])) > offset][:size]
    if page is None:
        return monitors
    return monitors[page * size : (page + 1) * size]
