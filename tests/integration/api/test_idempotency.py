"""A push with an Idempotency-Key is kept once, whoever dies or races on the way."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.utils import timezone

from portal.accounts.models import SupportAccess
from portal.api.models import IdempotencyKey
from portal.common.tenancy import tenant
from tests.factories import DatasetFactory
from tests.integration.api.conftest import (
    JSON,
    Backend,
    kept,
    make_backend,
    make_customer,
    path_of,
    record,
)
from tests.integration.syncs.processes import start_process

RECORDS = [record(1), record(2, at="soon"), record(3)]
RACERS = 6


@pytest.mark.django_db
def test_the_same_push_gets_the_same_answer_and_is_kept_once(backend: Backend) -> None:
    first = backend.push(RECORDS, Idempotency_Key="push-1")
    again = backend.push(RECORDS, Idempotency_Key="push-1", zipped=True)
    assert (first.status_code, again.status_code) == (202, 202)
    assert first.json() == again.json()
    assert "Idempotency-Replayed" not in first
    assert again["Idempotency-Replayed"] == "true"
    assert len(backend.kept()) == 2


@pytest.mark.django_db
def test_the_stored_answer_outlives_a_change_of_the_dataset(backend: Backend) -> None:
    first = backend.push(RECORDS, Idempotency_Key="push-1")
    backend.dataset.fields.filter(name="at").update(type="integer")
    assert backend.push(RECORDS, Idempotency_Key="push-1").json() == first.json()


@pytest.mark.django_db
@pytest.mark.parametrize("other", ["body", "bad body", "form", "dataset"])
def test_the_key_of_another_push_is_refused(backend: Backend, other: str) -> None:
    backend.push(RECORDS, Idempotency_Key="push-1")
    changes: dict[str, Any] = {
        "body": {"body": RECORDS[:1]},
        "bad body": {"body": b"no json"},
        "form": {"body": json.dumps(RECORDS).encode(), "media_type": JSON},
        "dataset": {"body": RECORDS, "path": path_of("acme-1", DatasetFactory().name)},
    }
    answer = backend.push(**changes[other], Idempotency_Key="push-1")
    assert (answer.status_code, answer["Content-Type"]) == (409, "application/problem+json")
    assert len(backend.kept()) == 2


@pytest.mark.django_db
def test_other_keys_and_no_key_are_other_pushes(backend: Backend) -> None:
    for key in ("push-1", "push-2", "", ""):
        assert backend.push([record(1)], Idempotency_Key=key).status_code == 202
    assert len(backend.kept()) == 4


@pytest.mark.django_db
def test_a_key_belongs_to_one_organisation(backend: Backend) -> None:
    other = make_customer("other-1")
    path = path_of("other-1", backend.dataset.name)
    backend.push([record(1)], Idempotency_Key="push-1")
    answer = backend.push([record(2)], Idempotency_Key="push-1", path=path)
    assert (answer.status_code, "Idempotency-Replayed" in answer) == (202, False)
    assert (kept(other), backend.kept()) == ([record(2)], [record(1)])


@pytest.mark.django_db
def test_a_refused_push_uses_up_no_key(backend: Backend) -> None:
    for body in (b"no json", b""):
        assert backend.push(body or b" ", Idempotency_Key="push-1").status_code == 422
    assert backend.push([record(1)], Idempotency_Key="push-1").status_code == 202


@pytest.mark.django_db
@pytest.mark.parametrize("key", [" ", "a b", "x" * 256, "schlüssel", "a\tb"])
def test_a_key_is_visible_ascii(backend: Backend, key: str) -> None:
    assert backend.push([record(1)], Idempotency_Key=key).status_code == 400


def age_keys(backend: Backend, *, hours: float) -> None:
    with tenant(backend.organisation.pk):
        IdempotencyKey.objects.update(created_at=timezone.now() - timedelta(hours=hours))


def keys(backend: Backend) -> set[str]:
    with tenant(backend.organisation.pk):
        return set(IdempotencyKey.objects.values_list("key", flat=True))


@pytest.mark.django_db
def test_keys_are_kept_for_a_day_and_then_forgotten(backend: Backend) -> None:
    backend.push([record(1)], Idempotency_Key="push-1")
    age_keys(backend, hours=25)
    assert "Idempotency-Replayed" in backend.push([record(1)], Idempotency_Key="push-1")
    age_keys(backend, hours=49)
    backend.push([record(2)], Idempotency_Key="push-2")
    assert keys(backend) == {"push-2"}


@pytest.mark.django_db
def test_a_push_leaves_no_trace_in_the_log_of_supports_accesses(backend: Backend) -> None:
    backend.push([record(1)])
    assert not SupportAccess.objects.exists()


committed = pytest.mark.django_db(transaction=True, databases=["default", "support", "owner"])


def raced(do: Callable[[int], Any]) -> list[Any]:
    """Let all racers do it at once, each on a connection of its own."""
    start = Barrier(RACERS)

    def race(number: int) -> Any:
        start.wait()
        try:
            return do(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(RACERS) as pool:
        return list(pool.map(race, range(RACERS)))


@committed
def test_of_many_at_once_one_is_kept_and_all_get_its_answer() -> None:
    backend = make_backend()
    answers = raced(lambda _: backend.push(RECORDS, Idempotency_Key="push-1"))
    assert [answer.status_code for answer in answers] == [202] * RACERS
    assert all(answer.json() == answers[0].json() for answer in answers)
    assert sum("Idempotency-Replayed" not in answer for answer in answers) == 1
    assert len(backend.kept()) == 2


@committed
def test_of_different_pushes_with_one_key_one_wins() -> None:
    backend = make_backend()
    answers = raced(lambda number: backend.push([record(number)], Idempotency_Key="push-1"))
    assert sorted(answer.status_code for answer in answers) == [202] + [409] * (RACERS - 1)
    assert len(backend.kept()) == 1


PUSH_AND_DIE = """
import io, os
from uuid import UUID
from django.db import transaction
from portal.api.body import Body
from portal.api.domain import MediaType
from portal.api.services.pushes import push_records
from portal.mappings.models import Dataset
dataset = Dataset.objects.get(pk=UUID("{dataset}"))
data = {data!r}
body = Body(io.BytesIO(data), length=len(data), gzipped=False,
            context=f"{{dataset.pk}} application/x-ndjson\\n")
