"""A customer with a working connection, a dataset with its mapping, and records to send."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from portal.accounts.models import Organisation, User
from portal.common.tenancy import tenant
from portal.connections.domain import SecretKind
from portal.connections.gateways import Secret
from portal.connections.models import Connection
from portal.connections.services.credentials import store_credential
from portal.mappings.models import Dataset, Mapping
from portal.syncs.domain import RunState
from portal.syncs.models import Reject, Schedule, SyncRun
from portal.syncs.services.feeds import append_segment, segments_of
from portal.syncs.services.push import work_run
from portal.syncs.services.runs import request_run
from tests.factories import (
    ConnectionFactory,
    DatasetFactory,
    MappingFactory,
    UserFactory,
    make_organisation,
)
from tests.integration.sandbox import Sandbox

SITE = "datadoghq.eu"
LOGS_DOCUMENT: dict[str, Any] = {
    "target": "logs",
    "source": "nimbus",
    "message": {"field": "measure"},
    "timestamp": {"field": "at"},
}


def record(number: int, *, minutes_old: float = 1, **changes: Any) -> dict[str, Any]:
    """One record of the factories' dataset."""
    at = datetime.now(UTC) - timedelta(minutes=minutes_old)
    return {
        "id": f"m-{number}",
        "at": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "measure": f"cpu{number}",
        "value": 0.5,
        **changes,
    }


def accepted(sandbox: Sandbox, data_type: str) -> list[dict[str, Any]]:
    """What the sandbox holds, newest first."""
    items: list[dict[str, Any]] = sandbox.ask(f"items?type={data_type}&limit=100000")["items"]
    return items


@dataclass
class Customer:
    """An organisation and what the tests do in its name."""

    organisation: Organisation
    owner: User
    connection: Connection
    mapping: Mapping

    @property
    def dataset(self) -> Dataset:
        return self.mapping.dataset

    def push(self, records: Iterable[dict[str, Any]]) -> None:
        """Put records into the feed, as the ingest does."""
        for lot in segments_of(json.dumps(one).encode() for one in records):
            with tenant(self.organisation.id):
                append_segment(dataset=self.dataset, lines=lot)

    def requested(self) -> SyncRun:
        """A run by hand that waits for a worker."""
        with tenant(self.organisation.id):
            return request_run(mapping=self.mapping, by=self.owner)

    def work(self, run: SyncRun, *, minutes_later: float = 0) -> SyncRun:
        """A worker's turn at the run; returns the run as it is then."""
        work_run(
            organisation_id=self.organisation.id,
            run_id=run.id,
            owner="test",
            now=lambda: time.time() + minutes_later * 60,
        )
        return self.reread(run)

    def run(self) -> SyncRun:
        """A run by hand, worked on once."""
        return self.work(self.requested())

    def reread(self, run: SyncRun) -> SyncRun:
        with tenant(self.organisation.id):
            return SyncRun.objects.get(pk=run.pk)

    def row(self, run: SyncRun) -> dict[str, Any]:
        """The run's columns."""
        with tenant(self.organisation.id):
            return dict(SyncRun.objects.values().get(pk=run.pk))

    def change(self, run: SyncRun, **fields: Any) -> None:
        """Set fields of the run behind the engine's back."""
        with tenant(self.organisation.id):
            SyncRun.objects.filter(pk=run.pk).update(**fields)

    def wait_is_over(self, run: SyncRun) -> None:
        """Time passes: the run may be taken again, and a lost lease has expired."""
        past = datetime.now(UTC) - timedelta(seconds=1)
        self.change(run, not_before=past, rung_at=past - timedelta(minutes=1))
        with tenant(self.organisation.id):
            leased = SyncRun.objects.filter(pk=run.pk, lease_until__isnull=False)
            leased.update(lease_until=past)

    def rejects(self, run: SyncRun) -> list[Reject]:
        with tenant(self.organisation.id):
            return list(Reject.objects.filter(run=run).order_by("number"))

    def schedule(self) -> Schedule:
        with tenant(self.organisation.id):
            return Schedule.objects.get(mapping=self.mapping)


def counters(run: SyncRun) -> tuple[str, int, int, int, int]:
    """State, read, sent, rejected, skipped."""
    return (
        RunState(run.state),
        run.read_count,
        run.sent_count,
        run.rejected_count,
        run.skipped_count,
    )


def make_customer(sandbox: Sandbox, *, name: str = "Bigcorp", **mapping: Any) -> Customer:
    owner = UserFactory()
    organisation = make_organisation(name=name, owner=owner)
    with tenant(organisation.id):
        connection = ConnectionFactory(organisation=organisation, site=SITE)
        key = Secret(sandbox.tell("credentials", site=SITE, scopes=[])["api_key"])
        store_credential(connection, kind=SecretKind.API_KEY, secret=key)
        mapping.setdefault("dataset", DatasetFactory())
        made = MappingFactory(organisation=organisation, connection=connection, **mapping)
    return Customer(organisation, owner, connection, made)


@pytest.fixture
def customer(db: None, sandbox: Sandbox) -> Customer:
    """Sends metrics."""
    return make_customer(sandbox)


@pytest.fixture
def log_customer(db: None, sandbox: Sandbox) -> Customer:
    """Sends logs."""
    return make_customer(sandbox, data_type="logs", document=LOGS_DOCUMENT)
