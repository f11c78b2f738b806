"""Problems of a document with a dataset, each with its place and its fix."""

from __future__ import annotations

from typing import Any

import pytest

from integrations.mapping import DatasetField, check_mapping, decode_mapping
from tests.unit.mapping.documents import LOGS, METRICS

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
