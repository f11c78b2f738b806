"""The portal that is tormented: the demo's vendor and customers, with mappings that also skip."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.management import call_command

from portal.common.tenancy import tenant
from portal.demo import seed
from portal.demo.linking import link
from portal.mappings.models import Dataset
from portal.mappings.services.mappings import create_mapping

SKIPPED = "debug"
METRICS: dict[str, Any] = {
    "target": "metrics",
    "filter": [{"field": "measure", "is": "not_equals", "value": SKIPPED}],
    "measures": [
        {"name": {"constant": "nimbus.chaos"}, "type": "gauge", "value": {"field": "value"}}
    ],
    "timestamp": {"field": "measured_at"},
    "tags": [{"key": "resource", "value": {"field": "resource"}}],
}
LOGS: dict[str, Any] = {
    "target": "logs",
    "source": "nimbus",
    "filter": [{"field": "level", "is": "not_equals", "value": SKIPPED}],
    "message": {"field": "message"},
    "status": {"field": "level"},
    "timestamp": {"field": "occurred_at"},
}
DOCUMENTS = {seed.METRICS: METRICS, seed.LOGS: LOGS}


@dataclass(frozen=True, slots=True)
class Way:
    """One mapping: an organisation's dataset to one of its sites."""

    organisation: UUID
    dataset: UUID
    mapping: UUID
    site: str
    data_type: str


def prepare_portal() -> list[Way]:
    """Migrate, and bring the vendor and its customers; the sandbox answers by now."""
    call_command("migrate", verbosity=0)
    seed.seed_vendor(password="chaos")
    ways = []
    for entry, organisation, owner in seed.seed_customers(password="chaos"):
        for domain, site in entry.sites.items():
            connection = link(organisation, site=site, domain=domain, by=owner)
            with tenant(organisation.id):
                for name, document in DOCUMENTS.items():
                    dataset = Dataset.objects.get(name=name)
                    mapping = create_mapping(
                        connection=connection,
                        dataset=dataset,
                        name=name,
                        document=document,
                        by=owner,
                    )
                    ways.append(
                        Way(organisation.id, dataset.id, mapping.id, domain, mapping.data_type)
                    )
    return ways
