"""First drafts of a mapping out of a dataset's fields."""

import pytest

from integrations.core.errors import InvalidMappingError
from integrations.mapping import (
    DatasetField,
    check_mapping,
    compile_mapping,
    encode_mapping,
    suggest_mapping,
)
from tests.unit.mapping.documents import NOW, entry, happening, payload, point, record

CLOUD = [
    DatasetField("resource", "string", samples=("i-1", "i-1", "i-2", "i-2")),
    DatasetField("measure", "string"),
    DatasetField("request_id", "string"),
    DatasetField("measured_at", "timestamp"),
    DatasetField("value", "number"),
]
SERVICE = [
    DatasetField("id", "string"),
    DatasetField("occurred_at", "timestamp"),
    DatasetField("level", "string"),
    DatasetField("component", "string"),
    DatasetField("trace", "string", samples=("a", "b", "c", "d")),
    DatasetField("template", "string", samples=("E1", "E2", "E1", "E1")),
    DatasetField("message", "string"),
]


def test_a_dataset_of_measures_is_drafted_as_metrics() -> None:
    document = suggest_mapping(CLOUD, target="metrics", dataset="Cloud watch", prefix="acme")
    assert encode_mapping(document) == {
        "target": "metrics",
        "measures": [
            {
                "name": {"template": "acme.cloud_watch.{measure}"},
                "type": "gauge",
                "value": {"field": "value"},
            }
        ],
        "timestamp": {"field": "measured_at"},
        "filter": [],
        "tags": [{"key": "resource", "value": {"field": "resource"}}],
    }


def test_without_a_measure_the_metric_is_named_after_its_value() -> None:
    fields = [DatasetField("at", "timestamp"), DatasetField("bytes", "integer")]
    document = encode_mapping(
        suggest_mapping(fields, target="metrics", dataset="traffic", prefix="acme")
    )
    assert document["measures"][0]["name"] == {"constant": "acme.traffic.bytes"}


def test_a_dataset_of_messages_is_drafted_as_logs() -> None:
    document = encode_mapping(
        suggest_mapping(SERVICE, target="logs", dataset="openstack", prefix="acme")
    )
    assert document["source"] == "acme"
    assert document["message"] == {"field": "message"}
    assert document["status"] == {"field": "level", "default": "info"}
    assert document["service"] == {"field": "component", "default": "acme"}
    assert document["timestamp"] == {"field": "occurred_at"}
    assert [tag["key"] for tag in document["tags"]] == ["template"]


def test_a_draft_of_logs_rejects_no_record_for_a_field_that_may_be_missing() -> None:
    fields = [field for field in SERVICE if field.name != "template"]
    document = encode_mapping(
        suggest_mapping(fields, target="logs", dataset="apache", prefix="acme")
    )
    log = payload(document, {"message": "started", "occurred_at": NOW})[0]
    assert (log["service"], log["status"]) == ("acme", "info")


def test_a_field_that_is_always_there_needs_no_default() -> None:
    fields = [DatasetField("message", "string"), DatasetField("level", "string", required=True)]
    document = suggest_mapping(fields, target="logs", dataset="apache", prefix="acme")
    assert encode_mapping(document)["status"] == {"field": "level"}


@pytest.mark.parametrize(
    ("fields", "target", "data"),
    [(CLOUD, "metrics", point()), (SERVICE, "logs", entry(component="api", template="E1"))],
)
def test_a_draft_fits_its_dataset_and_maps_its_records(
    fields: list[DatasetField], target: str, data: dict[str, object]
) -> None:
    document = suggest_mapping(fields, target=target, dataset="d", prefix="Acme Inc.")
    assert check_mapping(document, fields) == []
    assert len(compile_mapping(document).apply([record(data)], now=NOW).items) == 1


@pytest.mark.parametrize(
    ("fields", "target", "words"),
    [
        (SERVICE, "metrics", "no field with a number"),
        ([DatasetField("value", "number")], "metrics", "a metric needs a time"),
        ([DatasetField("value", "number")], "logs", "no field with text"),
    ],
)
def test_a_dataset_that_lacks_what_is_needed_says_so(
    fields: list[DatasetField], target: str, words: str
) -> None:
    with pytest.raises(InvalidMappingError, match=words):
        suggest_mapping(fields, target=target, dataset="d", prefix="acme")


SPAN_FIELDS = [
    DatasetField("trace_id", "string"),
    DatasetField("span_id", "string"),
    DatasetField("started_at", "timestamp"),
    DatasetField("duration_ms", "number"),
    DatasetField("failed", "boolean"),
]
SPAN = {"trace_id": "t", "span_id": "s", "started_at": NOW, "duration_ms": 3, "failed": True}
CHECK_FIELDS = [
    DatasetField("test", "string"),
    DatasetField("node", "string"),
    DatasetField("ok", "boolean"),
    DatasetField("occurred_at", "timestamp"),
]


@pytest.mark.parametrize(
    ("fields", "target", "data"),
    [
        (CLOUD, "distributions", point()),
        (SERVICE, "events", happening(component="api", template="E1")),
        (SERVICE, "incidents", happening(level="critical")),
        (
            CHECK_FIELDS,
            "service_checks",
            {"test": "a", "node": "n", "ok": False, "occurred_at": NOW},
        ),
        (SPAN_FIELDS, "traces", SPAN),
    ],
)
def test_every_target_is_drafted_so_that_it_fits(
    fields: list[DatasetField], target: str, data: dict[str, object]
) -> None:
    document = suggest_mapping(fields, target=target, dataset="d", prefix="Acme Inc.")
    assert check_mapping(document, fields) == []
    mapped = compile_mapping(document).apply([record(data)], now=NOW)
    assert mapped.rejects == []
    assert compile_mapping(document).data_type == target


def test_a_unit_is_read_off_the_name_of_a_duration() -> None:
    document = encode_mapping(
        suggest_mapping(SPAN_FIELDS, target="traces", dataset="d", prefix="a")
    )
    assert document["duration"] == {"value": {"field": "duration_ms"}, "unit": "milliseconds"}
    ended = [*SPAN_FIELDS[:3], DatasetField("ended_at", "timestamp")]
    document = encode_mapping(suggest_mapping(ended, target="traces", dataset="d", prefix="a"))
    assert document["end"] == {"field": "ended_at"}


@pytest.mark.parametrize(
    ("fields", "target", "words"),
    [
        (CLOUD, "service_checks", "looks like an outcome"),
        (SERVICE[2:3], "service_checks", "looks like an outcome"),
        ([DatasetField("ok", "boolean")], "service_checks", "names a host"),
        (CLOUD, "traces", "ids of traces"),
        (SPAN_FIELDS[:2], "traces", "a start"),
        (SPAN_FIELDS[:3], "traces", "a duration or an end"),
        ([DatasetField("n", "number")], "events", "no field with text"),
        ([DatasetField("n", "number")], "incidents", "no field with text"),
        (CLOUD, "smells", "no mappings to 'smells'"),
    ],
)
def test_a_dataset_that_lacks_what_another_target_needs_says_so(
    fields: list[DatasetField], target: str, words: str
) -> None:
    with pytest.raises(InvalidMappingError, match=words):
        suggest_mapping(fields, target=target, dataset="d", prefix="acme")