with transaction.atomic() if {before} else open(os.devnull):
    push_records(organisation_id=UUID("{organisation}"), dataset=dataset, body=body,
                 media_type=MediaType.NDJSON, key="push-1")
    os._exit(9)
"""


def push_and_die(organisation: UUID, dataset: UUID, *, before_commit: bool) -> None:
    data = b"".join(json.dumps(one).encode() + b"\n" for one in RECORDS)
    code = PUSH_AND_DIE.format(
        organisation=organisation, dataset=dataset, data=data, before=before_commit
    )
    process = start_process(code)
    _out, err = process.communicate(timeout=60)
    assert process.returncode == 9, err


@committed
@pytest.mark.parametrize("before_commit", [True, False], ids=["before", "after"])
def test_a_web_process_that_dies_around_the_commit_loses_and_doubles_nothing(
    before_commit: bool,
) -> None:
    backend = make_backend()
    push_and_die(backend.organisation.pk, backend.dataset.pk, before_commit=before_commit)
    assert len(backend.kept()) == (0 if before_commit else 2)
    answer = backend.push(RECORDS, Idempotency_Key="push-1")
    assert (answer.status_code, answer.json()["accepted"]) == (202, 2)
    assert ("Idempotency-Replayed" in answer) is not before_commit
    assert len(backend.kept()) == 2


@committed
def test_pushes_at_once_with_keys_of_their_own_are_all_kept() -> None:
    backend = make_backend()
    answers = raced(
        lambda number: backend.push([record(number)] * 50, Idempotency_Key=str(uuid4()))
    )
    assert {answer.status_code for answer in answers} == {202}
    assert len(backend.kept()) == 50 * RACERS
