"""Mapping documents as form entries and back."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.mapping import decode_mapping, encode_mapping
from portal.mappings.editing.entries import (
    FormData,
    with_row_removed,
    with_rows_added,
)
from portal.mappings.editing.from_form import document_of, is_expressible
from portal.mappings.editing.to_form import form_data_of
from tests.integration.mappings.form_documents import DOCUMENTS, TYPES, metrics
from tests.unit.mapping.documents import ALERTS, LOGS, METRICS, NEW_TARGETS


def read(data: FormData, data_type: str = "metrics") -> Any:
    return document_of(data, data_type=data_type, types=TYPES, source="nimbus")


@pytest.mark.parametrize("name", DOCUMENTS)
@given(data=st.data())
def test_a_document_comes_back_from_the_form_as_it_went_in(name: str, data: st.DataObject) -> None:
    assert is_expressible(data.draw(DOCUMENTS[name]), TYPES)


@pytest.mark.parametrize("document", [METRICS, LOGS, *NEW_TARGETS])
def test_a_stored_document_comes_back_as_it_is_stored(document: dict[str, Any]) -> None:
    stored = encode_mapping(decode_mapping(document))
    if document is ALERTS:  # an empty text as default is the one thing that the form cannot say
        del stored["text"]["default"]
    assert is_expressible(stored, TYPES)


@given(metrics, st.sampled_from(["measures", "tags", "filter"]))
def test_blank_rows_say_nothing(document: dict[str, Any], group: str) -> None:
    data = with_rows_added(form_data_of(document, TYPES), group)
    assert read(data).document == document


@given(metrics.filter(lambda document: len(document["tags"]) > 1))
def test_a_removed_row_is_gone_and_the_others_stay(document: dict[str, Any]) -> None:
    data = with_row_removed(form_data_of(document, TYPES), "tags", 0)
    assert read(data).document == {**document, "tags": document["tags"][1:]}


def test_what_the_form_cannot_say_is_told() -> None:
    document = {"target": "metrics", "measures": [], "timestamp": {"constant": 5}, "filter": []}
    assert not is_expressible(document, TYPES)


@pytest.mark.parametrize(
    ("entries", "name", "message"),
    [
        ({"value_from": "constant", "value_text": "many"}, "value_text", "is not a number"),
        ({"value_from": "template", "value_text": ""}, "value_text", "Write the metric's value"),
        ({"value_from": ""}, "value_from", "Choose where the metric's value comes from"),
        ({"interval": "1.5"}, "interval", "whole seconds"),
    ],
)
def test_a_problem_names_its_entry(entries: FormData, name: str, message: str) -> None:
    data = {
        "measures-rows": "1",
        "measures-0-name_from": "field:id",
        "measures-0-value_from": "field:value",
        "measures-0-type": "gauge",
        "timestamp_from": "field:at",
    }
    data |= {f"measures-0-{entry}": value for entry, value in entries.items()}
    (problem,) = read(data).problems
    assert problem.name == f"measures-0-{name}"
    assert message in problem.message


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("tags[1].value.field", "tags-3-value_from"),
        ("tags[1]", "tags-3-key"),
        ("filter[0].value[2]", "filter-0-value"),
        ("timestamp.template", "timestamp_text"),
        ("nowhere[3].at.all", ""),
    ],
)
def test_a_path_of_the_document_leads_to_its_entry_over_blank_rows(path: str, name: str) -> None:
    data = {
        "timestamp_from": "template",
        "tags-rows": "4",
        "tags-0-key": "a",
        "tags-3-key": "b",
        "tags-3-value_from": "field:id",
        "filter-rows": "1",
        "filter-0-field": "id",
    }
    assert read(data).place_of(path) == name


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("fields[0].map", "severity_from"),
        ("fields[0].value.field", "severity_from"),
        ("fields[1].name", "fields-2-name"),
        ("fields[1].value.field", "fields-2-value_from"),
        ("marker.field", "marker-field"),
        ("customer_impacted", "customer_impacted_from"),
    ],
)
def test_a_path_among_an_incidents_fields_leads_to_its_entry(path: str, name: str) -> None:
    data = {
        "severity_from": "field:id",
        "fields-rows": "3",
        "fields-2-name": "summary",
        "fields-2-value_from": "field:id",
        "customer_impacted_from": "word:false",
    }
    assert read(data, "incidents").place_of(path) == name


def test_a_field_of_an_incident_given_twice_is_told_beside_it() -> None:
    data = {
        "title_from": "field:id",
        "customer_impacted_from": "word:false",
        "severity_from": "field:id",
        "fields-rows": "1",
        "fields-0-name": "severity",
        "fields-0-type": "textbox",
        "fields-0-value_from": "field:id",
    }
    (problem,) = read(data, "incidents").problems
    assert problem.name == "fields-0-name"
    assert "once only" in problem.message


def test_another_answer_leaves_out_what_belonged_to_the_first() -> None:
    alert = {"status": {"value": {"field": "id"}}, "custom": "all"}
    document = {"target": "events", "title": {"field": "id"}, "text": {"field": "id"}}
    data = form_data_of({**document, "alert": alert}, TYPES)
    assert read(data | {"category": "plain"}, "events").document == document


def test_a_forged_number_of_rows_is_cut() -> None:
    assert with_rows_added({"tags-rows": "999999999"}, "tags")["tags-rows"] == "100"
