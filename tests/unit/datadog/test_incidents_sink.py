"""Incidents: looked up, then made or changed, and never made twice."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from integrations.core.errors import (
    GrantRevokedError,
    MissingScopeError,
    PayloadRefusedError,
    RetryLaterError,
    StopError,
)
from integrations.core.secret import Secret
from integrations.datadog.sinks import Sink, SinkOptions, sink_for
from integrations.datadog.sites import Addresses, site_for_domain
from tests.unit.http.answering import AnsweringServer, Planned

TOKEN = Secret("an-access-token-of-a-customer")
BODY = orjson.dumps(
    {
        "marker": {"text": "[r1]"},
        "data": {"type": "incidents", "attributes": {"title": "Down [r1]", "fields": {}}},
    }
)
IN_FIELD = orjson.dumps(
    {"marker": {"text": "r1", "field": "acme"}, "data": {"type": "incidents", "attributes": {}}}
)
MADE = Planned(201, b'{"data":{"id":"i-1","type":"incidents"}}')
CHANGED = Planned(200, b'{"data":{"id":"i-1","type":"incidents"}}')


def _sink(server: AnsweringServer) -> Sink:
    return sink_for(
        "incidents",
        http=server.client(),
        addresses=Addresses(),
        site=site_for_domain("datadoghq.eu"),
        options=SinkOptions(access_token=TOKEN),
    )


def _found(*incidents: dict[str, Any]) -> Planned:
    entries = [{"data": {"id": f"i-{n}", "attributes": one}} for n, one in enumerate(incidents, 1)]
    return Planned(200, orjson.dumps({"data": {"attributes": {"incidents": entries}}}))


def _calls(server: AnsweringServer) -> list[str]:
    return [got.method for got in server.got]


def test_an_incident_that_no_search_finds_is_made_under_the_bearer(server: AnsweringServer) -> None:
    server.answer(_found({"title": "Other [r12]"}), MADE)
    answer = _sink(server).send(BODY, batch_id="b-1")
    search, made = server.got
    assert answer.status == 201
    assert search.path.startswith("/api.datadoghq.eu/api/v2/incidents/search?query=%22%5Br1%5D%22&")
    assert (made.method, made.path) == ("POST", "/api.datadoghq.eu/api/v2/incidents")
    assert made.headers["Authorization"] == f"Bearer {TOKEN.reveal()}"
    assert "DD-API-KEY" not in made.headers
    assert orjson.loads(made.body) == {"data": orjson.loads(BODY)["data"]}


@pytest.mark.parametrize(
    ("body", "incident"),
    [
        (BODY, {"title": "Down [r1]"}),
        (IN_FIELD, {"fields": {"acme": {"type": "textbox", "value": "r1"}}}),
        (IN_FIELD, {"fields": {"acme": {"type": "textarray", "value": ["r0", "r1"]}}}),
    ],
)
def test_an_incident_that_bears_the_marker_is_changed(
    server: AnsweringServer, body: bytes, incident: dict[str, Any]
) -> None:
    server.answer(_found({"title": "x", "fields": None}, incident), CHANGED)
    _sink(server).send(body, batch_id="b-1")
    changed = server.got[1]
    assert (changed.method, changed.path) == ("PATCH", "/api.datadoghq.eu/api/v2/incidents/i-2")
    assert orjson.loads(changed.body)["data"]["id"] == "i-2"


def test_an_incident_made_before_is_changed_though_a_search_would_lag(
    server: AnsweringServer,
) -> None:
    server.answer(_found(), MADE, CHANGED)
    sink = _sink(server)
    sink.send(BODY, batch_id="b-1")
    sink.send(BODY, batch_id="b-2")
    assert _calls(server) == ["GET", "POST", "PATCH"]


def test_an_incident_deleted_meanwhile_is_made_anew(server: AnsweringServer) -> None:
    server.answer(_found({"title": "[r1]"}), Planned(404, b'{"errors":["gone"]}'), MADE)
    assert _sink(server).send(BODY, batch_id="b-1").status == 201
    assert _calls(server) == ["GET", "PATCH", "POST"]


@pytest.mark.parametrize(
    ("plans", "uncertain"),
    [
        ([Planned(503)], False),
        ([Planned(drop=True)], False),
        ([_found({"title": "[r1]"}), Planned(drop=True)], False),
        ([_found(), Planned(500)], True),
        ([_found(), Planned(drop=True)], True),
        ([_found(), Planned(429)], False),
    ],
)
def test_only_the_making_can_end_uncertain(
    server: AnsweringServer, plans: list[Planned], uncertain: bool
) -> None:
    server.answer(*plans)
    with pytest.raises(RetryLaterError) as caught:
        _sink(server).send(BODY, batch_id="b-1")
    assert caught.value.uncertain is uncertain


@pytest.mark.parametrize(
    ("plans", "error"),
    [
        ([Planned(401)], GrantRevokedError),
        ([Planned(403)], MissingScopeError),
        ([Planned(200, b"[]")], StopError),
        ([_found(), Planned(400, b'{"errors":["bad field"]}')], PayloadRefusedError),
    ],
)
def test_other_answers_are_the_usual_errors(
    server: AnsweringServer, plans: list[Planned], error: type[Exception]
) -> None:
    server.answer(*plans)
    with pytest.raises(error):
        _sink(server).send(BODY, batch_id="b-1")


def test_a_body_that_is_no_incident_is_refused_unsent(server: AnsweringServer) -> None:
    with pytest.raises(PayloadRefusedError):
        _sink(server).send(b"{}", batch_id="b-1")
    assert server.got == []
