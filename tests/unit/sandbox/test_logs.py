"""The logs intake: shapes, sizes, ages, metadata, what is cut and what vanishes."""

from __future__ import annotations

import gzip
import time
from typing import Any

import orjson
import pytest
import requests
import zstandard

from tests.unit.sandbox.driver import Sandbox


@pytest.fixture
def key(sandbox: Sandbox) -> str:
    return str(sandbox.credentials()["api_key"])


def _items(sandbox: Sandbox) -> list[dict[str, Any]]:
    return list(sandbox.ask("items", type="logs", limit=2000)["items"])


def test_a_log_is_kept_whole_with_its_tags_normalised(sandbox: Sandbox, key: str) -> None:
    log = {
        "message": "hello",
        "ddsource": "acme",
        "ddtags": "Env:Prod,team:a b",
        "service": "web",
        "record_id": "r-1",
        "site": "own",
    }
    answer = sandbox.send_logs(key, [log])
    assert (answer.status_code, answer.json()) == (202, {})
    (item,) = _items(sandbox)
    assert item["ddtags"] == "env:prod,team:a_b"
    assert (item["message"], item["record_id"], item["service"]) == ("hello", "r-1", "web")
    assert (item["site"], item["shadowed"]) == ("datadoghq.eu", {"site": "own"})


def test_a_repeated_log_is_kept_twice(sandbox: Sandbox, key: str) -> None:
    for _ in range(2):
        sandbox.send_logs(key, {"message": "same"})
    assert len(_items(sandbox)) == 2


@pytest.mark.parametrize(
    ("encoding", "encode"), [("gzip", gzip.compress), ("zstd", zstandard.compress)]
)
def test_a_compressed_body_is_read(sandbox: Sandbox, key: str, encoding: str, encode: Any) -> None:
    body = encode(orjson.dumps([{"message": "x"}] * 3))
    assert sandbox.send_logs(key, body, **{"Content-Encoding": encoding}).status_code == 202
    assert len(_items(sandbox)) == 3


def test_lines_of_text_take_their_metadata_from_the_query(sandbox: Sandbox, key: str) -> None:
    url = sandbox.at("/api/v2/logs?ddsource=acme&ddtags=a:b", host="http-intake.logs")
    headers = {"DD-API-KEY": key, "Content-Type": "text/plain"}
    assert requests.post(url, data="one\ntwo\n", headers=headers, timeout=10).status_code == 202
    assert [(item["message"], item["ddsource"]) for item in _items(sandbox)] == [
        ("two", "acme"),
        ("one", "acme"),
    ]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"not json", 400),
        ([{"message": "x"}, "y"], 400),
        ([{"service": "no message"}], 400),
        ([{"message": 5}], 400),
        ([{"message": "x", "ddtags": ["a:b"]}], 400),
        ([{"message": "x"}] * 1000, 202),
        ([{"message": "x"}] * 1001, 413),
        ([], 202),
        (b" " * 5_000_001, 413),
        (b'{"message":"x"}'.ljust(5_000_000), 202),
    ],
    ids=["json", "array", "missing", "type", "tags", "1000", "1001", "none", "too-long", "at-most"],
)
def test_shapes_and_sizes_are_held(sandbox: Sandbox, key: str, body: Any, status: int) -> None:
    answer = sandbox.send_logs(key, body)
    assert answer.status_code == status
    if status != 202:
        assert answer.json()["errors"][0]["status"] == str(status)
        assert _items(sandbox) == []


def test_a_missing_key_is_401_and_a_wrong_one_403(sandbox: Sandbox) -> None:
    url = sandbox.at("/api/v2/logs", host="http-intake.logs")
    missing = requests.post(url, json=[], timeout=10)
    assert missing.status_code == 401
    assert missing.json()["errors"][0]["title"] == "Unauthorized"
    assert sandbox.send_logs("0" * 32, []).status_code == 403


def test_an_over_long_log_loses_its_end(sandbox: Sandbox, key: str) -> None:
    assert sandbox.send_logs(key, [{"message": "é" * 600_000, "record_id": "r"}]).status_code == 202
    (item,) = _items(sandbox)
    assert item["record_id"] == "r"
    assert set(item["message"]) == {"é"}
    assert 490_000 < len(item["message"]) < 500_000


def test_old_logs_are_accepted_and_vanish(sandbox: Sandbox, key: str) -> None:
    now = time.time()
    logs = [
        {"message": "too old", "timestamp": int((now - 18.5 * 3600) * 1000)},
        {"message": "too old", "timestamp": "2005-12-04T04:47:44Z"},
        {"message": "seconds are read as milliseconds", "timestamp": int(now)},
        {"message": "kept", "timestamp": int((now - 17.5 * 3600) * 1000)},
        {"message": "kept", "timestamp": "no time at all"},
    ]
    assert sandbox.send_logs(key, logs).status_code == 202
    assert [item["message"] for item in _items(sandbox)] == ["kept", "kept"]
    assert sandbox.ask("stats")["totals"]["logs"]["discarded"] == 3


def test_the_old_input_path_answers_200(sandbox: Sandbox, key: str) -> None:
    url, headers = sandbox.at("/v1/input", host="http-intake.logs"), {"DD-API-KEY": key}
    answer = requests.post(url, json=[{"message": "x"}], headers=headers, timeout=10)
    assert (answer.status_code, answer.json()) == (200, {})
