"""Fills an empty portal with the demo's vendor and, unless it is to stay empty, its customers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import orjson
from django.conf import settings
from django.contrib.auth.models import Group
from django.db import connections

from portal.accounts.domain import VendorGroup
from portal.accounts.models import Organisation, User
from portal.accounts.services.organisations import create_organisation
from portal.common.tenancy import tenant
from portal.connections.models import Connection
from portal.connections.services.clients import save_oauth_client
from portal.demo import cast, gateways, records
from portal.mappings.domain import DatasetDraft, FieldDraft
from portal.mappings.gateways import suggested_document
from portal.mappings.models import Dataset
from portal.mappings.services.datasets import define_dataset
from portal.mappings.services.mappings import create_mapping
from portal.review.domain import STEPS
from portal.review.models import Step
from portal.syncs.services.feeds import append_segment, segments_of
from portal.syncs.services.schedules import make_due

METRICS, LOGS = "cloud-metrics", "service-logs"
DATA_TYPES = {METRICS: "metrics", LOGS: "logs"}
CLIENT_ID, SCOPES = "nimbus-demo-client", ["api_keys_write"]

_KEPT = ("django_migrations", "django_content_type", "auth_permission", "auth_group")


def empty_database() -> None:
    """Start over: the sandbox forgets its tokens and keys when it ends, so old links are dead."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = [
            connections["owner"].ops.quote_name(name)
            for (name,) in cursor.fetchall()
            if name not in _KEPT and name != "auth_group_permissions"
        ]
        cursor.execute(f"TRUNCATE {', '.join(tables)} CASCADE")
    # PostgreSQL empties every table that refers to an emptied one, so the steps are gone as well.
    Step.objects.using("owner").bulk_create(
        Step(key=step.key, position=position) for position, step in enumerate(STEPS, start=1)
    )


def seed_vendor(*, password: str) -> None:
    """The vendor's people, its OAuth client (known to the sandbox, too) and its datasets."""
    for group, email in cast.VENDOR_PEOPLE.items():
        is_admin = group is VendorGroup.ADMIN
        person = User.objects.create_user(email, password, is_staff=is_admin, is_superuser=is_admin)
        person.groups.add(Group.objects.get(name=group.value))
    _register_client()
    define_dataset(_METRICS_DATASET)
    define_dataset(_LOGS_DATASET)


def seed_customers(*, password: str) -> Iterator[tuple[cast.DemoOrganisation, Organisation, User]]:
    """The customers with their owners."""
    for entry in cast.ORGANISATIONS:
        owner = User.objects.create_user(entry.owner, password)
        organisation = create_organisation(name=entry.name, by=owner, external_id=entry.external_id)
        yield entry, organisation, owner


def map_everything(connection: Connection, *, by: User) -> None:
    """Send both datasets over the connection, with the mappings that the editor suggests."""
    with tenant(connection.organisation_id):
        for name, data_type in DATA_TYPES.items():
            dataset = Dataset.objects.get(name=name)
            create_mapping(
                connection=connection,
                dataset=dataset,
                name=dataset.title,
                document=suggested_document(
                    dataset, data_type=data_type, prefix=settings.VENDOR_PREFIX
                ),
                by=by,
            )


def push_records(
    organisation: Organisation, *, count: int, seed: int, spoil_every: int = 0
) -> None:
    """Append as many metric records and a third as many logs to the organisation's feeds."""
    now = datetime.now(UTC)
    lots = {
        METRICS: records.metric_records(count=count, until=now, seed=seed),
        LOGS: records.log_records(count=count // 3, until=now, seed=seed),
    }
    with tenant(organisation.id):
        for name, lot in lots.items():
            dataset = Dataset.objects.get(name=name)
            for lines in segments_of(_lines(lot, spoil_every=spoil_every)):
                append_segment(dataset=dataset, lines=lines)
            make_due(dataset=dataset)


def _lines(lot: Iterator[dict[str, Any]], *, spoil_every: int) -> Iterator[bytes]:
    for index, record in enumerate(lot, start=1):
        spoil = spoil_every and index % spoil_every == 0
        yield orjson.dumps(records.spoilt(record) if spoil else record)


def _register_client() -> None:
    answer = gateways.control(
        "clients",
        {
            "client_id": CLIENT_ID,
            "name": settings.VENDOR_NAME,
            "redirect_uris": [f"{settings.PORTAL_BASE_URL}/connect/callback/"],
            "scopes": SCOPES,
            "published": True,
        },
    )
    save_oauth_client(
        name=settings.VENDOR_NAME,
        client_id=CLIENT_ID,
        client_secret=answer["client_secret"],
        scopes=SCOPES,
    )


_METRICS_DATASET = DatasetDraft(
    name=METRICS,
    title="Cloud metrics",
    description="What the resources of a customer's account measure, every few seconds.",
    time_field="measured_at",
    fields=(
        FieldDraft("resource", "string", ("web-1", "db-1", "queue-1"), required=True),
        FieldDraft(
            "measure",
            "string",
            ("cpu_utilization", "memory_used", "request_latency"),
            required=True,
        ),
        FieldDraft(
            "measured_at",
            "timestamp",
            ("2026-11-23T10:00:00Z", "2026-11-23T10:00:05Z", "2026-11-23T10:00:10Z"),
            required=True,
        ),
        FieldDraft("value", "number", (41.5, 72.25, 118.0), required=True),
    ),
)
_LOGS_DATASET = DatasetDraft(
    name=LOGS,
    title="Service logs",
    description="Log lines of the services that run for a customer.",
    id_field="id",
    time_field="occurred_at",
    fields=(
        FieldDraft("id", "string", ("log-1", "log-2", "log-3"), required=True),
        FieldDraft(
            "occurred_at",
            "timestamp",
            ("2026-11-23T10:00:00Z", "2026-11-23T10:00:01Z", "2026-11-23T10:00:02Z"),
            required=True,
        ),
        FieldDraft("level", "string", ("info", "warning", "error"), required=True),
        FieldDraft("component", "string", ("checkout", "catalogue", "accounts")),
        FieldDraft(
            "message",
            "string",
            ("Request served", "Slow query on orders", "Payment provider did not answer in time"),
            required=True,
        ),
    ),
)
