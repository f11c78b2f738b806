"""Reading back: who may, what comes, how it is paged and limited."""

from __future__ import annotations

import time
from typing import Any

import pytest
import requests

from tests.unit.sandbox.driver import Sandbox, bearer

STARTED = int(time.time())
QUERY = {"from": str(STARTED - 7200), "to": str(STARTED), "query": "avg:acme.load{*} by {host}"}
RESOURCES = [
    ("GET", "/api/v1/query", "timeseries_query", QUERY),
    ("GET", "/api/v1/metrics", "metrics_read", {"from": str(STARTED - 7200)}),
    ("GET", "/api/v1/monitor", "monitors_read", {}),
    ("POST", "/api/v2/logs/events/search", "logs_read_data", {}),
]
each_resource = pytest.mark.parametrize(("method", "path", "scope", "params"), RESOURCES)


def _ask(
    sandbox: Sandbox, method: str, path: str, headers: dict[str, str], **sent: Any
) -> requests.Response:
    return requests.request(method, sandbox.at(path), headers=headers, timeout=10, **sent)


@each_resource
def test_a_bearer_with_the_scope_or_a_key_pair_may_read(
    sandbox: Sandbox, method: str, path: str, scope: str, params: dict[str, str]
) -> None:
    made = sandbox.credentials(scopes=[scope])
    pair = {"DD-API-KEY": made["api_key"], "DD-APPLICATION-KEY": made["app_key"]}
    for headers in (bearer(made["access_token"]), pair):
        answer = _ask(sandbox, method, path, headers, params=params)
        assert answer.status_code == 200
        assert int(answer.headers["X-RateLimit-Remaining"]) > 0


@each_resource
def test_anything_less_may_not(
    sandbox: Sandbox, method: str, path: str, scope: str, params: dict[str, str]
) -> None:
    made = sandbox.credentials(scopes=["usage_read"])
    stranger = sandbox.credentials(subdomain="bigcorp")
    refused = [
        bearer(made["access_token"]),
        bearer("unknown"),
        {**bearer(made["access_token"]), "DD-APPLICATION-KEY": made["app_key"]},
        {"DD-API-KEY": made["api_key"]},
        {"DD-API-KEY": made["api_key"], "DD-APPLICATION-KEY": stranger["app_key"]},
    ]
    for headers in refused:
        answer = _ask(sandbox, method, path, headers, params=params)
        assert (answer.status_code, answer.json()) == (403, {"errors": ["Forbidden"]})
    assert _ask(sandbox, method, path, {}, params=params).status_code == 401


