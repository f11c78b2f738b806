"""How long pages take, and how many queries, where there are many rows."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bench import stage
from bench.places import write_figures
from portal.accounts.models import User
from portal.common.ids import uuid7
from portal.common.tenancy import tenant
from portal.connections.vault import Sealer
from portal.mappings.models import Mapping
from portal.syncs.gateways.records import Reject as SourceReject
from portal.syncs.models import Attempt, Batch, Chunk, SyncRun
from portal.syncs.services.rejects import add_rejects

CUSTOMERS = 20
MAPPINGS = 20
RUNS_A_MAPPING = 500
CHUNKS = 200
BATCHES_A_CHUNK = 10
REJECTS_A_CHUNK = 50
VISITS = 15
STATES = ("succeeded",) * 7 + ("succeeded_with_rejects", "all_rejected", "failed")


def measure() -> None:
    stage.fresh_database()
    owner = stage.make_person()
    User.objects.filter(pk=owner.pk).update(is_superuser=True, is_staff=True)
    customers = [stage.make_customer(f"Customer {n}", owner=owner) for n in range(CUSTOMERS)]
    for customer in customers:
        mappings = _add_mappings(customer)
        _add_runs(customer, mappings)
    run = _add_long_run(customers[0], mapping_of(customers[0]))
    stage.settle_database()
    slug = customers[0].organisation.slug
    page = reverse("syncs:run", args=[slug, run.pk])
    addresses = {
        "overview": reverse("syncs:overview", args=[slug]),
        "history": reverse("syncs:list", args=[slug]),
        "run": page,
        "run_rejects": page + "?show=rejects",
        "run_batches": page + "?show=batches",
        "support_console": reverse("support:console"),
    }
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(User.objects.get(pk=owner.pk))
    write_figures("pages", {name: _page(client, url) for name, url in addresses.items()})


def _page(client: Client, address: str) -> dict[str, Any]:
    """The best of some visits, and the queries of one."""
    times = []
    for _ in range(VISITS):
        started = time.perf_counter()
        answer = client.get(address)
        times.append(time.perf_counter() - started)
        if answer.status_code != 200:
            raise RuntimeError(f"{address} answers {answer.status_code}.")
    with (
        CaptureQueriesContext(connections["default"]) as own,
        CaptureQueriesContext(connections["support"]) as across,
    ):
        client.get(address)
    return {"ms": round(min(times) * 1000, 1), "queries": len(own) + len(across)}


def mapping_of(customer: stage.Customer) -> Mapping:
    """Any mapping of the customer."""
    with tenant(customer.organisation.id):
        return Mapping.objects.order_by("name")[0]


def _add_mappings(customer: stage.Customer) -> list[Mapping]:
    dataset = stage.dataset_of("metrics")
    return [
        stage.add_mapping(customer, dataset, data_type="metrics", name=f"Mapping {number:02}")
        for number in range(MAPPINGS)
    ]


def _add_runs(customer: stage.Customer, mappings: list[Mapping]) -> None:
    """A history: most runs were successes, some found nothing new, some failed."""
    now = datetime.now(UTC)
    runs = []
    for place, mapping in enumerate(mappings):
        for number in range(RUNS_A_MAPPING):
            run = _ended_run(customer, mapping, state=STATES[(number + place) % len(STATES)])
            run.finished_at = now - timedelta(minutes=number)
            runs.append(run)
    with tenant(customer.organisation.id):
        SyncRun.objects.bulk_create(runs, batch_size=2_000)
        for run in runs:
            run.requested_at = run.finished_at or now
        SyncRun.objects.bulk_update(runs, ["requested_at"], batch_size=2_000)


def _ended_run(customer: stage.Customer, mapping: Mapping, *, state: str) -> SyncRun:
    sent, rejected = {
        "succeeded": (100, 0),
        "succeeded_with_rejects": (90, 10),
        "all_rejected": (0, 10),
    }.get(state, (0, 0))
    now = datetime.now(UTC)
    return SyncRun(
        id=uuid7(),
        organisation=customer.organisation,
        mapping=mapping,
        trigger="schedule",
        mapping_revision=1,
        state=state,
        problem="Datadog answered 503." if state == "failed" else "",
        not_before=now,
        started_at=now,
        finished_at=now,
        read_count=sent + rejected,
        sent_count=sent,
        rejected_count=rejected,
    )


def _add_long_run(customer: stage.Customer, mapping: Mapping) -> SyncRun:
    """A run over two million records with thousands of batches and rejects."""
    run = _ended_run(customer, mapping, state="succeeded_with_rejects")
    sealer = Sealer(customer.organisation.id)
    with tenant(customer.organisation.id):
        run.sent_count = CHUNKS * BATCHES_A_CHUNK * 1_000 - CHUNKS * REJECTS_A_CHUNK
        run.rejected_count = CHUNKS * REJECTS_A_CHUNK
        run.read_count = run.sent_count + run.rejected_count
        run.save(force_insert=True)
        for number in range(CHUNKS):
            _add_chunk(run, number, sealer=sealer)
    return run


def _add_chunk(run: SyncRun, number: int, *, sealer: Sealer) -> None:
    now, first = datetime.now(UTC), number * BATCHES_A_CHUNK * 1_000
    chunk = Chunk(
        organisation_id=run.organisation_id,
        run=run,
        mapping_id=run.mapping_id,
        mapping_revision=1,
        state="done",
        cursor_from={"number": first},
        cursor_to={"number": first + BATCHES_A_CHUNK * 1_000},
        read_count=BATCHES_A_CHUNK * 1_000,
        skipped_count=0,
        rejected_count=REJECTS_A_CHUNK,
        frozen_at=now,
        done_at=now,
    )
    chunk.save(force_insert=True)
    batches = [_batch(chunk, first + place * 1_000) for place in range(BATCHES_A_CHUNK)]
    Batch.objects.bulk_create(batches)
    Attempt.objects.bulk_create(
        Attempt(organisation_id=run.organisation_id, batch=batch, milliseconds=40, status=202,
                outcome="accepted", excerpt='{"errors":[]}')
        for batch in batches
    )  # fmt: skip
    add_rejects(chunk, [_reject(first + place) for place in range(REJECTS_A_CHUNK)], sealer=sealer)


def _batch(chunk: Chunk, first: int) -> Batch:
    return Batch(
        organisation_id=chunk.organisation_id,
        chunk=chunk,
        key=uuid7(),
        state="accepted",
        first_number=first + 1,
        last_number=first + 1_000,
        record_count=1_000,
        raw_bytes=120_000,
        sent_bytes=9_000,
        oldest_at=chunk.frozen_at,
    )


def _reject(number: int) -> SourceReject:
    return SourceReject(
        number=number,
        record_id=f"bench-{number}",
        code="too_old",
        message="2 years old; Datadog keeps metrics of the last hour.",
        field="measured_at",
        raw=b'{"resource":"24ae8d","measure":"elb_latency","value":0.132}',
    )
