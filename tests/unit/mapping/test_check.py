"""Problems of a document with a dataset, each with its place and its fix."""

from __future__ import annotations

from typing import Any

import pytest

from integrations.mapping import DatasetField, check_mapping, decode_mapping
from tests.unit.mapping.documents import (
    ALERTS,
    CHANGES,
    CHECKS,
    DISTRIBUTIONS,
    EVENTS,
    INCIDENTS,
    LOGS,
    METRICS,
    NEW_TARGETS,
    SPANS,
)

FIELDS = [
    DatasetField("resource", "string"),
    DatasetField("measure", "string"),
    DatasetField("measured_at", "timestamp", required=True),
    DatasetField("value", "number"),
    DatasetField("user", "object"),
    DatasetField("labels", "list"),
    DatasetField("ok", "boolean"),
]
MEASURE = METRICS["measures"][0]
LOG_FIELDS = [DatasetField(name, "string") for name in ("message", "level", "occurred_at")]


def _problems(changes: dict[str, Any]) -> list[str]:
    document = decode_mapping({**METRICS, **changes})
    return [str(problem) for problem in check_mapping(document, FIELDS)]


def test_a_document_that_fits_has_no_problem() -> None:
    assert _problems({}) == []
    assert check_mapping(decode_mapping(LOGS), LOG_FIELDS) == []


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        (
            {"measures": [{**MEASURE, "value": {"field": "valeu"}}]},
            'measures[0].value.field: the dataset has no field "valeu"; did you mean "value"?',
        ),
        (
            {"timestamp": {"field": "zzz"}},
            'timestamp.field: the dataset has no field "zzz"; it has "resource", "measure", '
            '"measured_at", "value", "user", "labels", "ok"',
        ),
        (
            {"measures": [{**MEASURE, "value": {"field": "measure"}}]},
            'measures[0].value.field: "measure" is of type string, not a number; '
            'use one of "value"',
        ),
        (
            {"measures": [{**MEASURE, "value": {"template": "{value}"}}]},
            "measures[0].value.template: a template makes text, not a number; "
            "name a field with a number",
        ),
        (
            {"measures": [{**MEASURE, "value": {"constant": "1"}}]},
            "measures[0].value.constant: this is not a number; write a number",
        ),
        (
            {"measures": [{**MEASURE, "name": {"constant": "9a"}}]},
            'measures[0].name.constant: The metric name "9a" does not start with a letter; '
            "change the name",
        ),
        (
            {"timestamp": {"field": "ok"}},
            'timestamp.field: "ok" is of type boolean, not a time; use one of "resource", '
            '"measure", "measured_at", "value"',
        ),
        (
            {"timestamp": {"constant": "noon"}},
            "timestamp.constant: this is not a time; name the field with the time",
        ),
        (
            {"tags": [{"key": "a", "value": {"template": "{labels}"}}]},
            'tags[0].value.template: "labels" is of type list, not text',
        ),
        (
            {"tags": [{"key": "a", "value": {"template": "{resorce}"}}]},
            'tags[0].value.template: the dataset has no field "resorce"; did you mean "resource"?',
        ),
        (
            {"host": {"field": "user"}},
            'host.field: "user" is of type object, not text; use one of "resource", "measure", '
            '"measured_at", "value", "ok"',
        ),
        (
            {"filter": [{"field": "mesure", "is": "exists"}]},
            'filter[0].field: the dataset has no field "mesure"; did you mean "measure"?',
        ),
    ],
)
def test_a_problem_names_place_and_fix(changes: dict[str, Any], problem: str) -> None:
    assert _problems(changes) == [problem]


def test_any_path_inside_of_an_object_may_exist() -> None:
    assert _problems({"tags": [{"key": "a", "value": {"field": "user.name.first"}}]}) == []


def test_chosen_attributes_must_exist() -> None:
    document = decode_mapping({**LOGS, "attributes": ["level", "levle"]})
    (problem,) = check_mapping(document, LOG_FIELDS)
    assert problem.path == "attributes[1]"


RECORD_FIELDS = [
    DatasetField("message", "string"),
    DatasetField("level", "string"),
    DatasetField("occurred_at", "timestamp"),
    DatasetField("machine", "string"),
    DatasetField("app", "string"),
    DatasetField("user", "string"),
    DatasetField("after", "object"),
    DatasetField("details", "string"),
    DatasetField("trace", "string"),
    DatasetField("span", "integer"),
    DatasetField("parent", "string"),
    DatasetField("took", "number"),
    DatasetField("failed", "boolean"),
    DatasetField("resource", "string"),
    DatasetField("measure", "string"),
    DatasetField("measured_at", "timestamp"),
    DatasetField("value", "list"),
]


@pytest.mark.parametrize("document", NEW_TARGETS)
def test_documents_of_every_target_that_fit_have_no_problem(document: dict[str, Any]) -> None:
    assert check_mapping(decode_mapping(document), RECORD_FIELDS) == []


@pytest.mark.parametrize(
    ("document", "changes", "problem"),
    [
        (DISTRIBUTIONS, {"timestamp": {"constant": "noon"}}, "timestamp.constant: this is not a t"),
        (
            DISTRIBUTIONS,
            {"measures": [{"name": {"constant": "1"}, "value": {"field": "level"}}]},
            'measures[0].value.field: "level" is of type string, not numbers',
        ),
        (EVENTS, {"title": {"field": "after"}}, 'title.field: "after" is of type object, not text'),
        (
            EVENTS,
            {"alert_type": {"value": {"field": "lvl"}}},
            'alert_type.value.field: the dataset has no field "lvl"',
        ),
        (
            CHANGES,
            {"change": {**CHANGES["change"], "new_value": {"field": "app"}}},
            'change.new_value.field: "app" is of type string, not an object',
        ),
        (
            CHANGES,
            {"change": {**CHANGES["change"], "prev_value": {"constant": "x"}}},
            "change.prev_value.constant: this is not an object",
        ),
        (
            ALERTS,
            {"alert": {**ALERTS["alert"], "custom": ["nope"]}},
            'alert.custom[0]: the dataset has no field "nope"',
        ),
        (
            CHECKS,
            {"status": {"value": {"constant": "fine"}}},
            "status.value.constant: Datadog does not know this word; use one of ok, warning",
        ),
        (SPANS, {"trace_id": {"field": "took"}}, 'trace_id.field: "took" is of type number'),
        (
            SPANS,
            {"duration": {"value": {"template": "{took}"}, "unit": "seconds"}},
            "duration.value.template: a template makes text, not a number",
        ),
        (SPANS, {"attributes": ["nope"]}, 'attributes[0]: the dataset has no field "nope"'),
        (
            INCIDENTS,
            {"marker": {"value": {"field": "after"}}},
            'marker.value.field: "after" is of type object, not text',
        ),
    ],
)
def test_a_problem_of_any_target_names_its_place(
    document: dict[str, Any], changes: dict[str, Any], problem: str
) -> None:
    found = check_mapping(decode_mapping({**document, **changes}), RECORD_FIELDS)
    assert str(found[0]).startswith(problem)


def test_incidents_that_may_affect_customers_need_a_scope() -> None:
    document = {name: INCIDENTS[name] for name in INCIDENTS if name != "customer_impact_scope"}
    (problem,) = check_mapping(decode_mapping(document), RECORD_FIELDS)
    assert problem.path == "customer_impact_scope"
    never = {**document, "customer_impacted": {"value": {"constant": False}}}
    assert check_mapping(decode_mapping(never), RECORD_FIELDS) == []