def test_an_exhausted_bucket_answers_429_until_the_period_ends(sandbox: Sandbox) -> None:
    sandbox.tell("settings", rate_limits={"get_all_monitors": {"limit": 2, "period": 60}})
    headers = bearer(sandbox.credentials(scopes=["monitors_read"])["access_token"])
    answers = [_ask(sandbox, "GET", "/api/v1/monitor", headers) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    told = answers[-1].headers
    assert (told["X-RateLimit-Limit"], told["X-RateLimit-Remaining"]) == ("2", "0")
    assert told["X-RateLimit-Name"] == "get_all_monitors"
    sandbox.tell("settings", clock_ahead_seconds=int(told["X-RateLimit-Reset"]) + 1)
    assert _ask(sandbox, "GET", "/api/v1/monitor", headers).status_code == 200


def test_seeded_points_come_back_by_group(sandbox: Sandbox) -> None:
    made = sandbox.credentials()
    series = [
        {"metric": "acme.load", "points": [[STARTED - 60, 1], [STARTED - 30, 3]], "host": "a"},
        {"metric": "acme.load", "points": [[STARTED - 60, 5]], "host": "b", "tags": ["env:prod"]},
        {"metric": "acme.other", "points": [[STARTED - 60, 9]]},
    ]
    sandbox.tell("seed", site="datadoghq.eu", type="metrics", items=series)
    headers = bearer(made["access_token"])
    found = _ask(sandbox, "GET", "/api/v1/query", headers, params=QUERY).json()
    assert [(one["scope"], one["length"]) for one in found["series"]] == [
        ("host:a", 2),
        ("host:b", 1),
    ]
    assert found["series"][0]["pointlist"][0] == [(STARTED - 60) * 1000, 1.0]
    narrow = {**QUERY, "query": "max:acme.load{env:prod}"}
    found = _ask(sandbox, "GET", "/api/v1/query", headers, params=narrow).json()
    assert [one["pointlist"][0][1] for one in found["series"]] == [5.0]
    active = _ask(
        sandbox, "GET", "/api/v1/metrics", headers, params={"from": STARTED - 3600}
    ).json()
    assert active["metrics"] == ["acme.load", "acme.other"]


@pytest.mark.parametrize("change", [{"query": "avg:acme.load"}, {"from": "x"}, {"to": ""}])
def test_a_wrong_query_is_a_bad_request(sandbox: Sandbox, change: dict[str, str]) -> None:
    headers = bearer(sandbox.credentials()["access_token"])
    answer = _ask(sandbox, "GET", "/api/v1/query", headers, params={**QUERY, **change})
    assert answer.status_code == 400
    assert answer.json()["errors"]


def test_monitors_come_all_at_once_unless_paged(sandbox: Sandbox) -> None:
    monitors = [{"id": number, "name": f"Monitor {number}"} for number in range(1, 151)]
    sandbox.tell("seed", site="datadoghq.eu", type="monitors", items=monitors)
    headers = bearer(sandbox.credentials()["access_token"])

    def ids(**params: int) -> list[int]:
        answer = _ask(sandbox, "GET", "/api/v1/monitor", headers, params=params)
        return [monitor["id"] for monitor in answer.json()]

    assert ids() == list(range(1, 151))
    assert ids(page=0) == list(range(1, 101))
    assert ids(page=1) == list(range(101, 151))
    assert ids(page=1, page_size=10) == list(range(11, 21))
    assert ids(id_offset=145) == [146, 147, 148, 149, 150]
    stranger = bearer(sandbox.credentials(subdomain="bigcorp")["access_token"])
    assert _ask(sandbox, "GET", "/api/v1/monitor", stranger).json() == []


def _search(sandbox: Sandbox, **body: Any) -> requests.Response:
    headers = bearer(sandbox.credentials(scopes=["logs_read_data"])["access_token"])
    return _ask(sandbox, "POST", "/api/v2/logs/events/search", headers, json=body)


def test_accepted_and_seeded_logs_are_found_page_by_page(sandbox: Sandbox) -> None:
    key = sandbox.credentials()["api_key"]
    sandbox.send_logs(key, [{"message": "pushed", "ddsource": "acme"}])
    seeded = [{"message": f"seeded {n}", "timestamp": (STARTED - n) * 1000} for n in (30, 20)]
    sandbox.tell("seed", site="datadoghq.eu", type="logs", items=seeded)
    found, cursor = [], None
    for _ in range(3):
        page = _search(sandbox, sort="timestamp", page={"limit": 2, "cursor": cursor}).json()
        found += [log["attributes"]["message"] for log in page["data"]]
        cursor = page.get("meta", {}).get("page", {}).get("after")
    assert found == ["seeded 30", "seeded 20", "pushed"]
    assert page == {"data": []}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("*", 2),
        ("service:web", 1),
        ("-service:web", 1),
        ("source:acme env:prod", 1),
        ("env:*", 1),
        ("@http.status:500", 1),
        ('"second one"', 1),
        ("nothing", 0),
    ],
)
def test_a_search_understands_the_simple_terms(sandbox: Sandbox, query: str, found: int) -> None:
    logs = [
        {"message": "first", "service": "web", "ddsource": "acme", "ddtags": "env:prod"},
        {"message": "the second one", "http": {"status": 500}},
    ]
    sandbox.tell("seed", site="datadoghq.eu", type="logs", items=logs)
    assert len(_search(sandbox, filter={"query": query, "from": "now-1h"}).json()["data"]) == found


def test_a_bad_cursor_is_told_in_datadogs_odd_way(sandbox: Sandbox) -> None:
    answer = _search(sandbox, page={"cursor": "broken"})
    assert answer.status_code == 400
    assert answer.json()["errors"] == [
        "{'errors': [u\"input_validation_error(Field 'page' is invalid: invalid cursor)\"]}"
    ]
    malformed: list[dict[str, Any]] = [{"page": {"limit": 1001}}, {"page": 1}, {"filter": []}]
    for wrong in malformed:
        assert _search(sandbox, **wrong).status_code == 400
