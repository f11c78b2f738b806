"""The series intakes: codings, sizes, shapes, ages, normalisation, last write wins."""

from __future__ import annotations

import gzip
import time
import zlib
from collections.abc import Callable
from typing import Any

import orjson
import pytest
import requests
import zstandard

from tests.unit.sandbox.driver import Sandbox, bearer, point


@pytest.fixture
def key(sandbox: Sandbox) -> str:
    return str(sandbox.credentials()["api_key"])


def _items(sandbox: Sandbox) -> list[dict[str, Any]]:
    return list(sandbox.ask("items", type="metrics", site="datadoghq.eu")["items"])


def test_an_accepted_point_is_answered_and_kept_as_datadog_keeps_it(
    sandbox: Sandbox, key: str
) -> None:
    sent = point(
        "9acme.sync-time",
        tags=["Env:Prod Eu", "region:eu:"],
        unit="second",
        interval=10,
        resources=[{"type": "host", "name": "web-1"}],
    )
    answer = sandbox.send_series(key, [sent])
    assert (answer.status_code, answer.json()) == (202, {"errors": []})
    (item,) = _items(sandbox)
    assert item["metric"] == "acme.sync_time"
    assert item["tags"] == ["env:prod_eu", "region:eu"]
    assert (item["host"], item["unit"], item["interval"]) == ("web-1", "second", 10)
    assert item["timestamp"] == sent["points"][0]["timestamp"]
    assert item["site"] == "datadoghq.eu"
    assert item["received_at"] == pytest.approx(time.time(), abs=10)


@pytest.mark.parametrize(
    ("encoding", "encode"),
    [
        ("", bytes),
        ("identity", bytes),
        ("deflate", zlib.compress),
        ("gzip", gzip.compress),
        ("zstd", zstandard.compress),
        ("zstd1", zstandard.compress),
    ],
)
def test_each_coding_is_undone(
    sandbox: Sandbox, key: str, encoding: str, encode: Callable[[bytes], bytes]
) -> None:
    body = encode(orjson.dumps({"series": [point()]}))
    assert sandbox.send_series(key, body, encoding=encoding).status_code == 202
    assert len(_items(sandbox)) == 1


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("br", b"{}"),
        ("gzip", b'{"series":[]}'),
        ("gzip", gzip.compress(b'{"series":[]}')[:-9]),
        ("deflate", b"\x00"),
        ("zstd", b"nothing"),
    ],
)
def test_a_body_that_does_not_open_is_a_bad_request(
    sandbox: Sandbox, key: str, encoding: str, body: bytes
) -> None:
    assert sandbox.send_series(key, body, encoding=encoding).status_code == 400


@pytest.mark.parametrize(
    ("sent", "encoding", "status"),
    [
        (b'{"series":[]}'.ljust(512_000), "", 202),
        (b'{"series":[]}'.ljust(512_001), "", 413),
        (gzip.compress(b'{"series":[]}'.ljust(5_242_879)), "gzip", 202),
        (gzip.compress(b'{"series":[]}'.ljust(5_242_880)), "gzip", 413),
        (zstandard.compress(b" " * 100_000_000), "zstd", 413),
        (zlib.compress(b" " * 100_000_000), "deflate", 413),
    ],
    ids=["at-most", "too-long", "raw-at-most", "raw-too-long", "zstd-bomb", "deflate-bomb"],
)
def test_sizes_are_held_before_and_after_decompression(
    sandbox: Sandbox, key: str, sent: bytes, encoding: str, status: int
) -> None:
    assert sandbox.send_series(key, sent, encoding=encoding).status_code == status


NOW = int(time.time())


