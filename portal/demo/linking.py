"""Links the demo's customers to the sandbox, each the way its browser would."""

from __future__ import annotations

from portal.accounts.models import Organisation, User
from portal.connections.domain import RedirectAnswer
from portal.connections.gateways import parse_destination
from portal.connections.models import Connection
from portal.connections.services.finishing import finish_authorization
from portal.connections.services.starting import start_authorization
from portal.demo import gateways

SESSION = "the demo has no browser"
"""Stands for the session key that binds a grant to one browser."""


def link(organisation: Organisation, *, site: str, domain: str, by: User) -> Connection:
    """From the tile: ``site`` and ``domain`` arrive, the customer consents and comes back."""
    address = start_authorization(
        organisation_id=organisation.id,
        destination=parse_destination(site=site, domain=domain),
        by=by,
        session_key=SESSION,
        from_tile=True,
    )
    returned = gateways.consent(address)
    answer = RedirectAnswer(
        state=returned["state"],
        code=returned["code"],
        domain=returned.get("domain", ""),
        datadog_org_id=returned.get("dd_oid", ""),
        datadog_org_name=returned.get("dd_org_name", ""),
    )
    return finish_authorization(answer=answer, by=by, session_key=SESSION)
