"""What sample records would become."""

from typing import Any

import pytest

from integrations.mapping import decode_mapping, preview
from tests.unit.mapping.documents import (
    CHECKS,
    DISTRIBUTIONS,
    EVENTS,
    INCIDENTS,
    LOGS,
    METRICS,
    NOW,
    SPANS,
    entry,
    happening,
    point,
    record,
)


def test_the_exact_payload_of_a_sample_is_shown() -> None:
    (row,) = preview(decode_mapping(METRICS), [record(point())], now=NOW)
    assert row.payload["series"][0]["metric"] == "aws.cpu"
    assert row.reject is None


def test_a_log_sample_is_a_list_of_one() -> None:
    (row,) = preview(decode_mapping(LOGS), [record(entry())], now=NOW)
    assert row.payload[0]["message"] == "started"


def test_an_old_sample_shows_its_payload_and_why_it_would_not_be_sent() -> None:
    old = record(point(measured_at="2014-02-14T14:30:00Z"))
    (row,) = preview(decode_mapping(METRICS), [old], now=NOW)
    assert row.reject is not None
    assert row.reject.code == "too_old"
    assert row.payload["series"][0]["points"][0]["timestamp"] == 1_392_388_200


def test_an_old_sample_with_a_worse_fault_shows_that_fault() -> None:
    old = record(point(measured_at="2014-02-14T14:30:00Z", value="high"))
    (row,) = preview(decode_mapping(METRICS), [old], now=NOW)
    assert row.payload is None
    assert row.reject is not None
    assert row.reject.code == "wrong_type"


def test_a_sample_that_does_not_match_the_filter_is_skipped() -> None:
    document = {**METRICS, "filter": [{"field": "value", "is": "less_than", "value": 0}]}
    (row,) = preview(decode_mapping(document), [record(point())], now=NOW)
    assert (row.skipped, row.payload, row.reject) == (True, None, None)


@pytest.mark.parametrize(
    ("document", "keys"),
    [
        (DISTRIBUTIONS, ["series"]),
        (EVENTS, ["title", "text", "alert_type", "tags", "date_happened"]),
        (INCIDENTS, ["data"]),
        (SPANS, ["resourceSpans"]),
    ],
)
def test_a_payload_is_what_the_data_types_intake_takes(
    document: dict[str, Any], keys: list[str]
) -> None:
    sample = record({**point(), **happening()})
    (row,) = preview(decode_mapping(document), [sample], now=NOW)
    assert list(row.payload) == keys


@pytest.mark.parametrize("form", ["agent_v0.3_msgpack", "agent_v0.4_json"])
def test_spans_for_an_agent_are_shown_as_lists_of_traces(form: str) -> None:
    (row,) = preview(decode_mapping({**SPANS, "form": form}), [record(happening())], now=NOW)
    assert row.payload[0][0]["service"] == "shop"


def test_checks_are_shown_as_a_list_of_one() -> None:
    (row,) = preview(decode_mapping(CHECKS), [record(happening())], now=NOW)
    assert row.payload[0]["status"] == 0
