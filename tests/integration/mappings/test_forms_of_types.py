"""A form of its own for each data type: its draft, its preview, its words, its errors."""

from __future__ import annotations

import json
from typing import Any

import pytest

from portal.mappings.domain import DataType
from tests.integration.mappings.test_screens import Desk, entries, make_desk, text_of

pytestmark = pytest.mark.django_db

JOBS = (
    ("id", "string", "j-1042"),
    ("at", "timestamp", "2026-11-23T10:00:00Z"),
    ("trace_id", "string", "8b7c1a526f2e4f0b9d573f5d2f1c9a10"),
    ("span_id", "string", "c81b1e6a0d9f2b34"),
    ("title", "string", "Nightly export failed"),
    ("message", "string", "3 tables were not exported"),
    ("status", "string", "failed"),
    ("service", "string", "exporter"),
    ("host", "string", "web-1"),
    ("duration_ms", "number", 1200.5),
    ("latencies", "list", [1, 2.5]),
    ("after", "object", {"tables": 3}),
)


@pytest.fixture
def jobs() -> Desk:
    return make_desk(fields=JOBS)


def draft_of(desk: Desk, data_type: str) -> dict[str, str]:
    return entries(desk.client.get(desk.new_url(data_type)))


def previewed(desk: Desk, data_type: str, typed: dict[str, str]) -> Any:
    """The payload of the only sample; fails when there is none."""
    page = desk.client.post(desk.new_url(data_type), typed | {"do": "preview"})
    editor = page.context["editor"]
    assert {note.base: note.errors for note in editor.all_notes() if note.errors} == {}
    (card,) = editor.preview.cards
    return json.loads(card.payload)


@pytest.mark.parametrize("data_type", DataType)
def test_each_data_types_draft_is_previewed_saved_and_said_in_words(
    jobs: Desk, data_type: DataType
) -> None:
    assert previewed(jobs, data_type, draft_of(jobs, data_type))
    jobs.client.post(jobs.new_url(data_type), draft_of(jobs, data_type) | {"do": "save"})
    mapping = jobs.kept()
    assert mapping.document["target"] == mapping.data_type == data_type
    said = text_of(jobs.client.get(jobs.url("detail", mapping.id)))
    assert f"→ {data_type.words} on" in said
    edited = jobs.client.get(jobs.url("edit", mapping.id))
    assert "This form cannot say everything" not in text_of(edited)


def test_every_data_type_is_offered(jobs: Desk) -> None:
    page = jobs.client.get(jobs.url("new")).content.decode()
    assert [kind for kind in DataType if f'name="data_type" value="{kind}"' not in page] == []


def test_a_check_maps_what_records_say_to_datadogs_statuses(jobs: Desk) -> None:
    typed = draft_of(jobs, "service_checks") | {
        "status_map-critical": "",
        "status_map-warning": 'failed, "on, hold", 7',
    }
    (run,) = previewed(jobs, "service_checks", typed)
    assert run["status"] == 1
    jobs.client.post(jobs.new_url("service_checks"), typed | {"do": "save"})
    assert jobs.kept().document["status"]["map"]["warning"] == ["failed", "on, hold", 7]


def test_a_value_with_two_statuses_is_told_beside_the_status(jobs: Desk) -> None:
    typed = draft_of(jobs, "service_checks") | {"status_map-warning": "Failed", "do": "save"}
    page = jobs.client.post(jobs.new_url("service_checks"), typed)
    assert page.context["editor"].notes["status"].errors == ['"failed" is given twice.']
    assert page.context["editor"].form.non_field_errors() == []


def test_an_unknown_value_without_a_word_for_any_other_is_rejected_in_the_preview(
    jobs: Desk,
) -> None:
    typed = draft_of(jobs, "service_checks") | {"status_map-critical": "", "status_other": ""}
    page = jobs.client.post(jobs.new_url("service_checks"), typed | {"do": "preview"})
    (card,) = page.context["editor"].preview.cards
    assert (card.verdict, '"failed" is no status' in card.reason) == ("rejected", True)


def test_one_word_for_all_records_needs_no_map(jobs: Desk) -> None:
    typed = draft_of(jobs, "service_checks") | {"status_from": "word:unknown"}
    assert previewed(jobs, "service_checks", typed)[0]["status"] == 3


def test_events_become_changes(jobs: Desk) -> None:
    typed = draft_of(jobs, "events") | {
        "category": "change",
        "change-resource_from": "field:service",
        "change-author-name_from": "constant",
        "change-author-name_text": "deployer",
        "change-author-type": "automation",
        "change-new_value_from": "field:after",
    }
    attributes = previewed(jobs, "events", typed)["data"]["attributes"]
    assert attributes["category"] == "change"
    assert attributes["message"] == "3 tables were not exported"
    assert attributes["attributes"] == {
        "changed_resource": {"name": "exporter", "type": "configuration"},
        "author": {"name": "deployer", "type": "automation"},
        "new_value": {"tables": 3},
    }


