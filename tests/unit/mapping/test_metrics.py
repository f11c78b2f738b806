"""What records become as metric series."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.mapping.documents import METRICS, NOW, mapped, payload, point, rejection

HOUR = 3_600


def test_a_record_becomes_a_series_with_one_point() -> None:
    assert payload(METRICS, point()) == [
        {
            "metric": "aws.cpu",
            "type": 3,
            "tags": ["resource:i-1"],
            "points": [{"timestamp": int(NOW), "value": 0.5}],
        }
    ]


def test_interval_unit_and_host_go_along() -> None:
    measure = {"name": {"constant": "a.b"}, "type": "count", "value": {"constant": 1}}
    (series,) = payload(
        METRICS,
        point(),
        measures=[{**measure, "interval": 60, "unit": "request"}],
        host={"field": "resource"},
    )
    assert (series["type"], series["interval"], series["unit"]) == (1, 60, "request")
    assert series["resources"] == [{"type": "host", "name": "i-1"}]


def test_several_measures_of_a_record_travel_as_one_item() -> None:
    document = {**METRICS, "measures": [_measure("used"), _measure("free")]}
    names = [series["metric"] for series in payload(document, point(used=1, free=2))]
    assert names == ["disk.used", "disk.free"]


def test_a_record_with_one_bad_measure_is_rejected_whole() -> None:
    document = {**METRICS, "measures": [_measure("used"), _measure("free")]}
    assert rejection(document, point(used=1)) == ("missing_field", 'The record has no "free".')


def _measure(field: str) -> dict[str, Any]:
    return {"name": {"constant": f"disk.{field}"}, "type": "gauge", "value": {"field": field}}


@pytest.mark.parametrize(
    ("age", "code", "message"),
    [
        (HOUR + 1, "too_old", "60 minutes old; Datadog keeps metrics of the last hour."),
        (5 * HOUR, "too_old", "5 hours old; Datadog keeps metrics of the last hour."),
        (30 * HOUR, "too_old", "1 day old; Datadog keeps metrics of the last hour."),
        (8.5 * 365 * 24 * HOUR, "too_old", "8 years old; Datadog keeps metrics of the last hour."),
        (-601, "too_far_ahead", "10 minutes ahead; Datadog takes metrics up to 10 minutes ahead."),
    ],
)
def test_a_time_datadog_does_not_keep_is_rejected_in_words(
    age: float, code: str, message: str
) -> None:
    assert rejection(METRICS, point(measured_at=NOW - age)) == (code, message)


@pytest.mark.parametrize("age", [0, HOUR, -600])
def test_times_at_the_limits_are_kept(age: float) -> None:
    assert len(mapped(METRICS, point(measured_at=NOW - age)).items) == 1


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("0.5", "wrong_type"),
        (True, "wrong_type"),
        ([1], "wrong_type"),
        (None, "missing_field"),
        (float("nan"), "bad_value"),
        (float("-inf"), "bad_value"),
    ],
)
def test_a_value_that_is_no_finite_number_is_rejected(value: object, code: str) -> None:
    assert rejection(METRICS, point(value=value))[0] == code


def test_an_unreadable_time_is_rejected_with_its_words() -> None:
    found = rejection(METRICS, point(measured_at="yesterday"))
    assert found == ("bad_timestamp", '"measured_at" is "yesterday", not a time.')


@pytest.mark.parametrize(
    ("measure", "name"),
    [("cpu", "aws.cpu"), ("cpu-load %", "aws.cpu_load__"), ("größe", "aws.gr__e"), (7, "aws.7")],
)
def test_metric_names_are_shown_as_datadog_stores_them(measure: object, name: str) -> None:
    assert payload(METRICS, point(measure=measure))[0]["metric"] == name


@pytest.mark.parametrize("name", ["9lives", "_a", "", "é", "a" * 201])
def test_a_name_datadog_cannot_store_is_rejected(name: str) -> None:
    measure = {"name": {"template": "{measure}"}, "type": "gauge", "value": {"constant": 1}}
    assert rejection(METRICS, point(measure=name), measures=[measure])[0] == "bad_metric_name"


@pytest.mark.parametrize(
    ("value", "tag"),
    [
        ("Web Server", "resource:web_server"),
        ("a,b", "resource:a_b"),
        ("größe", "resource:größe"),
        ("", "resource"),
        (1, "resource:1"),
        (1.0, "resource:1.0"),
        (True, "resource:true"),
        ("x" * 300, "resource:" + "x" * 191),
    ],
)
def test_tags_are_shown_as_datadog_stores_them(value: object, tag: str) -> None:
    assert payload(METRICS, point(resource=value))[0]["tags"] == [tag]


def test_equal_keys_of_different_types_keep_their_own_tags() -> None:
    tags = [{"key": "a", "value": {"field": "a"}}, {"key": "b", "value": {"field": "b"}}]
    document = {**METRICS, "tags": tags}
    for value, text in ((1, "1"), (True, "true"), (1.0, "1.0"), ("1", "1")):
        found = payload(document, point(a=value, b=value))[0]["tags"]
        assert found == [f"a:{text}", f"b:{text}"]


def test_a_missing_field_of_a_template_is_named() -> None:
    assert rejection(METRICS, point(measure=None)) == (
        "missing_field",
        'The record has no "measure".',
    )


@pytest.mark.parametrize("value", [{"field": "zone.id"}, {"template": "z-{zone.id}"}])
def test_a_default_stands_in_for_a_missing_field(value: dict[str, str]) -> None:
    tags = [{"key": "zone", "value": {**value, "default": "none"}}]
    assert payload(METRICS, point(), tags=tags)[0]["tags"] == ["zone:none"]


def test_templates_have_braces_and_nested_paths() -> None:
    tags = [{"key": "zone", "value": {"template": "{{{zone.id}}}/{zone.id}"}}]
    found = payload(METRICS, point(zone={"id": 4}), tags=tags)[0]["tags"]
    assert found == ["zone:_4_/4"]


def test_a_list_is_no_text() -> None:
    found = rejection(METRICS, point(resource=["a"]))
    assert found == ("wrong_type", '"resource" is a list, not text.')


def test_half_a_surrogate_pair_is_rejected() -> None:
    assert rejection(METRICS, point(resource="\ud800"), host={"field": "resource"})[0] == (
        "wrong_type"
    )


def test_a_reject_carries_its_record() -> None:
    result = mapped(METRICS, point(value="high"))
    (reject,) = result.rejects
    assert (reject.number, reject.record_id, reject.field) == (1, "r1", "value")
    assert b"high" in reject.raw
