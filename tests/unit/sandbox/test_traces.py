"""Traces: OTLP in protobuf and JSON, the Agent's API in JSON and MessagePack."""

from __future__ import annotations

import gzip
import time
from collections.abc import Callable
from typing import Any

import msgspec
import orjson
import pytest
import requests
from google.protobuf.json_format import ParseDict
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)

from tests.unit.sandbox.driver import Sandbox

NOW_NS = time.time_ns()
SECOND = 1_000_000_000
TRACE, SPAN, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331", "00f067aa0ba902b7"
PROTOBUF, JSON, MSGPACK = "application/x-protobuf", "application/json", "application/msgpack"


def _span(**fields: Any) -> dict[str, Any]:
    return {
        "traceId": TRACE,
        "spanId": SPAN,
        "parentSpanId": PARENT,
        "name": "sync",
        "kind": 2,
        "startTimeUnixNano": str(NOW_NS),
        "endTimeUnixNano": str(NOW_NS + SECOND),
        "attributes": [
            {"key": "record_id", "value": {"stringValue": "r-1"}},
            {"key": "tries", "value": {"intValue": "3"}},
            {"key": "tags", "value": {"arrayValue": {"values": [{"boolValue": True}]}}},
            {"key": "map", "value": {"kvlistValue": {"values": [{"key": "a", "value": {}}]}}},
        ],
        "status": {"code": 2, "message": "failed"},
        **fields,
    }


def _export(*spans: dict[str, Any]) -> dict[str, Any]:
    service = {"key": "service.name", "value": {"stringValue": "shop"}}
    scope = {"spans": list(spans)}
    return {"resourceSpans": [{"resource": {"attributes": [service]}, "scopeSpans": [scope]}]}


def _protobuf(export: dict[str, Any]) -> bytes:
    """The same export; protobuf's own JSON wants ids in base64, so they go in afterwards."""
    spans = export["resourceSpans"][0]["scopeSpans"][0]["spans"]
    ids = ("traceId", "spanId", "parentSpanId")
    plain = [{name: span[name] for name in span if name not in ids} for span in spans]
    scope = {"spans": plain}
    resource = export["resourceSpans"][0]["resource"]
    request = ParseDict(
        {"resourceSpans": [{"resource": resource, "scopeSpans": [scope]}]},
        ExportTraceServiceRequest(),
    )
    for made, span in zip(request.resource_spans[0].scope_spans[0].spans, spans, strict=True):
        made.trace_id = bytes.fromhex(span["traceId"])
        made.span_id = bytes.fromhex(span["spanId"])
        made.parent_span_id = bytes.fromhex(span["parentSpanId"])
    return request.SerializeToString()


ENCODE: dict[str, Callable[[dict[str, Any]], bytes]] = {JSON: orjson.dumps, PROTOBUF: _protobuf}
each_form = pytest.mark.parametrize("form", [JSON, PROTOBUF])


@pytest.fixture
def key(sandbox: Sandbox) -> str:
    return str(sandbox.credentials()["api_key"])


def _post(
    sandbox: Sandbox, key: str, body: bytes, form: str = JSON, **headers: str
) -> requests.Response:
    sent = {"dd-api-key": key, "Content-Type": form, **headers}
    url = sandbox.at("/v1/traces", host="otlp")
    return requests.post(url, data=body, headers=sent, timeout=10)


def _items(sandbox: Sandbox) -> list[dict[str, Any]]:
    return list(sandbox.ask("items", type="traces")["items"])


@each_form
def test_an_otlp_span_is_kept_decoded(sandbox: Sandbox, key: str, form: str) -> None:
    body = gzip.compress(ENCODE[form](_export(_span(), _span(spanId=PARENT))))
    answer = _post(sandbox, key, body, form, **{"Content-Encoding": "gzip"})
    assert (answer.status_code, answer.headers["Content-Type"].split(";")[0]) == (202, form)
    if form == PROTOBUF:
        ExportTraceServiceResponse.FromString(answer.content)
    second, first = _items(sandbox)
    assert (first["trace_id"], first["span_id"], first["parent_id"]) == (TRACE, SPAN, PARENT)
    assert second["span_id"] == PARENT
    assert (first["name"], first["service"], first["kind"]) == ("sync", "shop", "server")
    assert (first["start_ns"], first["end_ns"]) == (NOW_NS, NOW_NS + SECOND)
    assert first["status"] == {"code": "error", "message": "failed"}
    assert first["resource_attributes"] == {"service.name": "shop"}
    attributes = {"record_id": "r-1", "tries": 3, "tags": [True], "map": {"a": None}}
    assert first["attributes"] == attributes


@each_form
@pytest.mark.parametrize("hours", [19, -3])
def test_spans_outside_the_window_are_accepted_and_vanish(
    sandbox: Sandbox, key: str, form: str, hours: int
) -> None:
    start = str(NOW_NS - hours * 3600 * SECOND)
    body = ENCODE[form](_export(_span(startTimeUnixNano=start), _span()))
    assert _post(sandbox, key, body, form).status_code == 202
    assert len(_items(sandbox)) == 1
    assert sandbox.ask("stats")["totals"]["traces"]["discarded"] == 1


def test_otlp_bodies_above_fifteen_mebibytes_are_too_large(sandbox: Sandbox, key: str) -> None:
    at_most = b"{}".ljust(15 * 1024 * 1024)
    assert _post(sandbox, key, at_most).status_code == 202
    assert _post(sandbox, key, at_most + b" ").status_code == 413
    bomb = gzip.compress(b" " * 100_000_000, 1)
    assert _post(sandbox, key, bomb, **{"Content-Encoding": "gzip"}).status_code == 413


