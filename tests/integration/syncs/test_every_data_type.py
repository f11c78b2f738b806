"""The engine sends every data type that a dataset can be mapped to."""

from __future__ import annotations

from typing import Any

import pytest

from portal.common.tenancy import tenant
from portal.connections.domain import SecretKind
from portal.connections.gateways import Secret
from portal.connections.models import Connection
from portal.connections.services.credentials import store_credential
from portal.mappings.models import Mapping, MappingRevision
from tests.integration.sandbox import Sandbox
from tests.integration.syncs.conftest import SITE, Customer, accepted, counters, record

pytestmark = pytest.mark.django_db

AT = {"field": "at"}
DOCUMENTS: dict[str, dict[str, Any]] = {
    "distributions": {
        "target": "distributions",
        "measures": [{"name": {"constant": "nimbus.latency"}, "value": {"field": "value"}}],
        "timestamp": AT,
    },
    "events": {
        "target": "events",
        "title": {"field": "measure"},
        "text": {"template": "{measure} was {value}"},
        "timestamp": AT,
    },
    "service_checks": {
        "target": "service_checks",
        "check": {"constant": "nimbus.up"},
        "host": {"constant": "web-1"},
        "status": {"value": {"constant": "passed"}, "map": {"ok": ["passed"]}},
        "timestamp": AT,
    },
    "traces": {
        "target": "traces",
        "trace_id": {"field": "id"},
        "span_id": {"field": "id"},
        "name": {"constant": "work"},
        "service": {"constant": "nimbus"},
        "start": AT,
        "duration": {"value": {"constant": 5}, "unit": "milliseconds"},
    },
    "incidents": {
        "target": "incidents",
        "title": {"field": "measure"},
        "customer_impacted": {"value": {"constant": False}, "default": "false"},
    },
}


def retarget(customer: Customer, document: dict[str, Any]) -> None:
    """Let the customer's mapping make another data type."""
    with tenant(customer.organisation.id):
        Mapping.objects.update(document=document, data_type=document["target"])
        MappingRevision.objects.update(document=document)
        customer.mapping.refresh_from_db()


def give_token(customer: Customer, sandbox: Sandbox) -> None:
    scopes = ["incident_read", "incident_write"]
    token = sandbox.tell("credentials", site=SITE, scopes=scopes)["access_token"]
    with tenant(customer.organisation.id):
        connection = Connection.objects.get(pk=customer.connection.pk)
        store_credential(connection, kind=SecretKind.ACCESS_TOKEN, secret=Secret(token))
        Connection.objects.update(access_token_expires_at="2100-01-01T00:00:00Z")


@pytest.mark.parametrize("data_type", sorted(DOCUMENTS))
def test_records_of_every_data_type_arrive_whole(
    customer: Customer, sandbox: Sandbox, data_type: str
) -> None:
    retarget(customer, DOCUMENTS[data_type])
    give_token(customer, sandbox)
    customer.push(record(number) for number in range(1, 6))
    assert counters(customer.run()) == ("succeeded", 5, 5, 0, 0)
    assert len(accepted(sandbox, data_type)) == 5
