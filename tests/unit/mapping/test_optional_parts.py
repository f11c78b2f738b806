"""A field that a record lacks: parts that Datadog does not require are left out, no record is."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.core.records import Record
from tests.unit.mapping.documents import (
    ALERTS,
    CHANGES,
    CHECKS,
    DISTRIBUTIONS,
    EVENTS,
    INCIDENTS,
    LOGS,
    METRICS,
    NOW,
    SPANS,
    compiled,
    entry,
    happening,
    payload,
    point,
    rejection,
)

GONE: dict[str, Any] = {"field": "gone.away"}
TEMPLATE: dict[str, Any] = {"template": "x-{gone}-{message}"}
TEXTS = ["host", "text", "aggregation_key", "source_type_name"]
SPAN_TEXTS = ["parent_id", "service", "resource", "type", "env", "version", "error_message"]
READABLE_SPANS = {**SPANS, "form": "otlp_json"}
SEVERITY = {"name": "severity", "type": "dropdown", "value": GONE, "map": {"SEV-1": ["x"]}}
TEAMS = {"name": "teams", "type": "autocomplete", "value": GONE}


def full(**changes: Any) -> dict[str, Any]:
    """A record's data that every document maps well at NOW."""
    return point(**happening(**entry(**changes)))


def without(document: dict[str, Any], part: str) -> dict[str, Any]:
    return {name: given for name, given in document.items() if name != part}


@pytest.mark.parametrize("value", [GONE, TEMPLATE])
@pytest.mark.parametrize(
    ("document", "part"),
    [
        *((document, "host") for document in (METRICS, DISTRIBUTIONS, LOGS)),
        *((LOGS, part) for part in ("service", "status")),
        *((EVENTS, part) for part in TEXTS if part != "text"),
        *((ALERTS, part) for part in TEXTS if part != "source_type_name"),
        (CHECKS, "message"),
        *((READABLE_SPANS, part) for part in SPAN_TEXTS),
    ],
)
def test_a_part_that_is_not_required_is_left_out(
    document: dict[str, Any], part: str, value: dict[str, Any]
) -> None:
    changes: dict[str, Any] = {"attributes": []} if document["target"] in ("logs", "traces") else {}
    found = payload(document, full(), **{part: value}, **changes)
    assert found == payload(without(document, part), full(), **changes)


@pytest.mark.parametrize("document", [LOGS, EVENTS, ALERTS, CHECKS])
def test_a_time_that_is_not_required_is_left_out(document: dict[str, Any]) -> None:
    result = compiled(document, timestamp=GONE).apply([_record(full())], now=NOW)
    assert [item.occurred_at for item in result.items] == [None]


@pytest.mark.parametrize("value", [GONE, TEMPLATE])
@pytest.mark.parametrize(
    "document", [METRICS, DISTRIBUTIONS, LOGS, EVENTS, CHANGES, CHECKS, READABLE_SPANS]
)
def test_only_the_tag_that_lacks_its_field_is_left_out(
    document: dict[str, Any], value: dict[str, Any]
) -> None:
    kept = [{"key": "level", "value": {"field": "level"}}]
    lacking = [{"key": "zone", "value": value}, *kept, {"key": "b", "value": value}]
    assert payload(document, full(), tags=lacking) == payload(document, full(), tags=kept)


@pytest.mark.parametrize("document", [METRICS, DISTRIBUTIONS, LOGS])
def test_without_any_tag_left_there_are_none(document: dict[str, Any]) -> None:
    tags = [{"key": "zone", "value": GONE}]
    assert payload(document, full(), tags=tags) == payload(document, full(), tags=[])


@pytest.mark.parametrize(
    ("document", "part", "lacking"),
    [
        (EVENTS, "alert_type", {"value": GONE}),
        (EVENTS, "priority", {"value": GONE}),
        (READABLE_SPANS, "error", {"value": GONE}),
        (READABLE_SPANS, "kind", {"value": GONE}),
        (INCIDENTS, "fields", [SEVERITY, TEAMS]),
    ],
)
def test_words_and_fields_that_are_not_required_are_left_out(
    document: dict[str, Any], part: str, lacking: Any
) -> None:
    assert payload(document, full(), **{part: lacking}) == payload(without(document, part), full())


