"""What records become as spans, in every form."""

from __future__ import annotations

from typing import Any

import msgspec
import orjson
import pytest
from google.protobuf.json_format import MessageToDict
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from integrations.mapping.span_ids import SPAN_BITS, TRACE_BITS, id_number
from tests.unit.mapping.documents import NOW, SPANS, happening, mapped, payload, rejection

HEX32, HEX16 = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
SECOND = 1_000_000_000
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
ATTRIBUTES = st.dictionaries(
    TEXTS.map(lambda name: f"x.{name}"),
    TEXTS | st.integers(-(2**63), 2**64) | st.booleans() | st.floats(allow_nan=False),
    max_size=6,
)


def _exported(data: dict[str, Any], **changes: Any) -> Any:
    """The one span of an export in protobuf."""
    (item,) = mapped(SPANS, data, **changes).items
    (resource_spans,) = ExportTraceServiceRequest.FromString(item.encoded).resource_spans
    return resource_spans


def _agent(data: dict[str, Any], **changes: Any) -> dict[str, Any]:
    (span,) = payload(SPANS, data, form="agent_v0.4_json", **changes)
    return dict(span)


def test_a_record_becomes_a_span_of_the_open_telemetry_protocol() -> None:
    data = happening(trace=HEX32, span=HEX16, failed=True, pid=7)
    found = _exported(data, env={"constant": "prod"})
    resource = {pair.key: pair.value.string_value for pair in found.resource.attributes}
    assert resource == {"service.name": "shop", "deployment.environment.name": "prod"}
    (span,) = found.scope_spans[0].spans
    assert (span.trace_id.hex(), span.span_id.hex(), span.parent_span_id) == (HEX32, HEX16, b"")
    assert (span.name, span.kind, span.status.code) == ("started", 1, 2)
    assert span.start_time_unix_nano == int(NOW) * SECOND
    assert span.end_time_unix_nano - span.start_time_unix_nano == 12_500_000
    attributes = {pair.key: pair.value for pair in span.attributes}
    assert attributes["operation.name"].string_value == "http.request"
    assert attributes["record_id"].string_value == "r1"
    assert attributes["pid"].int_value == 7
    assert not attributes.keys() & {"trace", "span", "took", "message"}


def test_a_record_becomes_a_span_of_the_agents_api() -> None:
    data = happening(trace=HEX32, span=HEX16, parent=5, pid=7, cold=True)
    span = _agent(data, type={"constant": "web"}, attributes=["pid", "cold"])
    assert span == {
        "trace_id": int(HEX32[16:], 16),
        "span_id": int(HEX16, 16),
        "parent_id": 5,
        "name": "http.request",
        "resource": "started",
        "service": "shop",
        "type": "web",
        "start": int(NOW) * SECOND,
        "duration": 12_500_000,
        "error": 0,
        "meta": {"cold": "true", "record_id": "r1", "_dd.p.tid": HEX32[:16]},
        "metrics": {"pid": 7.0, "_sampling_priority_v1": 2},
    }


@given(attributes=ATTRIBUTES)
def test_protobuf_and_json_say_the_same(attributes: dict[str, Any]) -> None:
    data = happening(trace=HEX32, span=HEX16, **attributes)
    binary = MessageToDict(_exported(data))
    (plain,) = payload(SPANS, data, form="otlp_json")
    (one,), (two,) = binary["scopeSpans"][0]["spans"], plain["scopeSpans"][0]["spans"]
    assert binary["resource"] == plain["resource"]
    assert one["attributes"] == two["attributes"]
    assert one["startTimeUnixNano"] == two["startTimeUnixNano"]


@given(attributes=ATTRIBUTES)
def test_messagepack_and_json_say_the_same(attributes: dict[str, Any]) -> None:
    data = happening(**attributes)
    (item,) = mapped(SPANS, data, form="agent_v0.3_msgpack").items
    assert msgspec.msgpack.decode(item.encoded) == _agent(data)


@pytest.mark.parametrize(
    ("value", "bits", "number"),
    [
        (HEX32, TRACE_BITS, int(HEX32, 16)),
        (HEX16.upper(), TRACE_BITS, int(HEX16, 16)),
        ("0af76519-16cd-43dd-8448-eb211c80319c", TRACE_BITS, int(HEX32, 16)),
        ("18446744073709551615", SPAN_BITS, 2**64 - 1),
        (255, SPAN_BITS, 255),
        (-1, SPAN_BITS, 2**64 - 1),
    ],
)
def test_ids_that_are_numbers_stay_these_numbers(value: object, bits: int, number: int) -> None:
    assert id_number(value, bits=bits) == number