def test_events_become_alerts_with_links(jobs: Desk) -> None:
    typed = draft_of(jobs, "events") | {"category": "alert", "alert-status_from": "word:error"}
    page = jobs.client.post(jobs.new_url("events"), typed | {"do": "add:links"})
    typed = entries(page) | {
        "links-0-url_from": "template",
        "links-0-url_text": "https://acme.example/{service}",
        "links-0-category": "dashboard",
        "attributes": "none",
    }
    attributes = previewed(jobs, "events", typed)["data"]["attributes"]["attributes"]
    assert attributes == {
        "status": "error",
        "links": [{"category": "dashboard", "url": "https://acme.example/exporter"}],
    }


@pytest.mark.parametrize(
    ("form", "ids"),
    [
        ("otlp_protobuf", ("resourceSpans", "8b7c1a526f2e4f0b9d573f5d2f1c9a10")),
        ("agent_v0.4_msgpack", ("trace_id", "parent_id")),
    ],
)
def test_binary_forms_of_traces_are_previewed_as_json(
    jobs: Desk, form: str, ids: tuple[str, ...]
) -> None:
    payload = json.dumps(previewed(jobs, "traces", draft_of(jobs, "traces") | {"form": form}))
    assert all(word in payload for word in ids)


def test_a_span_may_have_an_end_instead_of_a_duration(jobs: Desk) -> None:
    typed = draft_of(jobs, "traces") | {"length": "end", "end_from": "field:at"}
    span = previewed(jobs, "traces", typed)["resourceSpans"][0]["scopeSpans"][0]["spans"][0]
    assert span["endTimeUnixNano"] == span["startTimeUnixNano"]


def test_an_incident_that_affects_customers_needs_the_scope(jobs: Desk) -> None:
    typed = draft_of(jobs, "incidents") | {"customer_impacted_from": "word:true", "do": "save"}
    page = jobs.client.post(jobs.new_url("incidents"), typed)
    errors = page.context["editor"].notes["customer_impact_scope"].errors
    assert "no scope is mapped" in errors[0]
    typed |= {"customer_impact_scope_from": "constant", "customer_impact_scope_text": "All"}
    attributes = previewed(jobs, "incidents", typed)["data"]["attributes"]
    assert attributes["customer_impact_scope"] == "All"


def test_an_incident_has_severity_state_and_a_marker_where_one_says(jobs: Desk) -> None:
    typed = draft_of(jobs, "incidents") | {
        "severity_from": "field:status",
        "severity_map-SEV-2": "failed",
        "state_from": "word:active",
        "marker-value_from": "field:service",
        "marker-field": "nimbus_id",
    }
    attributes = previewed(jobs, "incidents", typed)["data"]["attributes"]
    assert attributes["title"] == "Nightly export failed"
    fields = {name: field["value"] for name, field in attributes["fields"].items()}
    assert fields == {
        "severity": "SEV-2",
        "state": "active",
        "summary": "3 tables were not exported",
        "nimbus_id": "exporter",
    }


def test_a_distribution_takes_a_list_of_numbers(jobs: Desk) -> None:
    typed = draft_of(jobs, "distributions") | {"measures-0-value_from": "field:latencies"}
    (series,) = previewed(jobs, "distributions", typed)["series"]
    assert series["points"] == [[1795428000, [1, 2.5]]]


def test_errors_of_different_parts_are_told_together(jobs: Desk) -> None:
    typed = draft_of(jobs, "events") | {
        "category": "alert",
        "title_from": "path",
        "title_text": "titel",
        "tags-0-key": "9lives",
        "do": "save",
    }
    notes = jobs.client.post(jobs.new_url("events"), typed).context["editor"].notes
    assert notes["alert-status"].errors == ["Choose where the status comes from."]
    assert 'Did you mean "title"?' in notes["title"].errors[0]
    assert "starts with a letter" in notes["tags-0"].errors[0]


def test_the_detail_says_a_choice_in_words(jobs: Desk) -> None:
    jobs.client.post(
        jobs.new_url("service_checks"), draft_of(jobs, "service_checks") | {"do": "save"}
    )
    said = text_of(jobs.client.get(jobs.url("detail", jobs.kept().id)))
    assert "field status; " in said
    assert "warn, degraded → Warning" in said
    assert "any other → Unknown" in said