@pytest.mark.parametrize(
    ("document", "category", "part", "lacking"),
    [
        (CHANGES, "change", "author", {"name": GONE, "type": "user"}),
        (CHANGES, "change", "new_value", GONE),
        (CHANGES, "change", "impacted_services", [GONE]),
        (ALERTS, "alert", "priority", {"value": GONE}),
        (ALERTS, "alert", "links", [{"url": GONE, "category": "runbook"}]),
    ],
)
def test_what_a_category_does_not_require_is_left_out(
    document: dict[str, Any], category: str, part: str, lacking: Any
) -> None:
    changed = {category: document[category] | {part: lacking}}
    plain = {category: without(document[category], part)}
    assert payload(document, full(), **changed) == payload(document, full(), **plain)


@pytest.mark.parametrize(
    ("document", "part"),
    [
        *((document, part) for document in (METRICS, DISTRIBUTIONS) for part in ("timestamp",)),
        (LOGS, "message"),
        *((EVENTS, part) for part in ("title", "text")),
        *((CHECKS, part) for part in ("check", "host")),
        *((SPANS, part) for part in ("trace_id", "span_id", "name", "start")),
        (INCIDENTS, "title"),
    ],
)
def test_a_part_that_datadog_requires_still_rejects(document: dict[str, Any], part: str) -> None:
    found = rejection(document, full(), **{part: GONE})
    assert found == ("missing_field", 'The record has no "gone.away".')


@pytest.mark.parametrize("part", ["name", "value"])
@pytest.mark.parametrize("document", [METRICS, DISTRIBUTIONS])
def test_a_measure_without_a_name_or_a_value_still_rejects(
    document: dict[str, Any], part: str
) -> None:
    measure = document["measures"][0] | {part: GONE}
    assert rejection(document, full(), measures=[measure])[0] == "missing_field"


def test_a_default_goes_before_leaving_out() -> None:
    (found,) = payload(LOGS, entry(), service=GONE | {"default": "shop"})
    assert found["service"] == "shop"


TAGGED = ("zone", "pool", "a.b")
TAGS = [
    *({"key": f"k{index}", "value": {"field": name}} for index, name in enumerate(TAGGED)),
    {"key": "both", "value": {"template": "{zone}/{pool}"}},
]
PRESENT = st.sampled_from([None, "", "x", "Y z", 1, 1.0, True])
SOME = st.dictionaries(st.sampled_from(("zone", "pool")), PRESENT)
NESTED = st.one_of(st.just({}), st.builds(lambda b: {"a": {"b": b}}, PRESENT))


@pytest.mark.parametrize(("document", "base"), [(METRICS, point), (LOGS, entry)])
@given(contents=st.lists(st.builds(lambda some, nested: some | nested, SOME, NESTED), max_size=12))
def test_what_is_remembered_never_gives_a_record_the_tags_of_another(
    document: dict[str, Any], base: Any, contents: list[dict[str, Any]]
) -> None:
    host = {"host": {"field": "zone"}}
    used = compiled(document, tags=TAGS, **host)
    records = [_record(base(**data)) for data in contents]
    together = used.apply([*records, *reversed(records)], now=NOW).items
    alone = [
        compiled(document, tags=TAGS, **host).apply([one], now=NOW).items[0]
        for one in [*records, *reversed(records)]
    ]
    assert together == alone


@given(missing=st.sets(st.sampled_from(TAGGED)))
def test_a_record_lacks_exactly_the_tags_it_has_no_fields_for(missing: set[str]) -> None:
    data = {name: "v" for name in TAGGED if name not in missing}
    (series,) = payload(METRICS, point(**data), tags=TAGS)
    tags = [f"k{index}:v" for index, name in enumerate(TAGGED) if name not in missing]
    tags += [] if missing & {"zone", "pool"} else ["both:v/v"]
    assert series.get("tags", []) == tags


def _record(data: dict[str, Any]) -> Record:
    return Record(1, "r1", b"", data)
