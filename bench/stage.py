"""The benchmarks' portal: a fresh database and customers whose connections work."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.management import call_command
from django.db import connections

from bench.places import DATABASE
from bench.sample import LINES
from portal.accounts.models import Organisation, User
from portal.accounts.services.organisations import create_organisation
from portal.common.tenancy import tenant
from portal.connections.domain import SecretKind
from portal.connections.gateways import Secret
from portal.connections.models import Connection, OAuthClient
from portal.connections.services.credentials import store_credential
from portal.embedded.postgres import create_database, drop_database, ensure_running
from portal.mappings.domain import DatasetDraft, FieldDraft
from portal.mappings.gateways import suggested_document
from portal.mappings.models import Dataset, Mapping
from portal.mappings.services.datasets import define_dataset
from portal.mappings.services.mappings import create_mapping
from portal.syncs.services.feeds import append_segment, segments_of
from portal.syncs.services.runs import request_run

SITE = "datadoghq.eu"

DRAFTS = {
    "metrics": DatasetDraft(
        name="cloud-metrics",
        title="Cloud metrics",
        time_field="measured_at",
        fields=(
            FieldDraft("resource", "string", ("24ae8d", "53ea38", "fe7f93"), required=True),
            FieldDraft("measure", "string", ("elb_latency", "queue_depth"), required=True),
            FieldDraft("measured_at", "timestamp", ("2026-11-23T10:00:00Z",), required=True),
            FieldDraft("value", "number", (41.5, 72.25), required=True),
        ),
    ),
    "logs": DatasetDraft(
        name="service-logs",
        title="Service logs",
        id_field="id",
        time_field="occurred_at",
        fields=(
            FieldDraft("id", "string", ("bench-1", "bench-2"), required=True),
            FieldDraft("occurred_at", "timestamp", ("2026-11-23T10:00:00.008Z",), required=True),
            FieldDraft("level", "string", ("INFO", "WARNING", "ERROR"), required=True),
            FieldDraft("component", "string", ("nova.api.wsgi", "nova.scheduler")),
            FieldDraft("logfile", "string", ("api.log.1",)),
            FieldDraft("pid", "integer", (25746,)),
            FieldDraft("request", "string", ("req-38101a0b 113d3a99 - - -",)),
            FieldDraft("message", "string", ("GET /v2/servers/detail status: 200",), required=True),
            FieldDraft("template", "string", ("E25",)),
        ),
    ),
}


@dataclass(frozen=True, slots=True)
class Customer:
    """An organisation with its owner and a connection that works."""

    organisation: Organisation
    owner: User
    connection: Connection


def fresh_database() -> None:
    """Start from nothing: today's schema without rows, an empty broker."""
    server = ensure_running(Path(settings.VAR_DIR) / "postgres")
    for alias in connections:
        connections[alias].close()
    drop_database(server, DATABASE)
    create_database(server, DATABASE)
    call_command("migrate", verbosity=0)
    empty_broker()


def empty_broker() -> None:
    """Drop the bells that nobody is there to hear."""
    for bell in Path(settings.VAR_DIR, "broker", "messages").glob("*"):
        bell.unlink()


def make_person() -> User:
    """Somebody who may own any number of organisations."""
    return User.objects.create_user("owner@example.com", "correct horse battery")


def make_customer(name: str, *, owner: User) -> Customer:
    """An organisation, linked to Datadog."""
    organisation = create_organisation(name=name, by=owner)
    client, _ = OAuthClient.objects.get_or_create(
        client_id="bench", defaults={"name": "Nimbus Cloud", "scopes": ["api_keys_write"]}
    )
    with tenant(organisation.id):
        connection = Connection(
            organisation=organisation,
            site=SITE,
            client=client,
            state="connected",
            api_key_state="valid",
            granted_scopes=["api_keys_write"],
        )
        connection.save(force_insert=True)
        store_credential(connection, kind=SecretKind.API_KEY, secret=Secret("0" * 32))
    return Customer(organisation, owner, connection)


def dataset_of(data_type: str) -> Dataset:
    """The dataset whose records become this data type."""
    draft = DRAFTS[data_type]
    return Dataset.objects.filter(name=draft.name).first() or define_dataset(draft)


def load(customer: Customer, dataset: Dataset, *, data_type: str, count: int) -> None:
    """Append generated records to the customer's feed."""
    for lines in segments_of(LINES[data_type](count)):
        with tenant(customer.organisation.id):
            append_segment(dataset=dataset, lines=lines)


def document_of(dataset: Dataset, *, data_type: str) -> dict[str, Any]:
    """The mapping document that the editor suggests."""
    return dict(suggested_document(dataset, data_type=data_type, prefix=settings.VENDOR_PREFIX))


def add_mapping(customer: Customer, dataset: Dataset, *, data_type: str, name: str) -> Mapping:
    """A mapping as the editor suggests it."""
    document = document_of(dataset, data_type=data_type)
    with tenant(customer.organisation.id):
        return create_mapping(
            connection=customer.connection,
            dataset=dataset,
            name=name,
            document=document,
            by=customer.owner,
        )


def requested_run(customer: Customer, mapping: Mapping) -> UUID:
    """A run that waits for a worker."""
    with tenant(customer.organisation.id):
        return request_run(mapping=mapping, by=customer.owner).pk


def use_sink(port: int) -> None:
    """Workers that are started from now on send there."""
    os.environ["DATADOG_SANDBOX_URL"] = f"http://127.0.0.1:{port}"


def settle_database() -> None:
    """What autovacuum does in its own time: statistics, and no dead rows."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
