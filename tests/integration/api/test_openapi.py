"""The API does what its OpenAPI document says: schemathesis makes requests of it and judges.

As published, whether a record is good is the dataset's to say, so a request that fits the document
may be answered 422. With the records of one dataset written into it, what fits is taken.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, given, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from portal.api.domain import PROBLEMS
from tests.integration.api.conftest import Backend

pytestmark = pytest.mark.django_db

FITTING = positive_data_acceptance

RECORD = {
    "type": "object",
    "properties": {
        "id": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[^\\x00]+$"},
        "at": {"enum": ["2026-11-23T10:00:00Z", 1_795_000_000, None]},
        "measure": {"type": "string", "pattern": "^[^\\x00]*$"},
        "value": {"type": ["number", "null"], "minimum": -1e15, "maximum": 1e15},
    },
    "required": ["id"],
    "additionalProperties": False,
}


@schemathesis.serializer("application/x-ndjson")
def _ndjson(context: Any, value: Any) -> bytes:
    text = value if isinstance(value, str) else json.dumps(value)
    return text.encode("utf-8", "surrogatepass")


def document() -> Any:
    return Client().get("/api/v1/openapi.json").json()


def test_it_is_an_openapi_document_that_names_each_problem() -> None:
    found = document()
    assert found["openapi"].startswith("3.1")
    assert set(found["components"]["x-problems"]) == set(PROBLEMS)
    [path] = found["paths"].values()
    answers = {int(status) for status in path["post"]["responses"]}
    assert answers == {202} | {kind.status for kind in PROBLEMS.values()} - {405}


@contextmanager
def kept_connection() -> Iterator[None]:
    """As Django's own test client does: the test's transaction outlives a request."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)


def operation_of(found: Any) -> Any:
    schema = schemathesis.openapi.from_dict(found)
    schema.app = WSGIHandler()
    return schema["/api/v1/organisations/{external_id}/datasets/{name}/records"]["POST"]


def known_to(backend: Backend) -> Any:
    """The document for whoever knows the organisation, the dataset and its records."""
    found = document()
    [path] = found["paths"].values()
    external_id, name = path["parameters"]
    external_id["schema"] = {"enum": [backend.organisation.external_id]}
    name["schema"] = {"enum": [backend.dataset.name]}
    return found


def tried(operation: Any, mode: Any, *, examples: int, token: str, without: Any = ()) -> int:
    """Try generated requests against every check; return how many there were."""
    cases = 0

    @settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        # One transaction of the database serves all examples.
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def each(case: Any) -> None:
        nonlocal cases
        cases += 1
        case.call_and_validate(
            headers={"Authorization": f"Bearer {token}"}, excluded_checks=list(without)
        )

    with kept_connection():
        each()
    return cases


SIZES = pytest.mark.parametrize(
    "examples",
    # Many are 4,000 cases over the three tests.
    [60, pytest.param(1_000, marks=[pytest.mark.heavy, pytest.mark.timeout(900)])],
    ids=["some", "many"],
)


@SIZES
def test_strangers_and_guesses_get_what_the_document_says(backend: Backend, examples: int) -> None:
    operation = operation_of(document())
    for mode in schemathesis.GenerationMode:
        assert tried(operation, mode, examples=examples, token=backend.token, without=[FITTING])


@SIZES
def test_bodies_that_do_not_fit_are_refused(backend: Backend, examples: int) -> None:
    operation = operation_of(known_to(backend))
    mode = schemathesis.GenerationMode.NEGATIVE
    assert tried(operation, mode, examples=examples, token=backend.token)


@SIZES
def test_records_that_fit_their_dataset_are_taken(backend: Backend, examples: int) -> None:
    found = known_to(backend)
    [path] = found["paths"].values()
    body = path["post"]["requestBody"]
    del body["content"]["application/x-ndjson"]
    body["content"]["application/json"]["schema"]["items"] = RECORD
    # A body is compressed by whoever sends it, not by the header alone.
    path["post"]["parameters"] = [path["post"]["parameters"][0]]
    mode = schemathesis.GenerationMode.POSITIVE
    assert tried(operation_of(found), mode, examples=examples, token=backend.token)
    assert backend.kept()
