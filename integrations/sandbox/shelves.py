"""Resources that can be read back, changed and deleted: incidents, dashboards, monitors, pipelines.

Knows no HTTP and judges nothing. A shelf shows its resources as they are now.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from integrations.sandbox.registry import Organisation

Document = dict[str, Any]


def envelope(organisation: Organisation, received_at: float) -> Document:
    """What the sandbox adds to everything it shows."""
    return {"site": organisation.site, "org_id": organisation.id, "received_at": received_at}


def enveloped(document: Document, around: Document) -> Document:
    """The document with the envelope's fields over it; own fields of those names move to
    ``shadowed``."""
    shadowed = {name: document[name] for name in around if name in document}
    return {**document, **around, **({"shadowed": shadowed} if shadowed else {})}


@dataclass(slots=True)
class Resource:
    """``seeded`` ones are there to be read back; they were not accepted from a client."""

    organisation: Organisation
    received_at: float
    document: Document
    seeded: bool = False
    deleted_at: float | None = None


class Shelf:
    """The resources of one type, of all organisations, in the order of their making."""

    def __init__(self) -> None:
        self._kept: dict[tuple[Organisation, str], Resource] = {}

    def put(self, resource_id: str, resource: Resource, *, limit: int) -> None:
        """Beyond ``limit`` the oldest is forgotten."""
        self._kept[resource.organisation, resource_id] = resource
        while len(self._kept) > limit:
            del self._kept[next(iter(self._kept))]

    def get(self, organisation: Organisation, resource_id: str) -> Resource | None:
        """The resource, unless it was deleted."""
        resource = self._kept.get((organisation, resource_id))
        return resource if resource is not None and resource.deleted_at is None else None

    def of(self, organisation: Organisation, *, deleted: bool = False) -> list[Resource]:
        """Those of one organisation, oldest first."""
        return [
            resource
            for resource in self._kept.values()
            if resource.organisation is organisation
            and (resource.deleted_at is not None) == deleted
        ]

    def items(self, *, site: str | None, limit: int) -> list[Document]:
        """Newest first, without those that were seeded or deleted."""
        return [
            enveloped(one.document, envelope(one.organisation, one.received_at))
            for one in islice(self._accepted(site), limit)
        ]

    def _accepted(self, site: str | None) -> Iterator[Resource]:
        for resource in reversed(self._kept.values()):
            alive = not resource.seeded and resource.deleted_at is None
            if alive and site in (None, resource.organisation.site):
                yield resource
