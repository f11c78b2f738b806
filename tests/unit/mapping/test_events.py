"""What records become as events, changes and alerts."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.mapping.documents import ALERTS, CHANGES, EVENTS, NOW, happening, payload, rejection


def test_a_record_becomes_an_event() -> None:
    tags = [{"key": "app", "value": {"field": "app"}}]
    keys = {"aggregation_key": {"field": "app"}, "source_type_name": {"constant": "acme"}}
    low = {"priority": {"value": {"constant": "low"}}, "host": {"field": "machine"}}
    assert payload(EVENTS, happening(), tags=tags, **keys, **low) == [
        {
            "title": "Deployed shop",
            "text": "started",
            "host": "h1",
            "aggregation_key": "shop",
            "alert_type": "info",
            "priority": "low",
            "source_type_name": "acme",
            "tags": ["app:shop", "record_id:r1"],
            "date_happened": int(NOW),
        }
    ]


def test_a_change_names_what_changed_who_did_it_and_to_what() -> None:
    (event,) = payload(CHANGES, happening(app="checkout"), timestamp={"field": "occurred_at"})
    attributes = event["data"]["attributes"]
    assert (attributes["category"], attributes["timestamp"]) == (
        "change",
        "2023-11-14T22:13:20.000Z",
    )
    assert attributes["attributes"] == {
        "changed_resource": {"name": "checkout", "type": "configuration"},
        "author": {"name": "ada", "type": "user"},
        "new_value": {"n": 1},
    }


def test_an_alert_has_a_status_a_priority_links_and_what_else_is_known() -> None:
    (event,) = payload(ALERTS, happening(level="warning", nothing=None))
    attributes = event["data"]["attributes"]
    assert (event["data"]["type"], attributes["category"]) == ("event", "alert")
    assert "message" not in attributes
    special = attributes["attributes"]
    assert (special["status"], special["priority"]) == ("warn", "2")
    assert special["links"] == [{"category": "runbook", "url": "https://acme.example/shop"}]
    assert special["custom"]["machine"] == "h1"
    assert "nothing" not in special["custom"]


@pytest.mark.parametrize(
    ("level", "alert_type"),
    [("fatal", "error"), ("Warning", "warning"), ("?", "info"), (None, "info")],
)
def test_a_status_map_ignores_case_and_has_a_default(level: object, alert_type: str) -> None:
    assert payload(EVENTS, happening(level=level))[0]["alert_type"] == alert_type


def test_a_status_outside_of_the_map_is_rejected_with_datadogs_words() -> None:
    assert rejection(ALERTS, happening(level="odd")) == (
        "bad_status",
        '"odd" is no status of an alert that Datadog knows: ok, warn, error.',
    )


def test_long_prose_is_cut_where_datadog_would_refuse_it() -> None:
    (event,) = payload(EVENTS, happening(message="x" * 5_000))
    assert (len(event["text"]), event["text"][-2:]) == (4_000, "x…")
    (change,) = payload(CHANGES, happening(message="x" * 600))
    assert len(change["data"]["attributes"]["title"]) == 500


@pytest.mark.parametrize(
    ("document", "changes", "data", "code"),
    [
        (EVENTS, {"aggregation_key": {"field": "app"}}, {"app": "k" * 101}, "text_too_long"),
        (CHANGES, {"host": {"field": "machine"}}, {"machine": "h" * 256}, "text_too_long"),
        (CHANGES, {}, {"app": "n" * 129}, "text_too_long"),
        (CHANGES, {}, {"after": "three"}, "wrong_type"),
        (EVENTS, {}, {"message": " "}, "missing_field"),
        (EVENTS, {}, {"occurred_at": NOW - 19 * 3_600}, "too_old"),
        (ALERTS, {}, {f"field{n}": n for n in range(101)}, "too_many_tags"),
    ],
)
def test_what_datadog_would_refuse_is_rejected_before(
    document: dict[str, Any], changes: dict[str, Any], data: dict[str, Any], code: str
) -> None:
    assert rejection(document, happening(**data), **changes)[0] == code


@pytest.mark.parametrize("levels", [9, 10])
def test_custom_attributes_nest_ten_levels_at_most(levels: int) -> None:
    deep: object = "x"
    for _ in range(levels):
        deep = {"in": deep}
    if levels == 9:
        assert payload(ALERTS, happening(deep=deep))
    else:
        assert rejection(ALERTS, happening(deep=deep))[0] == "too_many_tags"
