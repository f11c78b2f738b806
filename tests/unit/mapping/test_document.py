"""Mapping documents as JSON: what is refused, and how the place is named."""

from __future__ import annotations

import re
from typing import Any

import orjson
import pytest

from integrations.core.errors import InvalidMappingError
from integrations.mapping import decode_mapping, encode_mapping
from tests.unit.mapping.documents import (
    ALERTS,
    CHANGES,
    CHECKS,
    EVENTS,
    INCIDENTS,
    LOGS,
    METRICS,
    NEW_TARGETS,
    SPANS,
)

MEASURE = METRICS["measures"][0]


@pytest.mark.parametrize("document", [METRICS, LOGS, *NEW_TARGETS])
def test_a_document_survives_being_stored(document: dict[str, Any]) -> None:
    decoded = decode_mapping(document)
    assert decode_mapping(encode_mapping(decoded)) == decoded
    assert decode_mapping(orjson.dumps(document)) == decoded


@pytest.mark.parametrize(
    ("changes", "path", "words"),
    [
        ({"colour": 1}, "", 'no such field: "colour"'),
        ({"target": "spans"}, "target", "unknown word 'spans'"),
        ({"measures": []}, "measures", "a list of length >= 1"),
        ({"measures": [{**MEASURE, "type": "sketch"}]}, "measures[0].type", "unknown word"),
        ({"measures": [{**MEASURE, "interval": 0}]}, "measures[0].interval", "a whole number"),
        ({"measures": [{"type": "gauge"}]}, "measures[0]", 'the field is missing: "name"'),
        ({"timestamp": {"field": 7}}, "timestamp.field", "expected text, got a whole number"),
        ({"timestamp": {}}, "timestamp", "exactly one of"),
        ({"timestamp": {"field": "a", "constant": 1}}, "timestamp", "exactly one of"),
        ({"timestamp": {"constant": 1, "default": 1}}, "timestamp", 'takes no "default"'),
        ({"timestamp": {"template": "{a"}}, "timestamp", 'a lone "{" at character 1'),
        ({"timestamp": {"template": "a}"}}, "timestamp", 'write "}}" for a brace'),
        ({"timestamp": {"template": "{ }"}}, "timestamp", "names no field"),
        ({"tags": [{"key": "1st", "value": {"constant": 1}}]}, "tags[0]", "starts with a letter"),
        ({"filter": [{"field": "a", "is": "like"}]}, "filter[0].is", "unknown word"),
        ({"filter": [{"field": "a", "is": "in", "value": 1}]}, "filter[0]", "takes a list"),
        ({"filter": [{"field": "a", "is": "exists", "value": 1}]}, "filter[0]", "takes nothing"),
        ({"filter": [{"field": "a", "is": "equals"}]}, "filter[0]", "takes text or a number"),
    ],
)
def test_an_invalid_document_names_the_place(
    changes: dict[str, Any], path: str, words: str
) -> None:
    with pytest.raises(InvalidMappingError, match=re.escape(words)) as caught:
        decode_mapping({**METRICS, **changes})
    assert caught.value.path == path


def test_a_log_source_is_lower_case() -> None:
    with pytest.raises(InvalidMappingError, match="lower-case letters"):
        decode_mapping({**LOGS, "source": "OpenStack"})


@pytest.mark.parametrize("data", [b"[]", b"{", "null", b'{"target": "logs"}'])
def test_what_is_no_document_is_refused(data: bytes | str) -> None:
    with pytest.raises(InvalidMappingError):
        decode_mapping(data)


CHOICE = {"value": {"field": "level"}}


@pytest.mark.parametrize(
    ("document", "changes", "words"),
    [
        (CHECKS, {"status": {**CHOICE, "map": {"fine": ["x"]}}}, '"fine" is no status of a check'),
        (CHECKS, {"status": {**CHOICE, "default": "odd"}}, "knows ok, warning, critical, unknown"),
        (
            CHECKS,
            {"status": {**CHOICE, "map": {"ok": ["Up"], "critical": ["up "]}}},
            'The status of a check of "up" is given twice',
        ),
        (EVENTS, {"alert": ALERTS["alert"]}, 'takes no "alert_type"'),
        (CHANGES, {"alert": ALERTS["alert"]}, "not both"),
        (CHANGES, {"change": {"resource": {"field": "a"}, "resource_type": "x"}}, "unknown word"),
        (SPANS, {"end": {"field": "ended"}}, 'Give exactly one of "duration" and "end"'),
        (SPANS, {"form": "zipkin"}, "unknown word"),
        (INCIDENTS, {"fields": [INCIDENTS["fields"][0]] * 2}, "can be given once"),
        (INCIDENTS, {"marker": {"field": "severity"}}, "can be given once"),
        (INCIDENTS, {"marker": {"field": "a:b"}}, "starts with a letter"),
        (
            INCIDENTS,
            {"fields": [{**INCIDENTS["fields"][0], "type": "multiselect"}]},
            "Only a dropdown or a textbox",
        ),
    ],
)
def test_what_a_target_does_not_know_is_refused(
    document: dict[str, Any], changes: dict[str, Any], words: str
) -> None:
    with pytest.raises(InvalidMappingError, match=f"(?i){re.escape(words)}"):
        decode_mapping({**document, **changes})


def test_an_event_needs_a_text() -> None:
    plain = {name: EVENTS[name] for name in EVENTS if name != "text"}
    with pytest.raises(InvalidMappingError, match='needs a "text"'):
        decode_mapping(plain)
