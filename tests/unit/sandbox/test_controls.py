"""The sandbox's own interface: faults, credentials, seeds, resets, and what it refuses."""

from __future__ import annotations

import socket
import time
from typing import Any

import pytest
import requests

from integrations.sandbox import running_sandbox
from tests.unit.sandbox.driver import Sandbox, point


@pytest.fixture
def key(sandbox: Sandbox) -> str:
    return str(sandbox.credentials()["api_key"])


def test_a_fault_answers_in_datadogs_place_as_often_as_ordered(sandbox: Sandbox, key: str) -> None:
    match = {"site": "datadoghq.eu", "path": "/api/v2/series", "method": "post"}
    sandbox.tell(
        "faults",
        match=match,
        status=429,
        times=2,
        headers={"X-RateLimit-Reset": "7"},
        body={"errors": ["slow down"]},
    )
    answers = [sandbox.send_series(key, [point()]) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [429, 429, 202]
    assert answers[0].headers["X-RateLimit-Reset"] == "7"
    assert answers[0].json() == {"errors": ["slow down"]}
    assert sandbox.ask("faults")["faults"][0]["used"] == 2


@pytest.mark.parametrize(
    ("body", "text", "content_type"),
    [
        ({"status": 403, "body": "<html>no</html>"}, "<html>no</html>", "text/html"),
        ({"status": 429, "body": ""}, "", "text/plain"),
        ({"status": 429, "body": None}, "", "application/json"),
        ({"status": 503}, '{"errors":["Service Unavailable"]}', "application/json"),
        ({"status": 502, "body": "x", "headers": {"content-type": "text/x"}}, "x", "text/x"),
    ],
)
def test_a_fault_can_have_any_body(
    sandbox: Sandbox, key: str, body: dict[str, Any], text: str, content_type: str
) -> None:
    sandbox.tell("faults", **body)
    answer = sandbox.validate(key)
    assert (answer.status_code, answer.text) == (body["status"], text)
    assert answer.headers["Content-Type"].startswith(content_type)


def test_a_fault_leaves_other_sites_and_paths_alone(sandbox: Sandbox, key: str) -> None:
    sandbox.tell("faults", match={"site": "datadoghq.com"}, status=500)
    sandbox.tell("faults", match={"path": "/api/v2/*"}, status=500)
    sandbox.tell("faults", match={"path": "/datadoghq.eu/http-intake.logs/*"}, status=500)
    assert sandbox.validate(key).status_code == 200
    assert sandbox.send_series(key, [point()]).status_code == 500
    assert sandbox.send_logs(key, [{"message": "x"}]).status_code == 500
    requests.delete(f"{sandbox.url}/_sandbox/faults", timeout=10)
    assert sandbox.send_series(key, [point()]).status_code == 202


@pytest.mark.parametrize(("when", "arrived"), [(True, 0), ("before", 0), ("after", 1)])
def test_a_dropped_connection_comes_before_or_after_acceptance(
    sandbox: Sandbox, key: str, when: bool | str, arrived: int
) -> None:
    sandbox.tell("faults", disconnect=when, times=1)
    with pytest.raises(requests.ConnectionError):
        sandbox.send_series(key, [point()])
    assert sandbox.ask("items", type="metrics")["total"] == arrived


def test_latency_alone_only_delays(sandbox: Sandbox, key: str) -> None:
    sandbox.tell("faults", latency_ms=80)
    started = time.monotonic()
    assert sandbox.validate(key).status_code == 200
    assert time.monotonic() - started >= 0.08


def test_probability_nought_never_strikes(sandbox: Sandbox, key: str) -> None:
    sandbox.tell("faults", status=500, probability=0)
    assert {sandbox.validate(key).status_code for _ in range(5)} == {200}


@pytest.mark.parametrize(
    ("name", "order", "named"),
    [
        ("credentials", {}, "site"),
        ("credentials", {"site": "datadoghq.example"}, "site"),
        ("credentials", {"site": "datadoghq.eu", "scopes": "monitors_read"}, "scopes"),
        ("credentials", {"site": "datadoghq.eu", "scopes": ["a b"]}, "scopes"),
        ("credentials", {"site": "datadoghq.eu", "subdomain": "api"}, "subdomain"),
        ("clients", {"name": "No redirect"}, "redirect_uris"),
        ("clients", {"redirect_uris": ["https://x.example"], "home": "nowhere"}, "home"),
        ("faults", {"status": 99}, "status"),
        ("faults", {"status": 500, "match": {"host": "x"}}, "host"),
        ("faults", {"status": 500, "match": {"site": "eu"}}, "match.site"),
        ("faults", {"status": 500, "times": 0}, "times"),
        ("faults", {"status": 500, "probability": 2}, "probability"),
        ("faults", {"disconnect": "later"}, "disconnect"),
        ("faults", {}, "status"),
        ("seed", {"site": "datadoghq.eu", "type": "dreams", "items": []}, "type"),
        ("seed", {"site": "datadoghq.eu", "type": "logs", "items": [{}]}, "items[0].message"),
        ("seed", {"site": "datadoghq.eu", "type": "metrics", "items": [{}]}, "items[0]"),
        (
            "seed",
            {"site": "datadoghq.eu", "type": "monitors", "items": [{"id": "x"}]},
            "items[0].id",
        ),
        ("settings", {"access_token_seconds": -1}, "access_token_seconds"),
        ("settings", {"refresh": True}, "refresh"),
        ("settings", {"rate_limits": {"x": {"limit": 1, "period": 1}}}, "rate_limits"),
        ("keys/revoke", {}, "api_key"),
        ("keys/revoke", {"api_key": "x"}, "api_key"),
        ("keys/revoke", {"client_id": "x", "site": "datadoghq.eu"}, "client_id"),
        ("uninstall", {"site": "datadoghq.eu", "client_id": "x"}, "client_id"),
        ("reset", {"all": True}, "all"),
    ],
)
def test_a_wrong_order_is_refused_and_names_the_field(
    sandbox: Sandbox, name: str, order: dict[str, Any], named: str
) -> None:
    answer = requests.post(f"{sandbox.url}/_sandbox/{name}", json=order, timeout=10)
    assert answer.status_code == 400
    assert named in answer.json()["errors"][0]


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ({}, "type"),
        ({"type": "x"}, "type"),
        ({"type": "logs", "site": "x"}, "site"),
        ({"type": "logs", "limit": "-1"}, "limit"),
    ],
)
def test_a_wrong_question_is_refused_and_names_the_field(
    sandbox: Sandbox, query: dict[str, str], named: str
) -> None:
    answer = requests.get(f"{sandbox.url}/_sandbox/items", params=query, timeout=10)
    assert answer.status_code == 400
    assert answer.json()["errors"][0].startswith(named)


