"""How long the beat's work takes: 1,000 of many mappings are due, their bells are rung.

The time must follow what is due and not how many mappings there are.
"""

from __future__ import annotations

import random
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from bench import stage
from bench.places import say, write_figures
from portal.common.tenancy import tenant
from portal.mappings.models import Dataset, Mapping
from portal.syncs.models import Schedule, SyncRun
from portal.syncs.services.dispatch import dispatch_due

SIZES = (10_000, 100_000)
CUSTOMERS = 100
DUE = 1_000
ROUNDS = 7


def measure() -> None:
    stage.fresh_database()
    owner, dataset = stage.make_person(), stage.dataset_of("metrics")
    customers = [stage.make_customer(f"Customer {n}", owner=owner) for n in range(CUSTOMERS)]
    figures: dict[str, Any] = {}
    had = 0
    for size in SIZES:
        for customer in customers:
            _add_mappings(customer, dataset, first=had // CUSTOMERS, last=size // CUSTOMERS)
        had = size
        stage.settle_database()
        rounds = [_round(customers) for _ in range(ROUNDS)]
        say(f"{size:,} mappings: {', '.join(f'{one:.0f} ms' for one in rounds)}")
        figures[f"mappings_{size}_ms"] = round(min(rounds), 1)
    write_figures("dispatch", figures)


def _add_mappings(customer: stage.Customer, dataset: Dataset, *, first: int, last: int) -> None:
    """The database makes their schedules; none of them is due."""
    document = stage.document_of(dataset, data_type="metrics")
    with tenant(customer.organisation.id):
        Mapping.objects.bulk_create(
            Mapping(
                organisation=customer.organisation,
                connection=customer.connection,
                dataset=dataset,
                name=f"Mapping {number}",
                data_type="metrics",
                document=document,
            )
            for number in range(first, last)
        )
        hour = timedelta(hours=1)
        Schedule.objects.update(every_seconds=3600, next_at=datetime.now(UTC) + hour)


def _round(customers: list[stage.Customer]) -> float:
    """Milliseconds of one ``dispatch_due``."""
    for customer in customers:
        _make_due(customer, count=DUE // len(customers))
    stage.empty_broker()
    started = time.perf_counter()
    made = dispatch_due()
    whole = time.perf_counter() - started
    if made != DUE:
        raise RuntimeError(f"{made} of {DUE} runs were made.")
    return whole * 1000


def _make_due(customer: stage.Customer, *, count: int) -> None:
    """No run is live, and any ``count`` of the customer's schedules are due."""
    with tenant(customer.organisation.id):
        SyncRun.objects.all().delete()
        ids = list(Schedule.objects.values_list("pk", flat=True))
        chosen = random.sample(ids, count)
        Schedule.objects.filter(pk__in=chosen).update(next_at=datetime.now(UTC))
