"""Records come in as NDJSON or as an array, plain or compressed, and are kept in their order."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from portal.common.tenancy import tenant
from portal.syncs.models import Feed, Schedule, Segment
from tests.factories import ConnectionFactory, MappingFactory, ScheduleFactory
from tests.integration.api.conftest import (
    JSON,
    NDJSON,
    Backend,
    kept,
    make_customer,
    path_of,
    record,
)

pytestmark = pytest.mark.django_db

RECORDS = [record(number) for number in range(1, 4)]


@pytest.mark.parametrize("zipped", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize("form", ["ndjson", "array", "indented array"])
def test_records_are_kept_in_their_order(backend: Backend, form: str, zipped: bool) -> None:
    if form == "ndjson":
        answer = backend.push(RECORDS, zipped=zipped)
    else:
        body = json.dumps(RECORDS, indent=2 if "indented" in form else None).encode()
        answer = backend.push(body, media_type=JSON, zipped=zipped)
    assert (answer.status_code, answer["Content-Type"]) == (202, "application/json")
    assert answer.json() == {"accepted": 3, "refused": 0, "errors": [], "further_errors": 0}
    assert backend.kept() == RECORDS


def test_pushes_continue_the_numbering(backend: Backend, settings: Any) -> None:
    settings.SEGMENT_RECORDS = 2
    for _ in range(2):
        assert backend.push(RECORDS).status_code == 202
    with tenant(backend.organisation.pk):
        places = Segment.objects.order_by("first_number").values_list("first_number", "last_number")
        assert list(places) == [(1, 2), (3, 3), (4, 5), (6, 6)]
        assert Feed.objects.get().last_number == 6


def test_mappings_of_the_dataset_become_due(
    backend: Backend, django_capture_on_commit_callbacks: Any
) -> None:
    later = timezone.now() + timedelta(hours=1)
    mine, connection = backend.organisation, ConnectionFactory(organisation=backend.organisation)
    mappings = [
        MappingFactory(organisation=mine, connection=connection, dataset=backend.dataset),
        MappingFactory(organisation=mine, connection=connection),
    ]
    for mapping in mappings:
        ScheduleFactory(organisation=backend.organisation, mapping=mapping, next_at=later)
    with django_capture_on_commit_callbacks() as bells:
        backend.push(RECORDS)
    assert len(bells) == 1
    with tenant(backend.organisation.pk):
        due = [Schedule.objects.get(mapping=mapping).next_at < later for mapping in mappings]
    assert due == [True, False]


def test_a_bad_record_is_named_and_the_good_ones_are_kept(backend: Backend) -> None:
    answer = backend.push([record(1), record(2, value="much"), record(3)])
    assert answer.status_code == 202
    assert answer.json()["accepted"] == 2
    assert answer.json()["errors"] == [
        {"line": 2, "field": "value", "message": 'Expected a number, found text "much".'}
    ]
    assert [one["id"] for one in backend.kept()] == ["m-1", "m-3"]


def test_in_an_array_the_place_is_named(backend: Backend) -> None:
    body = json.dumps([record(1), 17, record(2, at="soon"), {"id": [{"x": 1}]}]).encode()
    errors = backend.push(body, media_type=JSON).json()["errors"]
    assert [(error["line"], error["field"]) for error in errors] == [(2, ""), (3, "at"), (4, "id")]


def test_of_many_bad_records_the_first_hundred_are_named(backend: Backend) -> None:
    answer = backend.push([record(0), *(record(number, at="soon") for number in range(150))]).json()
    assert (answer["accepted"], answer["refused"]) == (1, 150)
    assert (len(answer["errors"]), answer["further_errors"]) == (100, 50)


def test_without_a_good_record_nothing_is_kept_and_it_is_said_why(backend: Backend) -> None:
    answer = backend.push([record(1, at="soon")])
    assert (answer.status_code, answer["Content-Type"]) == (422, "application/problem+json")
    problem = answer.json()
    assert (problem["accepted"], problem["refused"]) == (0, 1)
    assert problem["errors"][0]["field"] == "at"
    assert backend.kept() == []


@pytest.mark.parametrize(("body", "media_type"), [(b"\n \n", NDJSON), (b" [ ] ", JSON)])
def test_a_push_of_nothing_is_refused(backend: Backend, body: bytes, media_type: str) -> None:
    answer = backend.push(body, media_type=media_type)
    assert (answer.status_code, answer.json()["detail"]) == (422, "The body has no record.")


def test_records_reach_their_organisation_and_no_other(backend: Backend) -> None:
    other = make_customer("acme/2 ü")
    answer = backend.push(RECORDS, path=path_of("acme/2%20%C3%BC", backend.dataset.name))
    assert answer.status_code == 202
    assert (kept(other), backend.kept()) == (RECORDS, [])


@pytest.mark.parametrize(
    "external_id", ["acme-9", "ACME-1", "%00", "acme-1%00", "x" * 500, "%ff", "acme-1%20", "None"]
)
def test_an_unknown_organisation_is_not_found(backend: Backend, external_id: str) -> None:
    answer = backend.push(RECORDS, path=path_of(external_id, backend.dataset.name))
    assert (answer.status_code, answer.json()["status"]) == (404, 404)


@pytest.mark.parametrize("name", ["nothing", "not%20a%20name", "measures%00"])
def test_an_unknown_dataset_is_not_found(backend: Backend, name: str) -> None:
    assert backend.push(RECORDS, path=path_of("acme-1", name)).status_code == 404


def test_a_dataset_off_the_offer_is_not_found(backend: Backend) -> None:
    backend.dataset.active = False
    backend.dataset.save()
    assert backend.push(RECORDS).status_code == 404
