"""Items in one body, in every form."""

from __future__ import annotations

import msgspec
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans

from integrations.core.records import Item
from integrations.datadog.framing import AGENT_FORMS, FRAMINGS, TRACES_FRAMINGS, framing_of

GROUPS = st.lists(st.sampled_from([b"a", b"b", b"c"]), min_size=1, max_size=20)
FORMS = [*FRAMINGS, *(("traces", form) for form in AGENT_FORMS)]


def _items(groups: list[bytes], *, packed: bool = False) -> list[Item]:
    encode = msgspec.msgpack.encode if packed else orjson.dumps
    return [
        Item(number, f"r{number}", encode({"n": number, "t": "\n"}), None, group)
        for number, group in enumerate(groups)
    ]


@pytest.mark.parametrize(("data_type", "form"), FORMS)
@given(groups=GROUPS)
def test_a_body_is_never_larger_than_foretold(
    data_type: str, form: str, groups: list[bytes]
) -> None:
    framing, items = framing_of(data_type, form), _items(groups)
    parts = sum(len(item.encoded) + framing.item_bytes for item in items)
    assert len(framing.framed(items)) <= framing.frame_bytes + parts


@pytest.mark.parametrize("form", AGENT_FORMS)
@given(groups=GROUPS)
def test_spans_stand_by_trace_and_traces_are_counted(form: str, groups: list[bytes]) -> None:
    packed, framing = form.endswith("msgpack"), TRACES_FRAMINGS[form]
    body = framing.framed(_items(groups, packed=packed))
    traces = msgspec.msgpack.decode(body) if packed else orjson.loads(body)
    assert len(traces) == framing.count(body) == len(set(groups))
    assert sorted(span["n"] for trace in traces for span in trace) == list(range(len(groups)))
    assert all(len({groups[span["n"]] for span in trace}) == 1 for trace in traces)
    assert all(trace == sorted(trace, key=lambda span: span["n"]) for trace in traces)


def test_messages_of_protobuf_one_behind_the_other_are_one_message() -> None:
    urls = ["a", "b", "c"]
    exports = [
        ExportTraceServiceRequest(resource_spans=[ResourceSpans(schema_url=url)]) for url in urls
    ]
    items = [Item(1, "r", export.SerializeToString(), None) for export in exports]
    body = framing_of("traces", "otlp_protobuf").framed(items)
    found = ExportTraceServiceRequest.FromString(body).resource_spans
    assert [spans.schema_url for spans in found] == urls