def test_types_that_nothing_serves_yet_are_empty(sandbox: Sandbox) -> None:
    for data_type in (
        "distributions",
        "events",
        "service_checks",
        "traces",
        "incidents",
        "dashboards",
        "monitors",
        "log_pipelines",
    ):
        assert sandbox.ask("items", type=data_type) == {"items": [], "total": 0}


def test_an_unknown_control_is_told_what_is_known(sandbox: Sandbox) -> None:
    answer = requests.get(f"{sandbox.url}/_sandbox/nothing", timeout=10)
    assert answer.status_code == 404
    assert "POST /_sandbox/credentials" in answer.json()["known"]


def test_a_reset_can_keep_credentials(sandbox: Sandbox, key: str) -> None:
    sandbox.send_series(key, [point()])
    sandbox.tell("faults", status=500)
    sandbox.tell("reset", keep_credentials=True)
    assert sandbox.ask("items", type="metrics")["total"] == 0
    assert sandbox.validate(key).status_code == 200
    sandbox.tell("reset")
    assert sandbox.validate(key).status_code == 403


def _address_beyond_loopback() -> str | None:
    """This machine's address on a network; connecting a datagram socket sends nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return None
        return str(probe.getsockname()[0])


def test_controls_answer_on_the_loopback_interface_only() -> None:
    outside = _address_beyond_loopback()
    if outside is None:
        pytest.skip("this machine has no address but the loopback's")
    with running_sandbox(host="0.0.0.0") as url:
        elsewhere = url.replace("0.0.0.0", outside)
        assert requests.get(f"{elsewhere}/_sandbox/stats", timeout=10).status_code == 403
        assert requests.get(f"{elsewhere}/datadoghq.eu/api/api/v1/validate", timeout=10).json() == {
            "errors": ["API key required"]
        }
        assert (
            requests.get(
                f"{url.replace('0.0.0.0', '127.0.0.1')}/_sandbox/stats", timeout=10
            ).status_code
            == 200
        )