@pytest.mark.parametrize(
    "wrong",
    [
        {"metric": ""},
        {"metric": None},
        {"metric": 5},
        {"points": None},
        {"points": [[NOW, 1]]},
        {"points": [{"timestamp": NOW}]},
        {"points": [{"timestamp": NOW, "value": None}]},
        {"points": [{"timestamp": NOW, "value": "1"}]},
        {"points": [{"timestamp": NOW, "value": True}]},
        {"points": [{"timestamp": NOW + 0.5, "value": 1}]},
        {"points": [{"timestamp": str(NOW), "value": 1}]},
        {"type": 4},
        {"type": "gauge"},
        {"interval": "10"},
        {"tags": "env:prod"},
        {"tags": [1]},
        {"resources": [{"type": "host"}]},
        {"metadata": {"origin": {"product": 1001}}},
    ],
)
def test_one_malformed_series_refuses_the_whole_payload(
    sandbox: Sandbox, key: str, wrong: dict[str, Any]
) -> None:
    answer = sandbox.send_series(key, [point(), {**point(), **wrong}])
    assert answer.status_code == 400
    assert "series[1]" in answer.json()["errors"][0] or "$.series[...]" in answer.text
    assert _items(sandbox) == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff",
        b'{"series":[NaN]}',
        b'{"series":{}}',
        b'{"series":[{"metric":"a","points":[{"timestamp":1,"value":1e999}]}]}',
        b'{"series":[{"metric":"a","points":[{"timestamp":99999999999999999999,"value":1}]}]}',
        b'{"series":[{"metric":"\xff","points":[]}]}',
        b"[" * 100_000,
    ],
)
def test_what_is_no_payload_is_a_bad_request(sandbox: Sandbox, key: str, body: bytes) -> None:
    assert sandbox.send_series(key, body).status_code == 400


@pytest.mark.parametrize("age", [3_700, -700])
def test_points_outside_the_window_are_accepted_and_vanish(
    sandbox: Sandbox, key: str, age: int
) -> None:
    assert sandbox.send_series(key, [point(age=age), point()]).status_code == 202
    assert len(_items(sandbox)) == 1
    counts = sandbox.ask("stats")["sites"]["datadoghq.eu"]["metrics"]
    assert (counts["accepted"], counts["discarded"], counts["requests"]) == (1, 1, 1)


def test_the_last_write_wins_for_the_same_second_and_tags(sandbox: Sandbox) -> None:
    made = sandbox.credentials(scopes=["timeseries_query"])
    first = point(value=1, tags=["a:1", "b:2"])
    again = {**first, "tags": ["b:2", "a:1"], "points": [{**first["points"][0], "value": 2}]}
    for series in (first, again):
        sandbox.send_series(made["api_key"], [series])
    params = {"from": str(NOW - 100), "to": str(NOW + 100), "query": "sum:acme.sync{*}"}
    answer = requests.get(
        sandbox.at("/api/v1/query"), params=params, headers=bearer(made["access_token"]), timeout=10
    ).json()
    assert [value for _, value in answer["series"][0]["pointlist"]] == [2]
    counts = sandbox.ask("stats")["totals"]["metrics"]
    assert (counts["accepted"], counts["overwritten"]) == (2, 1)


def test_metric_submission_has_no_rate_limit(sandbox: Sandbox, key: str) -> None:
    headers = sandbox.send_series(key, [point()]).headers
    assert not [name for name in headers if name.lower().startswith("x-ratelimit")]


def test_a_refused_request_is_counted(sandbox: Sandbox, key: str) -> None:
    sandbox.send_series(key, b"no")
    counts = sandbox.ask("stats")["sites"]["datadoghq.eu"]["metrics"]
    assert (counts["requests"], counts["refused"], counts["bytes"]) == (1, 1, 2)


def test_v1_takes_pairs_and_answers_as_text_json(sandbox: Sandbox, key: str) -> None:
    series = {"metric": "acme.sync", "type": "count", "points": [[NOW, 1]], "host": "web-1"}
    url, headers = sandbox.at("/api/v1/series"), {"DD-API-KEY": key}
    answer = requests.post(url, json={"series": [series]}, headers=headers, timeout=10)
    assert (answer.status_code, answer.json()) == (202, {"status": "ok"})
    assert answer.headers["Content-Type"].startswith("text/json")
    (item,) = _items(sandbox)
    assert (item["type"], item["host"]) == (1, "web-1")


def test_v1_refuses_an_unknown_key_at_length(sandbox: Sandbox) -> None:
    url, headers = sandbox.at("/api/v1/series"), {"DD-API-KEY": "0" * 32}
    answer = requests.post(url, json={"series": []}, headers=headers, timeout=10)
    assert answer.status_code == 403
    assert answer.json()["status"] == "error"


def test_items_are_bounded_but_the_total_is_exact(sandbox: Sandbox, key: str) -> None:
    sandbox.tell("settings", items_kept=10)
    sandbox.send_series(key, [point(value=number) for number in range(25)])
    answer = sandbox.ask("items", type="metrics", limit=100)
    assert answer["total"] == 25
    assert [item["value"] for item in answer["items"]] == list(range(24, 14, -1))
