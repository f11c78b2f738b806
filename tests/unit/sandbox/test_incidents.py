"""Incidents: who may, what is answered, how they change, are listed and found."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from tests.unit.sandbox.driver import Sandbox, bearer

SCOPES = ["incident_read", "incident_write"]


class Incidents:
    """Calls with one organisation's bearer."""

    def __init__(self, sandbox: Sandbox, **order: Any) -> None:
        self.sandbox = sandbox
        self.headers = bearer(sandbox.credentials(scopes=SCOPES, **order)["access_token"])

    def call(self, method: str, path: str = "", **sent: Any) -> requests.Response:
        url = self.sandbox.at(f"/api/v2/incidents{path}")
        return requests.request(method, url, headers=self.headers, timeout=10, **sent)

    def create(self, title: str = "Down", **attributes: Any) -> requests.Response:
        told = {"title": title, "customer_impacted": False, **attributes}
        return self.call("POST", json={"data": {"type": "incidents", "attributes": told}})

    def made(self, title: str = "Down", **attributes: Any) -> dict[str, Any]:
        return dict(self.create(title, **attributes).json()["data"])

    def change(self, incident_id: str, **data: Any) -> requests.Response:
        body = {"data": {"type": "incidents", "id": incident_id, **data}}
        return self.call("PATCH", f"/{incident_id}", json=body)

    def titles(self, **params: str) -> list[str]:
        found = self.call("GET", "/search", params=params).json()["data"]["attributes"]
        assert found["total"] >= len(found["incidents"])
        return [one["data"]["attributes"]["title"] for one in found["incidents"]]


@pytest.fixture
def incidents(sandbox: Sandbox) -> Incidents:
    return Incidents(sandbox)


def _field(value: Any, kind: str = "dropdown") -> dict[str, Any]:
    return {"type": kind, "value": value}


def test_an_incident_is_created_read_and_deleted(sandbox: Sandbox, incidents: Incidents) -> None:
    answer = incidents.create(
        fields={"severity": _field("SEV-2"), "marker": _field("m", "textbox")}
    )
    made = answer.json()["data"]
    assert (answer.status_code, made["attributes"]["public_id"]) == (201, 1)
    assert made["attributes"]["fields"]["slug"] == _field("IR-1", "textbox")
    assert (made["attributes"]["severity"], made["attributes"]["state"]) == ("SEV-2", "active")
    read = incidents.call("GET", f"/{made['id']}").json()["data"]
    assert read["attributes"]["fields"] == made["attributes"]["fields"]
    (item,) = sandbox.ask("items", type="incidents")["items"]
    assert (item["id"], item["site"]) == (made["id"], "datadoghq.eu")
    gone = incidents.call("DELETE", f"/{made['id']}")
    assert (gone.status_code, gone.text) == (204, "")
    assert gone.headers["Content-Type"] == "text/html; charset=utf-8"
    for method in ("GET", "DELETE"):
        answer = incidents.call(method, f"/{made['id']}")
        told = {"errors": [f"incident {made['id']} not found"]}
        assert (answer.status_code, answer.json()) == (404, told)
    assert sandbox.ask("items", type="incidents") == {"items": [], "total": 1}


def test_the_same_body_twice_makes_two(sandbox: Sandbox, incidents: Incidents) -> None:
    assert incidents.made()["id"] != incidents.made()["id"]
    assert sandbox.ask("items", type="incidents")["total"] == 2


def test_resolving_fills_the_time_but_creating_as_resolved_does_not(incidents: Incidents) -> None:
    resolved = {"fields": {"state": _field("resolved")}}
    made = incidents.made()
    changed = incidents.change(made["id"], attributes={"title": "Up", **resolved}).json()["data"]
    assert (changed["attributes"]["title"], changed["attributes"]["state"]) == ("Up", "resolved")
    assert changed["attributes"]["resolved"]
    assert changed["attributes"]["fields"]["severity"] == _field("UNKNOWN")
    born = incidents.made("Old", **resolved)
    assert (born["attributes"]["state"], born["attributes"]["resolved"]) == ("resolved", None)


