"""Where a person looks at what has arrived: pages of Datadog, on the customer's own host."""

from __future__ import annotations

from django.conf import settings

from integrations.core.errors import RefusedHostError
from integrations.datadog.links import logs_link, metrics_link
from integrations.datadog.sites import Addresses, SiteAddress, site_for_domain
from portal.connections.models import Connection
from portal.mappings.domain import DataType


def site_label(domain: str) -> str:
    """Return the site's short name, such as EU1."""
    try:
        return site_for_domain(domain).label
    except RefusedHostError:
        return domain


def explorer_link(connection: Connection, *, data_type: str) -> str:
    """Return where this data type can be looked at; "" where there is no page for it.

    The sandbox has no explorers.
    """
    if settings.DATADOG_SANDBOX_URL:
        return ""
    try:
        address = SiteAddress(site_for_domain(connection.site), connection.subdomain or None)
    except RefusedHostError:
        return ""
    if data_type == DataType.LOGS:
        return logs_link(Addresses(), address, query=f"source:{settings.VENDOR_PREFIX}")
    return metrics_link(Addresses(), address) if data_type == DataType.METRICS else ""
