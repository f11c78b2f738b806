"""Dashboards: create, list, read, replace, delete.

https://docs.datadoghq.com/api/latest/dashboards/ . Widgets are checked for their outline only.
"""

from __future__ import annotations

import re
import secrets
from typing import Any, Literal

from aiohttp import web
from msgspec import Struct

from integrations.sandbox.answers import json_answer, moment, refuse
from integrations.sandbox.bodies import read_open_body
from integrations.sandbox.encoding import BAD_REQUEST
from integrations.sandbox.gate import Access, open_resource
from integrations.sandbox.limits import DASHBOARD, DASHBOARDS_COUNT_DEFAULT
from integrations.sandbox.paging import number
from integrations.sandbox.registry import Organisation
from integrations.sandbox.shelves import Document, Resource
from integrations.sandbox.world import Call

NOT_FOUND = 404
BUCKET = "dashboards"
_READ, _WRITE = "dashboards_read", "dashboards_write"
# Ids are three groups of three, as "abc-def-ghi"; a widget's has some sixteen digits.
_ID_CHARACTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
_WIDGET_IDS = 10**16
_NOT_IN_A_SLUG = re.compile(r"[^a-z0-9-]+")
_IN_A_LIST = (
    "id",
    "title",
    "description",
    "author_handle",
    "layout_type",
    "url",
    "is_read_only",
    "created_at",
    "modified_at",
)


class Widget(Struct):
    definition: dict[str, Any]
    id: int | None = None
    layout: dict[str, Any] | None = None


class TemplateVariable(Struct):
    name: str
    prefix: str | None = None
    available_values: list[str] | None = None
    default: str | None = None
    defaults: list[str] | None = None
    type: str | None = None


class PresetVariable(Struct):
    name: str | None = None
    value: str | None = None
    values: list[str] | None = None


class Preset(Struct):
    name: str | None = None
    template_variables: list[PresetVariable] | None = None


class DashboardForm(Struct):
    """What is checked; everything else that was sent is kept as it is."""

    title: str
    layout_type: Literal["ordered", "free"]
    widgets: list[Widget]
    description: str | None = None
    notify_list: list[str] | None = None
    reflow_type: Literal["auto", "fixed"] | None = None
    restricted_roles: list[str] | None = None
    tags: list[str] | None = None
    template_variables: list[TemplateVariable] | None = None
    template_variable_presets: list[Preset] | None = None


def create(call: Call) -> web.Response:
    access = open_resource(call, scope=_WRITE, bucket=BUCKET)
    sent, at = _sent(call), moment(call.now)
    characters = [secrets.choice(_ID_CHARACTERS) for _ in range(9)]
    dashboard_id = "-".join("".join(characters[n : n + 3]) for n in (0, 3, 6))
    document = _document(sent, access.organisation, dashboard_id=dashboard_id)
    document.update(created_at=at, modified_at=at)
    kept = Resource(access.organisation, call.now, document)
    limit = call.world.settings.items_kept
    call.world.store.add_resource("dashboards", dashboard_id, kept, limit=limit)
    return json_answer(document, headers=access.headers)


def _sent(call: Call) -> Document:
    form, sent = read_open_body(call, DashboardForm, limits=DASHBOARD)
    for widget in form.widgets:
        if not isinstance(widget.definition.get("type"), str):
            raise refuse(BAD_REQUEST, "'widgets' is invalid: a definition needs a type")
        if form.layout_type == "free" and not widget.layout:
            raise refuse(BAD_REQUEST, "'widgets' is invalid: a free layout needs a layout in each")
    _check_variables(form)
    if any(not tag.startswith("team:") for tag in form.tags or ()):
        raise refuse(BAD_REQUEST, "Invalid tag format. Valid tag keys are: team.")
    return sent


def _check_variables(form: DashboardForm) -> None:
    """The older, single form of a value and the newer list exclude each other."""
    variables = form.template_variables or ()
    if any(variable.default and variable.defaults for variable in variables):
        raise refuse(BAD_REQUEST, "'template_variables' is invalid")
    if any("" in (variable.defaults or ()) for variable in variables):
        raise refuse(BAD_REQUEST, "Minimum length of parameter 'defaults' should be 1")
    for preset in form.template_variable_presets or ():
        for one in preset.template_variables or ():
            if one.value and one.values:
                shown = {"name": one.name, "value": one.value, "values": one.values}
                raise refuse(BAD_REQUEST, f"'template_variables' value '{shown}' is invalid")


def _document(sent: Document, organisation: Organisation, *, dashboard_id: str) -> Document:
    slug = _NOT_IN_A_SLUG.sub("", sent["title"].lower().replace(" ", "-"))
    return {
        "description": None,
        "template_variables": None,
        "notify_list": None,
        "restricted_roles": [],
        **sent,
        "id": dashboard_id,
        "author_handle": f"person@{organisation.address.host}",
        "author_name": None,
        "url": f"/dashboard/{dashboard_id}/{slug}",
        "is_read_only": False,
        "widgets": [{"id": secrets.randbelow(_WIDGET_IDS), **one} for one in sent["widgets"]],
    }


def _dashboard(call: Call, access: Access) -> Resource:
    dashboard_id = call.parameters["id"]
    found = call.world.store.shelves["dashboards"].get(access.organisation, dashboard_id)
    if found is None:
        raise refuse(NOT_FOUND, f"Dashboard with ID {dashboard_id} not found")
    return found


def get(call: Call) -> web.Response:
    access = open_resource(call, scope=_READ, bucket=BUCKET)
    return json_answer(_dashboard(call, access).document, headers=access.headers)


def replace(call: Call) -> web.Response:
    access = open_resource(call, scope=_WRITE, bucket=BUCKET)
    kept = _dashboard(call, access)
    document = _document(_sent(call), access.organisation, dashboard_id=kept.document["id"])
    document.update(created_at=kept.document["created_at"], modified_at=moment(call.now))
    kept.document = document
    call.world.store.note_change("dashboards", access.organisation)
    return json_answer(document, headers=access.headers)


def delete(call: Call) -> web.Response:
    access = open_resource(call, scope=_WRITE, bucket=BUCKET)
    kept = _dashboard(call, access)
    kept.deleted_at = call.now
    return json_answer({"deleted_dashboard_id": kept.document["id"]}, headers=access.headers)


def list_dashboards(call: Call) -> web.Response:
    """Without widgets; ``filter[deleted]=true`` lists those that are gone."""
    access = open_resource(call, scope=_READ, bucket=BUCKET)
    start = number(call, "start", default=0)
    count = number(call, "count", default=DASHBOARDS_COUNT_DEFAULT)
    deleted = call.query("filter[deleted]") == "true"
    shelf = call.world.store.shelves["dashboards"]
    found = shelf.of(access.organisation, deleted=deleted)[start : start + count]
    return json_answer({"dashboards": [_summary(one) for one in found]}, headers=access.headers)


def _summary(kept: Resource) -> Document:
    summary = {name: kept.document[name] for name in _IN_A_LIST}
    if kept.deleted_at is not None:
        summary["deleted_at"] = moment(kept.deleted_at)
    return summary
