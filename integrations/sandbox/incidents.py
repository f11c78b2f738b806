"""Incidents: create, read, change, delete, list.

https://docs.datadoghq.com/api/latest/incidents/ . No idempotency key is documented: the same body
twice makes two incidents.
"""

from __future__ import annotations

from aiohttp import web
from msgspec import UNSET, to_builtins

from integrations.sandbox.answers import json_answer, moment, refuse
from integrations.sandbox.bodies import read_body
from integrations.sandbox.encoding import BAD_REQUEST
from integrations.sandbox.gate import Access, open_resource
from integrations.sandbox.incident_forms import (
    ChangedData,
    ChangedIncident,
    NewIncident,
    check_fields,
)
from integrations.sandbox.incident_shape import (
    Document,
    new_incident,
    set_fields,
    with_people,
)
from integrations.sandbox.limits import INCIDENTS_PAGE_DEFAULT, INCIDENTS_PAGE_MAX
from integrations.sandbox.paging import number
from integrations.sandbox.shelves import Resource
from integrations.sandbox.world import Call

CREATED, NO_CONTENT, NOT_FOUND = 201, 204, 404
BUCKET = "incidents"
_READ, _WRITE = "incident_read", "incident_write"
_DONE = ("resolved", "completed")


def create(call: Call) -> web.Response:
    access = open_resource(call, scope=_WRITE, bucket=BUCKET)
    data = read_body(call, NewIncident).data
    if data.attributes.customer_impacted and not data.attributes.customer_impact_scope:
        raise refuse(
            BAD_REQUEST, "customer_impact_scope is required when customer_impacted is true"
        )
    check_fields(data.attributes.fields)
    store, organisation = call.world.store, access.organisation
    document = new_incident(
        data, organisation, public_id=store.next_number("incidents", organisation), now=call.now
    )
    kept = Resource(organisation, call.now, document)
    limit = call.world.settings.items_kept
    store.add_resource("incidents", document["id"], kept, limit=limit)
    shown = {"data": with_people(document, organisation)}
    return json_answer(shown, status=CREATED, headers=access.headers)


def _incident(call: Call, access: Access) -> Resource:
    incident_id = call.parameters["id"]
    found = call.world.store.shelves["incidents"].get(access.organisation, incident_id)
    if found is None:
        raise refuse(NOT_FOUND, f"incident {incident_id} not found")
    return found


def get(call: Call) -> web.Response:
    access = open_resource(call, scope=_READ, bucket=BUCKET)
    return json_answer({"data": _incident(call, access).document}, headers=access.headers)


def update(call: Call) -> web.Response:
    access = open_resource(call, scope=_WRITE, bucket=BUCKET)
    incident = _incident(call, access)
    data = read_body(call, ChangedIncident).data
    if data.id != call.parameters["id"]:
        raise refuse(BAD_REQUEST, "The id in the body is not the one in the address")
    check_fields(data.attributes.fields)
    incident.document = _changed(incident.document, data, now=call.now)
    call.world.store.note_change("incidents", access.organisation)
    shown = {"data": with_people(incident.document, access.organisation)}
    return json_answer(shown, headers=access.headers)


def _changed(document: Document, data: ChangedData, *, now: float) -> Document:
    """Recorded: resolving fills ``resolved``; an incident created as resolved keeps null there."""
    attributes, relationships = dict(document["attributes"]), dict(document["relationships"])
    was_done = attributes["state"] in _DONE
    named = to_builtins(data.attributes)
    named.pop("fields")
    attributes.update(named, modified=moment(now))
    set_fields(attributes, data.attributes.fields)
    if attributes["state"] not in _DONE:
        attributes["resolved"] = None
    elif not was_done:
        attributes["resolved"] = moment(now)
    if data.relationships.commander_user is not UNSET:
        relationships["commander_user"] = to_builtins(data.relationships.commander_user)
    return {**document, "attributes": attributes, "relationships": relationships}


def delete(call: Call) -> web.Response:
    """Recorded: nothing, and that as HTML."""
    access = open_resource(call, scope=_WRITE, bucket=BUCKET)
    _incident(call, access).deleted_at = call.now
    answer = web.Response(
        status=NO_CONTENT, content_type="text/html", charset="utf-8", headers=access.headers
    )
    return answer


def list_incidents(call: Call) -> web.Response:
    """In the order of their making."""
    access = open_resource(call, scope=_READ, bucket=BUCKET)
    found = [one.document for one in call.world.store.shelves["incidents"].of(access.organisation)]
    shown, meta = page(call, found)
    return json_answer({"data": shown, "meta": meta}, headers=access.headers)


def page(call: Call, found: list[Document]) -> tuple[list[Document], Document]:
    """The page that is asked for, and what is told of it; ``size`` is what came.

    Both are recorded: a short page without ``next_offset`` for a call that names its page, and
    with one for a call that does not.
    """
    size = number(
        call, "page[size]", default=INCIDENTS_PAGE_DEFAULT, low=1, high=INCIDENTS_PAGE_MAX
    )
    offset = number(call, "page[offset]", default=0)
    shown = found[offset : offset + size]
    pagination = {"offset": offset, "size": len(shown)}
    named = bool(call.query("page[size]") or call.query("page[offset]"))
    if len(shown) == size or not named:
        pagination["next_offset"] = offset + len(shown)
    return shown, {"pagination": pagination}