@pytest.mark.parametrize(
    ("body", "form", "status"),
    [
        (b"\xff", PROTOBUF, 400),
        (b"no", JSON, 400),
        (orjson.dumps(_export(_span(traceId="xyz"))), JSON, 400),
        (orjson.dumps(_export(_span(spanId="0" * 16))), JSON, 400),
        (_protobuf(_export(_span(traceId="ab"))), PROTOBUF, 400),
        (orjson.dumps(_export(_span(startTimeUnixNano="9" * 20))), JSON, 400),
        (b'{"resourceSpans":' + b'[{"x":' * 50_000, JSON, 400),
        (b"", "text/plain", 415),
    ],
)
def test_what_is_no_otlp_is_refused(
    sandbox: Sandbox, key: str, body: bytes, form: str, status: int
) -> None:
    assert _post(sandbox, key, body, form).status_code == status
    assert _items(sandbox) == []


def test_deeply_nested_attributes_are_refused(sandbox: Sandbox, key: str) -> None:
    value: dict[str, Any] = {}
    for _ in range(60):
        value = {"arrayValue": {"values": [value]}}
    body = orjson.dumps(_export(_span(attributes=[{"key": "deep", "value": value}])))
    assert _post(sandbox, key, body).status_code == 400


@pytest.mark.parametrize(
    ("site", "status"), [("datadoghq.com", 403), ("uk1.datadoghq.com", 404), ("ddog-gov.com", 404)]
)
def test_a_key_of_another_site_is_forbidden_and_some_sites_have_no_otlp(
    sandbox: Sandbox, key: str, site: str, status: int
) -> None:
    headers = {"dd-api-key": key, "Content-Type": JSON}
    url = sandbox.at("/v1/traces", site, "otlp")
    assert requests.post(url, data=b"{}", headers=headers, timeout=10).status_code == status


def _agent_span(**fields: Any) -> dict[str, Any]:
    return {
        "trace_id": 2**64 - 1,
        "span_id": 2,
        "parent_id": 1,
        "name": "web.request",
        "resource": "GET /",
        "service": "shop",
        "type": "web",
        "start": NOW_NS,
        "duration": SECOND,
        "error": 1,
        "meta": {"record_id": "r-1"},
        "metrics": {"size": 1.5},
        **fields,
    }


def _to_agent(
    sandbox: Sandbox, body: bytes, *, version: str = "v0.3", method: str = "PUT", **headers: str
) -> requests.Response:
    url = sandbox.at(f"/{version}/traces", host="agent")
    return requests.request(method, url, data=body, headers=headers, timeout=10)


@pytest.mark.parametrize("form", [JSON, MSGPACK, "text/json", ""])
@pytest.mark.parametrize(("version", "method"), [("v0.3", "PUT"), ("v0.4", "POST")])
def test_the_agent_takes_a_trace_without_a_key(
    sandbox: Sandbox, form: str, version: str, method: str
) -> None:
    encode = msgspec.msgpack.encode if form == MSGPACK else orjson.dumps
    told = {"Content-Type": form, "X-Datadog-Trace-Count": "1"}
    body = encode([[_agent_span()]])
    answer = _to_agent(sandbox, body, version=version, method=method, **told)
    expected = "OK\n" if version == "v0.3" else '{"rate_by_service":{"service:,env:":1}}'
    assert (answer.status_code, answer.text) == (200, expected)
    (item,) = _items(sandbox)
    assert item["trace_id"] == "0" * 16 + "f" * 16
    assert (item["span_id"], item["parent_id"]) == ("0" * 15 + "2", "0" * 15 + "1")
    assert (item["resource"], item["type"], item["intake"]) == ("GET /", "web", f"agent {version}")
    assert (item["start_ns"], item["end_ns"]) == (NOW_NS, NOW_NS + SECOND)
    assert item["status"]["code"] == "error"
    assert item["attributes"] == {"record_id": "r-1", "size": 1.5}


WHOLE = orjson.dumps([[_agent_span()]])


@pytest.mark.parametrize(
    ("body", "headers", "status", "text"),
    [
        (WHOLE, {"Content-Type": "text/plain"}, 415, "unsupported media type"),
        (WHOLE[:-9], {}, 400, "unexpected-eof"),
        (b"{}", {}, 400, "Expected `array`"),
        (orjson.dumps([[_agent_span(meta={"a": 1})]]), {}, 400, "meta"),
        (orjson.dumps([[_agent_span(trace_id="1")]]), {}, 400, "trace_id"),
        (WHOLE, {"X-Datadog-Trace-Count": "2"}, 400, "X-Datadog-Trace-Count"),
        (WHOLE.ljust(25 * 1024 * 1024 + 1), {}, 413, "payload-too-large"),
    ],
    ids=["type", "cut-short", "shape", "meta", "id", "count", "size"],
)
def test_the_agent_says_in_plain_text_what_is_wrong(
    sandbox: Sandbox, body: bytes, headers: dict[str, str], status: int, text: str
) -> None:
    answer = _to_agent(sandbox, body, version="v0.4", **headers)
    assert (answer.status_code, answer.headers["Content-Type"].split(";")[0]) == (
        status,
        "text/plain",
    )
    assert text in answer.text
    assert _items(sandbox) == []


def test_an_overloaded_agent_is_a_fault_like_any_other(sandbox: Sandbox) -> None:
    sandbox.tell("faults", match={"path": "/v0.4/traces"}, status=429, body="", times=1)
    answers = [_to_agent(sandbox, WHOLE, version="v0.4") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [429, 200]
