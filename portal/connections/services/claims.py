"""One Datadog organisation belongs to one organisation here, over all tenants."""

from __future__ import annotations

from django.conf import settings
from django.db import connection as database

from portal.common.ids import uuid7
from portal.connections.domain import ConnectionState, OrganisationTakenError
from portal.connections.models import Connection


def check_same_organisation(connection: Connection, org_id: str) -> None:
    """Refuse another Datadog organisation than the one this connection is linked to.

    After a disconnect the customer is free to link another one.
    """
    known = connection.datadog_org_id
    over = connection.state == ConnectionState.DISCONNECTED
    if known and org_id and known != org_id and not over:
        name = connection.datadog_org_name or known
        raise OrganisationTakenError(
            f"You have authorised another Datadog organisation than “{name}”, which this "
            "connection is linked to. The new authorisation was given back.",
            f"Switch to “{name}” in Datadog and link again. To link another organisation, "
            "disconnect this one first.",
        )


def claim_organisation(site: str, org_id: str) -> None:
    """Take the Datadog organisation for the current tenant, in the caller's transaction."""
    if not org_id:
        return
    with database.cursor() as cursor:
        cursor.execute("SELECT claim_datadog_organisation(%s, %s, %s)", [uuid7(), site, org_id])
        (claimed,) = cursor.fetchone()
    if not claimed:
        vendor = settings.VENDOR_NAME or "this vendor"
        raise OrganisationTakenError(
            f"Another customer of {vendor} is already linked to this Datadog organisation.",
            "If both belong to your company, link from the other account, or disconnect it there "
            f"first. Otherwise ask {vendor}: {settings.VENDOR_SUPPORT_EMAIL}.",
        )


def release_organisation(site: str) -> None:
    """Give up what the current tenant holds on a site."""
    with database.cursor() as cursor:
        cursor.execute("SELECT release_datadog_organisation(%s)", [site])
