"""The distributions intake: values add up, old points vanish, only deflate."""

from __future__ import annotations

import gzip
import time
import zlib
from collections.abc import Callable
from typing import Any

import orjson
import pytest
import requests

from tests.unit.sandbox.driver import Sandbox

NOW = int(time.time())
_ENCODE: dict[str, Callable[[bytes], bytes]] = {
    "deflate": zlib.compress,
    "gzip": gzip.compress,
    "": bytes,
}


@pytest.fixture
def made(sandbox: Sandbox) -> dict[str, Any]:
    return sandbox.credentials()


def _send(
    sandbox: Sandbox, made: dict[str, Any], *points: Any, encoding: str = "", **fields: Any
) -> requests.Response:
    series = {"metric": "acme.latency", "points": list(points), **fields}
    body = orjson.dumps({"series": [series]})
    headers = {
        "DD-API-KEY": made["api_key"],
        "Content-Type": "text/json",
        "Content-Encoding": encoding,
    }
    url = sandbox.at("/api/v1/distribution_points")
    return requests.post(url, data=_ENCODE[encoding](body), headers=headers, timeout=10)


def _query(sandbox: Sandbox, made: dict[str, Any], aggregation: str) -> float:
    query = f"{aggregation}:acme.latency{{*}}"
    params = {"from": str(NOW - 60), "to": str(NOW + 60), "query": query}
    headers = {"Authorization": f"Bearer {made['access_token']}"}
    answer = requests.get(
        sandbox.at("/api/v1/query"), params=params, headers=headers, timeout=10
    ).json()
    return float(answer["series"][0]["pointlist"][0][1])


@pytest.mark.parametrize("encoding", ["", "deflate"])
def test_a_distribution_is_answered_and_kept(
    sandbox: Sandbox, made: dict[str, Any], encoding: str
) -> None:
    answer = _send(sandbox, made, [NOW, [1, 2.5]], encoding=encoding, host="a", tags=["Env:Prod"])
    assert (answer.status_code, answer.json()) == (202, {"status": "ok"})
    assert answer.headers["Content-Type"].startswith("text/json")
    (item,) = sandbox.ask("items", type="distributions")["items"]
    assert (item["metric"], item["timestamp"], item["values"]) == ("acme.latency", NOW, [1, 2.5])
    assert (item["host"], item["tags"]) == ("a", ["env:prod"])


def test_what_is_sent_twice_counts_twice(sandbox: Sandbox, made: dict[str, Any]) -> None:
    for _ in range(2):
        _send(sandbox, made, [NOW, [1, 2, 6]])
    found = {name: _query(sandbox, made, name) for name in ("count", "sum", "avg", "min", "max")}
    assert found == {"count": 6, "sum": 18, "avg": 3, "min": 1, "max": 6}
    assert sandbox.ask("items", type="distributions")["total"] == 2


@pytest.mark.parametrize("age", [3_700, -700])
def test_a_point_outside_the_window_is_accepted_and_vanishes(
    sandbox: Sandbox, made: dict[str, Any], age: int
) -> None:
    assert _send(sandbox, made, [NOW - age, [1]]).status_code == 202
    assert sandbox.ask("stats")["totals"]["distributions"]["discarded"] == 1


@pytest.mark.parametrize(
    ("points", "fields", "encoding"),
    [
        ([[NOW, 1]], {}, ""),
        ([[NOW, []]], {}, ""),
        ([[NOW, ["1"]]], {}, ""),
        ([[NOW, [1]]], {"type": "gauge"}, ""),
        ([[NOW, [1]]], {"metric": ""}, ""),
        ([[NOW, [1]]], {}, "gzip"),
    ],
)
def test_anything_else_is_a_bad_request(
    sandbox: Sandbox, made: dict[str, Any], points: Any, fields: dict[str, Any], encoding: str
) -> None:
    answer = _send(sandbox, made, *points, encoding=encoding, **fields)
    assert answer.status_code == 400
    assert answer.json()["errors"]
