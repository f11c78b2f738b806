"""The service checks intake: states, ages, messages."""

from __future__ import annotations

import time
from typing import Any

import pytest
import requests

from tests.unit.sandbox.driver import Sandbox

NOW = int(time.time())


@pytest.fixture
def key(sandbox: Sandbox) -> str:
    return str(sandbox.credentials()["api_key"])


def _check(**fields: Any) -> dict[str, Any]:
    return {"check": "acme.up", "host_name": "web-1", "status": 2, "tags": ["Env:Prod"], **fields}


def _send(sandbox: Sandbox, key: str, body: Any, **headers: str) -> requests.Response:
    url = sandbox.at("/api/v1/check_run")
    return requests.post(url, json=body, headers={"DD-API-KEY": key, **headers}, timeout=10)


def _items(sandbox: Sandbox) -> list[dict[str, Any]]:
    return list(sandbox.ask("items", type="service_checks")["items"])


def test_checks_are_answered_and_kept(sandbox: Sandbox, key: str) -> None:
    answer = _send(sandbox, key, [_check(message="down" * 200, timestamp=NOW), _check(status=1)])
    assert (answer.status_code, answer.json()) == (202, {"status": "ok"})
    assert answer.headers["Content-Type"].startswith("text/json")
    last, first = _items(sandbox)
    assert (first["check"], first["host_name"], first["status"]) == ("acme.up", "web-1", 2)
    assert (first["tags"], first["timestamp"]) == (["env:prod"], NOW)
    assert len(first["message"]) == 500
    assert last["timestamp"] == pytest.approx(time.time(), abs=10)


def test_an_ok_check_loses_its_message(sandbox: Sandbox, key: str) -> None:
    _send(sandbox, key, [_check(status=0, message="fine")])
    assert _items(sandbox)[0]["message"] is None


def test_a_check_older_than_ten_minutes_is_accepted_and_vanishes(
    sandbox: Sandbox, key: str
) -> None:
    answer = _send(sandbox, key, [_check(timestamp=NOW - 700), _check(timestamp=NOW - 500)])
    assert answer.status_code == 202
    assert [item["timestamp"] for item in _items(sandbox)] == [NOW - 500]
    assert sandbox.ask("stats")["totals"]["service_checks"]["discarded"] == 1


@pytest.mark.parametrize(
    "wrong",
    [{"status": 4}, {"status": "ok"}, {"check": ""}, {"host_name": None}, {"tags": "a:b"}],
    ids=str,
)
def test_one_wrong_check_refuses_all(sandbox: Sandbox, key: str, wrong: dict[str, Any]) -> None:
    assert _send(sandbox, key, [_check(), _check(**wrong)]).status_code == 400
    assert _items(sandbox) == []


def test_a_compressed_array_or_none_is_a_bad_request(sandbox: Sandbox, key: str) -> None:
    assert _send(sandbox, key, [_check()], **{"Content-Encoding": "gzip"}).status_code == 400
    assert _send(sandbox, key, "no").status_code == 400
    assert _send(sandbox, "0" * 32, [_check()]).status_code == 403
