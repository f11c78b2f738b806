"""Mapping documents as form entries and back."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.mappings.editing.entries import FormData, with_row_removed, with_rows_added
from portal.mappings.editing.from_form import document_of, is_expressible
from portal.mappings.editing.to_form import form_data_of

TYPES = {"id": "string", "at": "timestamp", "value": "number", "up": "boolean", "user": "object"}

texts = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=20)
filled = texts.filter(str.strip)
numbers = st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
paths = st.sampled_from([*TYPES, "user.name", "gone"])


def values(constants: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    sources: st.SearchStrategy[dict[str, Any]] = st.builds(dict, field=paths) | st.builds(
        dict, template=filled
    )
    defaults: st.SearchStrategy[dict[str, Any]] = st.just({}) | st.builds(dict, default=constants)
    with_default = st.builds(lambda source, default: source | default, sources, defaults)
    return st.builds(dict, constant=constants) | with_default


text_values, number_values = values(filled), values(numbers)
tags = st.lists(st.fixed_dictionaries({"key": st.just("env"), "value": text_values}), max_size=3)
conditions = st.one_of(
    st.fixed_dictionaries(
        {"field": st.just("id"), "is": st.sampled_from(["equals", "not_equals"]), "value": texts}
    ),
    st.fixed_dictionaries(
        {
            "field": st.just("id"),
            "is": st.just("in"),
            "value": st.lists(texts, min_size=1, max_size=3),
        }
    ),
    st.fixed_dictionaries(
        {"field": st.just("value"), "is": st.sampled_from(["equals", "less_than"])}
        | {"value": numbers}
    ),
    st.fixed_dictionaries(
        {"field": st.just("up"), "is": st.just("equals"), "value": st.booleans()}
    ),
    st.fixed_dictionaries({"field": paths, "is": st.sampled_from(["exists", "missing"])}),
)
filters = st.lists(conditions, max_size=3)
measures = st.fixed_dictionaries(
    {"name": text_values, "type": st.sampled_from(["count", "gauge"]), "value": number_values},
    optional={"interval": st.integers(1, 600), "unit": filled},
)
metrics = st.fixed_dictionaries(
    {
        "target": st.just("metrics"),
        "measures": st.lists(measures, min_size=1, max_size=3),
        "timestamp": text_values,
        "filter": filters,
        "tags": tags,
    },
    optional={"host": text_values},
)
logs = st.fixed_dictionaries(
    {
        "target": st.just("logs"),
        "source": st.just("nimbus"),
        "message": text_values,
        "filter": filters,
        "tags": tags,
        "attributes": st.just("all") | st.lists(paths, max_size=3),
    },
    optional={name: text_values for name in ("service", "status", "host", "timestamp")},
)


def read(data: FormData, data_type: str = "metrics") -> Any:
    return document_of(data, data_type=data_type, types=TYPES, source="nimbus")


@given(metrics | logs)
def test_a_document_comes_back_from_the_form_as_it_went_in(document: dict[str, Any]) -> None:
    assert is_expressible(document, TYPES)


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


def test_a_forged_number_of_rows_is_cut() -> None:
    assert with_rows_added({"tags-rows": "999999999"}, "tags")["tags-rows"] == "100"
