"""The events intakes, v1 and v2: forms, lengths, ages, answers, the rate limit."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from tests.unit.sandbox.driver import Sandbox

NOW = int(time.time())
CHANGE = {"changed_resource": {"name": "payments", "type": "feature_flag"}}
INTAKE = "event-management-intake"


@pytest.fixture
def key(sandbox: Sandbox) -> str:
    return str(sandbox.credentials()["api_key"])


def _post(sandbox: Sandbox, key: str, **event: Any) -> requests.Response:
    body = {"title": "Deployed", "text": "Version 2", **event}
    url = sandbox.at("/api/v1/events")
    return requests.post(url, json=body, headers={"DD-API-KEY": key}, timeout=10)


def _post_v2(
    sandbox: Sandbox, key: str, *, host: str = INTAKE, **attributes: Any
) -> requests.Response:
    told = {"title": "Deployed", "category": "change", "attributes": CHANGE, **attributes}
    body = {"data": {"type": "event", "attributes": told}}
    url = sandbox.at("/api/v2/events", host=host)
    return requests.post(url, json=body, headers={"DD-API-KEY": key}, timeout=10)


def _items(sandbox: Sandbox) -> list[dict[str, Any]]:
    return list(sandbox.ask("items", type="events")["items"])


def test_a_v1_event_is_answered_with_both_ids_and_its_address(sandbox: Sandbox, key: str) -> None:
    answer = _post(sandbox, key, tags=["Env:Prod"], date_happened=NOW - 60, alert_type="info")
    event = answer.json()["event"]
    assert (answer.status_code, answer.json()["status"]) == (202, "ok")
    assert str(event["id"])[:16] == event["id_str"][:16]
    assert event["url"] == f"https://app.datadoghq.eu/event/event?id={event['id_str']}"
    (item,) = _items(sandbox)
    assert (item["version"], item["id"], item["date_happened"]) == (
        "v1",
        event["id_str"],
        NOW - 60,
    )
    assert (item["tags"], item["alert_type"]) == (["env:prod"], "info")


def test_a_repeated_event_is_kept_twice(sandbox: Sandbox, key: str) -> None:
    for _ in range(2):
        _post(sandbox, key, aggregation_key="same")
    assert len(_items(sandbox)) == 2


def test_a_v1_event_too_far_in_the_past_is_told_as_plain_text(sandbox: Sandbox, key: str) -> None:
    answer = _post(sandbox, key, date_happened=NOW - 19 * 3600)
    assert (answer.status_code, answer.json()) == (400, {"errors": ["Event too far in the past"]})
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert _post(sandbox, key, date_happened=NOW - 17 * 3600).status_code == 202


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": None},
        {"text": "x" * 4001},
        {"aggregation_key": "x" * 101},
        {"alert_type": "fatal"},
        {"priority": "high"},
        {"tags": "a:b"},
        {"date_happened": "now"},
        {"record_id": "r-1"},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_a_wrong_v1_event_is_a_bad_request(
    sandbox: Sandbox, key: str, wrong: dict[str, Any]
) -> None:
    assert _post(sandbox, key, **wrong).status_code == 400
    assert _items(sandbox) == []


@pytest.mark.parametrize("host", [INTAKE, "api"])
def test_a_v2_change_is_accepted_on_both_hosts(sandbox: Sandbox, key: str, host: str) -> None:
    answer = _post_v2(sandbox, key, host=host, message="m", tags=["Env:Prod"])
    told = answer.json()
    evt = told["data"]["attributes"]["attributes"]["evt"]
    assert (answer.status_code, told["data"]["id"], told["data"]["type"]) == (202, "_", "event")
    assert told["links"]["self"].endswith(f"datadoghq.eu/event/event?uid={evt['uid']}")
    (item,) = _items(sandbox)
    assert (item["version"], item["category"], item["attributes"]) == ("v2", "change", CHANGE)
    assert (item["tags"], item["uid"]) == (["env:prod"], evt["uid"])


def test_a_v2_alert_gets_the_lowest_priority_unless_told(sandbox: Sandbox, key: str) -> None:
    details = {"status": "warn", "custom": {"a": {"b": 1}}}
    assert _post_v2(sandbox, key, category="alert", attributes=details).status_code == 202
    assert _items(sandbox)[0]["attributes"] == {**details, "priority": "5"}


def _deep(levels: int) -> dict[str, Any]:
    return {"a": _deep(levels - 1)} if levels else {}


OLD = (datetime.now(UTC) - timedelta(hours=19)).isoformat()


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (
            {"category": "invalid"},
            'failed at $.data.attributes.category: value must be one of: ["alert", "change"].',
        ),
        ({"title": "x" * 501}, "at $.data.attributes.title: "),
        ({"message": ""}, "at $.data.attributes.message: "),
        ({"tags": []}, "at $.data.attributes.tags: "),
        ({"aggregation_key": "x" * 101}, "at $.data.attributes.aggregation_key: "),
        ({"record_id": "r-1"}, "at $.data.attributes: "),
        ({"attributes": {}}, "at $.data.attributes.attributes: "),
        ({"timestamp": "yesterday"}, "at $.data.attributes.timestamp: "),
        ({"timestamp": OLD}, "Event too far in the past"),
        ({"integration_id": "acme"}, 'value must be one of: ["custom-events"]'),
        (
            {"category": "alert", "attributes": {"status": "bad"}},
            'at $.data.attributes.attributes.status: value must be one of: ["error", "ok", "warn"]',
        ),
        (
            {"category": "alert", "attributes": {"status": "ok", "custom": _deep(11)}},
            "at $.data.attributes.attributes.custom: deeper than 10 levels",
        ),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_a_wrong_v2_event_is_told_where(
    sandbox: Sandbox, key: str, wrong: dict[str, Any], told: str
) -> None:
    answer = _post_v2(sandbox, key, **wrong)
    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["status"], error["title"]) == (400, "400", "Bad Request")
    assert told in error["detail"]
    assert _items(sandbox) == []


def test_both_versions_share_a_rate_limit(sandbox: Sandbox, key: str) -> None:
    sandbox.tell("settings", rate_limits={"event_submission": {"limit": 2, "period": 60}})
    answers = [_post(sandbox, key), _post_v2(sandbox, key), _post(sandbox, key)]
    assert [answer.status_code for answer in answers] == [202, 202, 429]
    assert [answer.headers["X-RateLimit-Remaining"] for answer in answers] == ["1", "0", "0"]
    assert answers[-1].headers["X-RateLimit-Name"] == "event_submission"
    assert len(_items(sandbox)) == 2


def test_an_unknown_key_or_a_bearer_may_not_send(sandbox: Sandbox) -> None:
    headers = {"Authorization": f"Bearer {sandbox.credentials()['access_token']}"}
    for path, host in (("/api/v1/events", "api"), ("/api/v2/events", INTAKE)):
        url = sandbox.at(path, host=host)
        assert requests.post(url, json={}, headers=headers, timeout=10).status_code == 403
    assert _post(sandbox, "0" * 32).status_code == 403