@given(value=st.text(max_size=40) | st.integers(), bits=st.sampled_from([SPAN_BITS, TRACE_BITS]))
def test_any_id_is_the_same_number_each_time_and_fits(value: str | int, bits: int) -> None:
    number = id_number(value, bits=bits)
    assert 0 <= number < 2**bits
    assert number == id_number(value, bits=bits)


def test_a_child_finds_a_parent_whose_id_is_any_text() -> None:
    parent = _agent(happening(span="checkout/1"))
    child = _agent(happening(span="checkout/2", parent="checkout/1"))
    assert child["parent_id"] == parent["span_id"] != child["span_id"]


@pytest.mark.parametrize("parent", [None, "", 0, "0"])
def test_a_span_without_a_parent_is_a_root(parent: object) -> None:
    assert _agent(happening(parent=parent))["parent_id"] == 0


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({"trace": ""}, "bad_id"),
        ({"span": 0}, "bad_id"),
        ({"span": [1]}, "wrong_type"),
        ({"trace": None}, "missing_field"),
        ({"took": -1}, "bad_duration"),
        ({"took": 1e300}, "bad_duration"),
        ({"took": 1.7e308}, "bad_duration"),
        ({"occurred_at": NOW - 19 * 3_600}, "too_old"),
        ({"occurred_at": NOW + 3 * 3_600}, "too_far_ahead"),
        ({"occurred_at": "noon"}, "bad_timestamp"),
        ({"x": "\ud800"}, "wrong_type"),
        ({f"x{n}": n for n in range(1_100)}, "too_many_tags"),
    ],
)
@pytest.mark.parametrize("form", ["otlp_protobuf", "otlp_json", "agent_v0.4_msgpack"])
def test_what_makes_no_span_is_rejected(form: str, data: dict[str, Any], code: str) -> None:
    assert rejection(SPANS, happening(**data), form=form)[0] == code


@pytest.mark.parametrize(
    ("start", "end", "length"),
    [
        (int(NOW) * SECOND + 1, int(NOW) * SECOND + 124, 123),
        ("2023-11-14T22:13:20.000001Z", "2023-11-14T22:13:20.000003Z", 2_000),
        (str(int(NOW) * SECOND + 7), int(NOW) * SECOND + 8, 1),
    ],
)
def test_an_end_gives_the_length_to_the_last_digit(start: object, end: object, length: int) -> None:
    document = {name: SPANS[name] for name in SPANS if name != "duration"} | {
        "end": {"field": "ended"},
        "form": "agent_v0.3_json",
    }
    (span,) = payload(document, happening(occurred_at=start, ended=end))
    assert span["duration"] == length


def test_objects_become_names_with_dots_and_lists_their_json() -> None:
    data = happening(http={"status": {"code": 200}}, hops=["a", 1], nothing=None)
    span = _agent(data, attributes=["http", "hops", "nothing"])
    assert span["metrics"]["http.status.code"] == 200.0
    assert span["meta"]["hops"] == '["a",1]'
    assert "nothing" not in span["meta"]


def test_long_texts_are_cut_as_datadog_would() -> None:
    span = _agent(happening(app="s" * 150, message="r" * 6_000, note="n" * 30_000))
    assert [len(span["service"]), len(span["resource"])] == [100, 5_000]
    assert len(span["meta"]["note"]) == 25_000


def test_spans_of_a_trace_are_one_group() -> None:
    groups = {mapped(SPANS, happening(span=span)).items[0].group for span in ("a", "b")}
    assert len(groups) == 1


def test_the_error_and_its_message_go_along() -> None:
    data = happening(failed=True, why="No route")
    found = _exported(data, error_message={"field": "why"}, kind={"value": {"constant": "client"}})
    span = found.scope_spans[0].spans[0]
    assert (span.status.message, span.kind) == ("No route", 3)
    agent = _agent(data, error_message={"field": "why"}, kind={"value": {"constant": "client"}})
    assert (agent["error"], agent["meta"]["error.message"], agent["meta"]["span.kind"]) == (
        1,
        "No route",
        "client",
    )


def test_a_span_whose_outcome_is_not_mapped_is_neither_good_nor_bad() -> None:
    document = {name: SPANS[name] for name in SPANS if name != "error"}
    (item,) = mapped(document, happening(), form="otlp_json").items
    assert b'"status"' not in orjson.dumps(orjson.loads(item.encoded)["scopeSpans"])
