"""Links into Datadog's own pages, on the host where the customer signs in.

Knows pages' paths only; hosts come from ``sites``.
"""

from __future__ import annotations

from urllib.parse import quote, urlencode

from integrations.datadog.sites import Addresses, SiteAddress


def api_keys_link(addresses: Addresses, address: SiteAddress, *, name: str = "") -> str:
    """The list of API keys, filtered to ``name``; there a customer revokes a key."""
    return _link(addresses, address, "/organization-settings/api-keys", filter=name)


def integration_link(addresses: Addresses, address: SiteAddress, *, integration_id: str) -> str:
    """The tile of an integration; there a customer installs or uninstalls it."""
    return _link(addresses, address, "/integrations", integrationId=integration_id)


def logs_link(addresses: Addresses, address: SiteAddress, *, query: str = "") -> str:
    """The logs explorer with a search such as "source:acme"."""
    return _link(addresses, address, "/logs", query=query)


def metrics_link(addresses: Addresses, address: SiteAddress, *, metric: str = "") -> str:
    """The metrics explorer, showing ``metric``."""
    return _link(addresses, address, "/metric/explorer", exp_metric=metric)


def _link(addresses: Addresses, address: SiteAddress, path: str, **query: str) -> str:
    given = {name: value for name, value in query.items() if value}
    return addresses.app_url(
        address, f"{path}?{urlencode(given, quote_via=quote)}" if given else path
    )
