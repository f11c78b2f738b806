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
from tests.unit.mapping.documents import NOW, entry, point, record

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
    assert document["status"] == {"field": "level"}
    assert document["service"] == {"field": "component"}
    assert document["timestamp"] == {"field": "occurred_at"}
    assert [tag["key"] for tag in document["tags"]] == ["template"]


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