def test_a_commander_is_set_and_cleared(incidents: Incidents) -> None:
    incident_id = incidents.made()["id"]
    for commander in ({"data": {"type": "users", "id": "u-1"}}, {"data": None}):
        answer = incidents.change(incident_id, relationships={"commander_user": commander})
        assert answer.json()["data"]["relationships"]["commander_user"] == commander


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": ""},
        {"title": None},
        {"customer_impacted": None},
        {"customer_impacted": True},
        {"fields": {"state": _field("closed")}},
        {"fields": {"severity": _field("SEV-9")}},
        {"fields": {"summary": _field(["x"], "textbox")}},
        {"fields": {"summary": _field("x", "number")}},
    ],
    ids=str,
)
def test_a_wrong_incident_is_a_bad_request(
    sandbox: Sandbox, incidents: Incidents, wrong: dict[str, Any]
) -> None:
    assert incidents.create(**wrong).status_code == 400
    assert sandbox.ask("stats")["totals"]["incidents"]["refused"] == 1


def test_a_named_page_tells_the_next_one_only_when_full(incidents: Incidents) -> None:
    for n in range(12):
        incidents.create(f"Incident {n}")

    def page(**params: int) -> dict[str, Any]:
        named = {f"page[{name}]": value for name, value in params.items()}
        return dict(incidents.call("GET", params=named).json()["meta"]["pagination"])

    assert page(size=5) == {"offset": 0, "size": 5, "next_offset": 5}
    assert page(size=5, offset=10) == {"offset": 10, "size": 2}
    assert page() == {"offset": 0, "size": 10, "next_offset": 10}
    assert incidents.call("GET", params={"page[size]": 101}).status_code == 400


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("state:active", ["Payments down", "Search slow"]),
        ("state:(active OR resolved)", ["Payments down", "Search slow", "Old news"]),
        ("state:resolved", ["Old news"]),
        ("-state:active severity:SEV-1", ["Old news"]),
        ('"payments down"', ["Payments down"]),
        ("down AND state:active", ["Payments down"]),
        ("portal-7f3a", ["Search slow"]),
        ('"acme:portal-7f3a"', ["Search slow"]),
        ("services:web*", ["Search slow"]),
        ("*", ["Payments down", "Search slow", "Old news"]),
        ("nothing", []),
    ],
)
def test_a_search_looks_through_titles_and_fields(
    incidents: Incidents, query: str, found: list[str]
) -> None:
    incidents.create("Payments down")
    marker = {"summary": _field("by acme:portal-7f3a", "textbox")}
    incidents.create("Search slow", fields={**marker, "services": _field(["web-1"], "multiselect")})
    old = {"state": _field("resolved"), "severity": _field("SEV-1")}
    incidents.create("Old news", fields=old)
    assert incidents.titles(query=query, sort="created") == found
    assert incidents.titles(query=query) == found[::-1]


@pytest.mark.parametrize("params", [{}, {"query": 'a"'}, {"query": "a", "sort": "title"}], ids=str)
def test_a_wrong_search_is_a_bad_request(incidents: Incidents, params: dict[str, str]) -> None:
    assert incidents.call("GET", "/search", params=params).status_code == 400


def test_reading_and_writing_need_their_scopes(sandbox: Sandbox, incidents: Incidents) -> None:
    made = incidents.made()
    reader = bearer(sandbox.credentials(scopes=["incident_read"])["access_token"])
    writer = bearer(sandbox.credentials(scopes=["incident_write"])["access_token"])
    key_only = {"DD-API-KEY": sandbox.credentials()["api_key"]}
    for headers, method in ((reader, "DELETE"), (writer, "GET"), (key_only, "GET")):
        url = sandbox.at(f"/api/v2/incidents/{made['id']}")
        assert requests.request(method, url, headers=headers, timeout=10).status_code == 403
    stranger = Incidents(sandbox, subdomain="bigcorp")
    assert stranger.call("GET", f"/{made['id']}").status_code == 404
    assert stranger.call("GET").json()["data"] == []
