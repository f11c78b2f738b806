"""A vendor's backend with a token, and an organisation with a dataset to push to."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.test import Client

from portal.accounts.models import Organisation
from portal.accounts.services.organisations import create_organisation
from portal.api.domain import Scope
from portal.api.services.tokens import create_token
from portal.common.tenancy import tenant
from portal.mappings.models import Dataset
from portal.syncs.gateways.records import records_of
from portal.syncs.models import Segment
from tests.factories import DatasetFactory, UserFactory

NDJSON, JSON = "application/x-ndjson", "application/json"


def record(number: int, **changes: Any) -> dict[str, Any]:
    at = "2026-11-23T10:00:00Z"
    return {"id": f"m-{number}", "at": at, "measure": "cpu", "value": 0.5} | changes


def ndjson(records: Iterable[Any]) -> bytes:
    return b"".join(json.dumps(one).encode() + b"\n" for one in records)


def path_of(external_id: str, name: str) -> str:
    return f"/api/v1/organisations/{external_id}/datasets/{name}/records"


def kept(organisation: Organisation) -> list[dict[str, Any]]:
    """All records of an organisation, in their order."""
    with tenant(organisation.pk):
        segments = Segment.objects.select_related("dataset").order_by("first_number")
        return [dict(one.data) for seg in segments for one in records_of(seg, seg.dataset)]


def make_customer(external_id: str) -> Organisation:
    return create_organisation(name=external_id, by=UserFactory(), external_id=external_id)


@dataclass
class Backend:
    """The vendor's backend: pushes for one organisation unless told otherwise."""

    organisation: Organisation
    dataset: Dataset
    token: str
    client: Client = field(default_factory=Client)

    @property
    def path(self) -> str:
        return path_of(self.organisation.external_id or "", self.dataset.name)

    def push(
        self,
        body: bytes | list[Any],
        *,
        media_type: str = NDJSON,
        path: str = "",
        zipped: bool = False,
        **headers: str,
    ) -> Any:
        """Headers by name with underscores; an empty one is not sent."""
        plain = ndjson(body) if isinstance(body, list) else body
        sent = {"Authorization": f"Bearer {self.token}"}
        sent |= {"Content-Encoding": "gzip"} if zipped else {}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.post(
            path or self.path,
            gzip.compress(plain) if zipped else plain,
            content_type=media_type,
            headers={name: value for name, value in sent.items() if value},
        )

    def kept(self) -> list[dict[str, Any]]:
        return kept(self.organisation)


def make_backend() -> Backend:
    _token, plain = create_token(name="backend", scopes=[Scope.RECORDS_WRITE], by=None)
    return Backend(make_customer("acme-1"), DatasetFactory(), plain.reveal())


@pytest.fixture
def backend(db: None) -> Backend:
    return make_backend()
